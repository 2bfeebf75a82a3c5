import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, items, UNKNOWN, type Value } from "../value";

/** A wildcard answers for names nobody has thought of, and takes a team's host away from the team. */
export const hostsAreNamed = resourceRule({
  name: "hosts-are-named",
  description: "Ingresses and routes name the hosts they answer for, without wildcards.",
  severity: "medium",
  framework: platform("E3.3", "TLS on every entry point, for the host it is for."),
  requirement: "E3.3",
  remediation: "Name each host in place of the wildcard.",
  url: "https://kubernetes.io/docs/concepts/services-networking/ingress/#hostname-wildcards",
  levels: { dev: "advisory" },
  applies: isKind(
    "networking.k8s.io/Ingress",
    "extensions/Ingress",
    "gateway.networking.k8s.io/HTTPRoute",
    "gateway.networking.k8s.io/GRPCRoute",
    "gateway.networking.k8s.io/TLSRoute",
  ),
  judge(subject, verdict) {
    const spec = subject.properties["spec"];
    const rules = items(at(spec, "rules"));
    const hosts = items(at(spec, "hostnames"));
    if (spec === UNKNOWN || rules === UNKNOWN || hosts === UNKNOWN) return verdict.undecided("the hosts");
    const judged: [Value, string][] = [
      ...rules.map((rule, index): [Value, string] => [at(rule, "host"), `spec.rules[${index}].host`]),
      ...hosts.map((host, index): [Value, string] => [host, `spec.hostnames[${index}]`]),
    ];
    for (const [host, place] of judged) {
      if (host === UNKNOWN) verdict.undecided(place);
      else if (typeof host === "string" && host.includes("*")) verdict.violation(`${place} is a wildcard`);
    }
  },
});
