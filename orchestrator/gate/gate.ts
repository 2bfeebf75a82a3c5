import { isEnvironment } from "../../policy/config";
import type { Subject } from "../../policy/subject";
import type { BesideRequest, BesideVerdict } from "../rollout/beside";
import type { Violation } from "../rollout/step";
import { judgeManifests } from "./beside";
import { readPackConfig } from "./levels";

/**
 * The gate over what a preview does not show: manifests given with it and, in a rehearsal, what its Helm releases
 * bring. Of a real chart only `helm template` knows what it brings, and its output is a manifest.
 */
export async function judgeBeside(
  { environment, levels: file, resources, today }: BesideRequest,
  { target, manifests = [] }: { readonly target: "rehearsal" | "aws"; readonly manifests?: readonly Subject[] },
): Promise<BesideVerdict> {
  const levels = {
    environment: isEnvironment(environment) ? environment : "production",
    config: readPackConfig(file),
    today,
  } as const;
  const violations: Violation[] = manifests.length > 0 ? judgeManifests(manifests, resources, levels) : [];
  if (target === "aws") return { violations, notes: [] };
  const { judgeCharts } = await import("./charts.js");
  const charts = judgeCharts(resources, levels);
  const note = `what these charts bring is judged when their values are known: ${charts.open.join(", ")}`;
  return { violations: [...violations, ...charts.violations], notes: charts.open.length > 0 ? [note] : [] };
}
