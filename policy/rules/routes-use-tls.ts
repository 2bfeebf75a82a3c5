import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule, shown, type Verdict } from "../rule";
import type { Subject } from "../subject";
import { at, isAbsent, isFields, items, text, UNKNOWN } from "../value";

const gateway = isKind("gateway.networking.k8s.io/Gateway");
const ingress = isKind("networking.k8s.io/Ingress", "extensions/Ingress");
/** The AWS Load Balancer Controller takes its certificate by annotation. */
const ALB_CERTIFICATE = "alb.ingress.kubernetes.io/certificate-arn";
const plaintextPorts = new Set(["HTTP", "TCP"]);

/**
 * TLS ends at the Gateway listener or the Ingress, so those are judged: routes only attach to them. A plain HTTP
 * listener is fine as long as it carries nothing but redirects, which it says by accepting routes of its own
 * namespace only while an HTTPS listener exists.
 */
export const routesUseTls = resourceRule({
  name: "routes-use-tls",
  description: "Every entry point ends TLS with a named certificate; plain HTTP only redirects.",
  severity: "high",
  framework: platform("E3.3", "TLS on every entry point."),
  requirement: "E3.3",
  remediation:
    "Give the Gateway an HTTPS listener with certificateRefs, or each Ingress host a tls entry with a secretName.",
  url: "https://gateway-api.sigs.k8s.io/guides/tls/",
  applies: (type) => !type.endsWith("Patch") && (gateway(type) || ingress(type)),
  judge(subject, verdict) {
    if (ingress(subject.type)) judgeIngress(subject, verdict);
    else judgeGateway(subject, verdict);
  },
});

function judgeGateway(subject: Subject, verdict: Verdict): void {
  const listeners = items(at(subject.properties["spec"], "listeners"));
  if (listeners === UNKNOWN) return verdict.undecided("spec.listeners");
  const encrypted = listeners.some((listener) => at(listener, "protocol") === "HTTPS");
  listeners.forEach((listener, index) => {
    const where = `spec.listeners[${index}]`;
    const protocol = at(listener, "protocol");
    if (protocol === UNKNOWN) return verdict.undecided(`${where}.protocol`);
    if (protocol === "HTTPS" || protocol === "TLS") {
      const certificates = items(at(listener, "tls", "certificateRefs"));
      const passthrough = at(listener, "tls", "mode") === "Passthrough";
      if (certificates === UNKNOWN) verdict.undecided(`${where}.tls.certificateRefs`);
      else if (certificates.length === 0 && !passthrough) verdict.violation(`${where} names no certificate`);
      return;
    }
    const redirectsOnly = encrypted && (at(listener, "allowedRoutes", "namespaces", "from") ?? "Same") === "Same";
    if (plaintextPorts.has(text(protocol)) && !redirectsOnly) {
      verdict.violation(
        `${where} is plain ${text(protocol)} and takes routes from other namespaces, or there is no HTTPS listener`,
      );
    }
  });
}

function judgeIngress(subject: Subject, verdict: Verdict): void {
  const rules = items(at(subject.properties, "spec", "rules"));
  const tls = items(at(subject.properties, "spec", "tls"));
  if (rules === UNKNOWN || tls === UNKNOWN) return verdict.undecided("spec.rules and spec.tls");
  if (!isAbsent(at(subject.metadata["annotations"], ALB_CERTIFICATE))) return;
  const covered = tls.flatMap((entry) => {
    const hosts = items(at(entry, "hosts"));
    return isAbsent(at(entry, "secretName")) || hosts === UNKNOWN ? [] : hosts;
  });
  if (rules.length === 0 && covered.length === 0) verdict.violation("the default backend is served without TLS");
  rules.forEach((rule, index) => {
    const host = isFields(rule) ? rule["host"] : undefined;
    if (host === UNKNOWN) return verdict.undecided(`spec.rules[${index}].host`);
    if (!covered.some((name) => covers(name, host))) {
      verdict.violation(
        `spec.rules[${index}]: host ${typeof host === "string" ? host : shown(host)} has no tls entry with a secret`,
      );
    }
  });
}

/** A wildcard certificate covers one label (RFC 6125). */
function covers(name: unknown, host: unknown): boolean {
  if (typeof name !== "string" || typeof host !== "string") return false;
  return name === host || (name.startsWith("*.") && host.slice(host.indexOf(".") + 1) === name.slice(2));
}
