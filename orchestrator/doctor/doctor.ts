import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { SlipwayError } from "../errors";
import type { DoctorItem } from "../rollout/context";
import type { Parts } from "../rollout/parts";

export interface DoctorRequest {
  readonly parts: Pick<
    Parts,
    "loadConfig" | "startSandbox" | "realAws" | "examineMachine" | "examineEnvironment" | "engine"
  >;
  readonly environments: readonly string[];
  readonly target: "rehearsal" | "aws";
}

/** Everything the doctor looks at, for every environment, without stopping at the first thing missing. */
export async function examineAll(request: DoctorRequest): Promise<DoctorItem[]> {
  const { parts, environments } = request;
  const engine: DoctorItem = { name: "engine", requirement: "A0.3", status: "ok", detail: parts.engine.label };
  const items = [engine, ...(await parts.examineMachine())];
  // One after the other: each environment of a rehearsal starts a world of its own.
  for (const environment of environments) items.push(...(await examineEnvironment(environment, request)));
  return items;
}

async function examineEnvironment(environment: string, { parts, target }: DoctorRequest): Promise<DoctorItem[]> {
  const item = { name: "configuration", requirement: "A0.4", environment };
  let config;
  try {
    config = await parts.loadConfig(environment);
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
    return [{ ...item, status: "missing", detail: error.message, remedy: error.fix }];
  }
  const valid: DoctorItem = { ...item, status: "ok", detail: `Pulumi.${environment}.yaml is complete and consistent` };
  if (target === "aws") {
    return [valid, ...(await parts.examineEnvironment(environment, config, await parts.realAws(config)))];
  }
  // A world of its own: the doctor holds no lease and must not meet a running rehearsal.
  const folder = mkdtempSync(path.join(os.tmpdir(), "slipway-doctor-"));
  try {
    const sandbox = await parts.startSandbox(environment, folder, config);
    try {
      return [valid, ...(await parts.examineEnvironment(environment, config, sandbox.aws))];
    } finally {
      await sandbox.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
