import type { ApplicationSpec } from "./application";
import type { Manifest } from "./manifest";
import { APPLICATION } from "./names";
import { serving } from "./strategy";

/** Whoever carries it may ask the application, as its users do, and nobody else: the Jobs of gates (D1.2, D2.1). */
export const GATE = { "slipway.dev/gate": "true" };

/** What tests a release in a stable environment reaches the application and nothing beside it: neither database nor others. Pure. */
export function gatePolicies({
  kind,
  names,
  strategy,
}: Pick<ApplicationSpec, "kind" | "names" | "strategy">): Manifest[] {
  if (kind === "preview") return [];
  const ports = [{ protocol: "TCP", port: APPLICATION.port }];
  const application = { podSelector: { matchLabels: serving(strategy) } };
  const gates = { podSelector: { matchLabels: GATE } };
  const policy = (name: string, spec: object): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: names.namespace },
    spec,
  });
  return [
    policy("allow-from-gates", { ...application, policyTypes: ["Ingress"], ingress: [{ from: [gates], ports }] }),
    policy("allow-gates", { ...gates, policyTypes: ["Egress"], egress: [{ to: [application], ports }] }),
  ];
}
