import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { isFields, items, text, UNKNOWN } from "../value";
import { matches } from "../waiver";

/** The Gateway is the way in (A6); a load balancer beside it has no TLS, no allow list and its own bill. */
export const servicesStayInternal = resourceRule<{ exposed: readonly string[] }>({
  name: "services-stay-internal",
  description: "Services are reached from inside the cluster, unless they are on the list of entry points.",
  severity: "medium",
  framework: platform("I2.1", "Internal services are not exposed; TLS on every public route."),
  requirement: "I2.1",
  remediation: "Use type ClusterIP and a Gateway route; list the Service under exposed if it is an entry point.",
  url: "https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
  levels: { dev: "advisory" },
  settings: { exposed: list("namespace/name of Services that may have a load balancer; * stands for any text", []) },
  applies: isKind("/Service"),
  judge(subject, verdict, { exposed }) {
    const spec = subject.properties["spec"];
    if (spec === UNKNOWN) return verdict.undecided("spec");
    if (!isFields(spec)) return;
    const listed = exposed.some((pattern) =>
      matches(pattern, `${text(subject.namespace)}/${text(subject.objectName)}`),
    );
    const type = spec["type"];
    if (type === UNKNOWN) verdict.undecided("spec.type");
    else if (type === "NodePort") verdict.violation("type NodePort opens a port on every node");
    else if (type === "LoadBalancer" && !listed)
      verdict.violation("type LoadBalancer makes an entry point that is not on the list");
    const external = items(spec["externalIPs"]);
    if (external === UNKNOWN) verdict.undecided("spec.externalIPs");
    else if (external.length > 0) verdict.violation("externalIPs take over addresses of others (CVE-2020-8554)");
  },
});
