import type { PlannedResource } from "../../../orchestrator/cost/estimate";
import type { Planned } from "../../../orchestrator/deliver/planned";
import { configOf } from "../../support/pulumi";

/** A resource of a phase as a preview announces it. */
export function planned(
  type: string,
  name: string,
  inputs: Record<string, unknown>,
  phase = "Metrics",
): PlannedResource {
  return { urn: `urn:pulumi:dev::slipway::slipway:phase:${phase}$${type}::${name}`, type, inputs };
}

export const release = (replicas: number, extra: Record<string, unknown> = {}): PlannedResource =>
  planned("kubernetes:helm.sh/v3:Release", "metrics-stack", {
    name: "stack",
    chart: "oci://ghcr.io/charts/stack",
    version: "1.2.3",
    namespace: "monitoring",
    values: { replicas, image: { tag: "v1" } },
    ...extra,
  });

export const object = (kind: string, name: string, spec: object, namespace = "monitoring"): PlannedResource =>
  planned(`kubernetes:example.com/v1:${kind}`, name, {
    apiVersion: "example.com/v1",
    kind,
    metadata: { name, namespace },
    spec,
  });

/** Environments, each with its resources. */
export function environments(resources: Readonly<Record<string, readonly PlannedResource[]>>): Map<string, Planned> {
  return new Map(
    Object.entries(resources).map(([name, list]) => [name, { config: configOf(name), resources: list }] as const),
  );
}
