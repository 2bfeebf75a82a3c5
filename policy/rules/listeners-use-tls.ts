import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { at, isAbsent, items, UNKNOWN } from "../value";

/** Policies that still speak TLS 1.0 or 1.1. */
const OLD = /^ELBSecurityPolicy-(?:2015|2016|TLS-1-[01]-|FS-2018|FS-1-1)/;

/** A load balancer that speaks plain HTTP sends passwords as it gets them. */
export const listenersUseTls = resourceRule({
  name: "listeners-use-tls",
  description: "Load balancer listeners speak TLS 1.2 or newer; plain HTTP only redirects.",
  severity: "high",
  framework: fsbp("ELB.1", "Application Load Balancer should be configured to redirect all HTTP requests to HTTPS."),
  requirement: "E3.3",
  remediation: "Use protocol HTTPS with a current sslPolicy, or a default action of type redirect to HTTPS.",
  url: "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html",
  levels: { dev: "advisory" },
  applies: (type) => type === "aws:lb/listener:Listener" || type === "aws:alb/listener:Listener",
  judge({ properties }, verdict) {
    const { protocol, sslPolicy } = properties;
    const actions = items(properties["defaultActions"]);
    if (protocol === UNKNOWN || actions === UNKNOWN) return verdict.undecided("protocol");
    const redirects = actions.some((action) => at(action, "redirect", "protocol") === "HTTPS");
    if ((isAbsent(protocol) || protocol === "HTTP") && !redirects)
      verdict.violation("the listener speaks plain HTTP and does not redirect");
    if (typeof sslPolicy === "string" && sslPolicy.length < 128 && OLD.test(sslPolicy))
      verdict.violation("sslPolicy allows TLS older than 1.2");
  },
});
