import type { PlatformConfig } from "../../infra/config";
import { untestedPairs } from "../../infra/skew";
import type { DoctorItem } from "../rollout/context";

/** Charts whose projects do not test the chosen Kubernetes version: known, and not refused (A2.1). */
export function examineVersions(
  environment: string,
  config: Pick<PlatformConfig, "charts" | "cluster"> & Partial<PlatformConfig>,
): DoctorItem[] {
  const untested = untestedPairs(config);
  const item = { name: "versions", requirement: "A2.1", environment };
  if (untested.length === 0)
    return [
      { ...item, status: "ok", detail: `all charts are tested on Kubernetes ${config.cluster.version}, or do not say` },
    ];
  return [
    {
      ...item,
      status: "warning",
      detail: untested.join("; "),
      remedy: "try them in staging first, or stay on a version that all of them test",
    },
  ];
}
