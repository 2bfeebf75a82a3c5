import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, UNKNOWN } from "../value";

const release = isKind("helm.sh/Release");
const ingress = isKind("networking.k8s.io/Ingress");
const policy = isKind("kyverno.io/ClusterPolicy");

/** Chart → what took its place (requirements A5.6, A9.1, A17.1). */
const RETIRED: Readonly<Record<string, string>> = {
  "ingress-nginx": "Envoy Gateway",
  "nginx-ingress": "Envoy Gateway",
  promtail: "Grafana Alloy",
  "loki-stack": "the loki chart with Grafana Alloy",
  kubecost: "OpenCost",
  "cost-analyzer": "OpenCost",
  kube2iam: "EKS Pod Identity",
  kiam: "EKS Pod Identity",
};

/** What nobody maintains gets no fixes: its next hole stays open. */
export const retiredPartsAreReplaced = resourceRule({
  name: "retired-parts-are-replaced",
  description:
    "Nothing retired is installed: ingress-nginx, Promtail, the Ingress class annotation, Kyverno ClusterPolicy.",
  severity: "medium",
  framework: platform("E6.6", "Retired choices refused with the replacement named."),
  requirement: "E6.6",
  remediation: "Install the replacement that the message names.",
  url: "https://kubernetes.io/blog/2025/11/11/ingress-nginx-retirement/",
  applies: (type) => release(type) || ingress(type) || policy(type),
  judge({ type, properties, metadata }, verdict) {
    if (policy(type))
      return verdict.violation("ClusterPolicy is deprecated; use policies.kyverno.io/v1 or an admission policy");
    if (release(type)) {
      const chart = properties["chart"];
      if (chart === UNKNOWN) return verdict.undecided("chart");
      const name = typeof chart === "string" ? (chart.split("/").at(-1) ?? "") : "";
      const better = Object.hasOwn(RETIRED, name) ? RETIRED[name] : undefined;
      if (better !== undefined) verdict.violation(`chart ${name} is retired; use ${better}`);
      return;
    }
    if (at(metadata["annotations"], "kubernetes.io/ingress.class") !== undefined)
      verdict.violation("annotation kubernetes.io/ingress.class is deprecated; use spec.ingressClassName");
    if (at(properties["spec"], "ingressClassName") === "nginx")
      verdict.violation("ingress-nginx is retired; use a Gateway and an HTTPRoute");
  },
});
