import type { ApplicationSpec } from "./application";
import { selector } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION } from "./names";

/** Whoever carries it may ask the application, as its users do, and nobody else: the Jobs of gates (D1.2, D2.1). */
export const GATE = { "slipway.dev/gate": "true" };

/** What tests a release in a stable environment reaches the application and nothing beside it: neither database nor others. Pure. */
export function gatePolicies({ kind, names }: Pick<ApplicationSpec, "kind" | "names">): Manifest[] {
  if (kind === "preview") return [];
  const ports = [{ protocol: "TCP", port: APPLICATION.port }];
  const application = { podSelector: { matchLabels: selector } };
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
