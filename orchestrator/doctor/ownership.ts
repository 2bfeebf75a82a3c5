import type { DoctorItem } from "../rollout/context";

/** A cluster without an owner or a runbook is nobody's at three in the morning (A0.4). */
export function examineOwnership(
  environment: string,
  config: { readonly owner: string; readonly runbook: string },
): DoctorItem[] {
  return [
    field(environment, "owner", config.owner, "the team or person who answers for the cluster"),
    field(environment, "runbook", config.runbook, "the address of the cluster's runbook"),
  ];
}

function field(environment: string, name: string, value: string, meaning: string): DoctorItem {
  const item = { name, requirement: "A0.4", environment };
  if (value.trim() !== "") return { ...item, status: "ok", detail: value };
  return {
    ...item,
    status: "missing",
    detail: `slipway:${name} is empty`,
    remedy: `set slipway:${name} in Pulumi.${environment}.yaml to ${meaning}`,
  };
}
