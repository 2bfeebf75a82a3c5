import type { HistoryConfig, HistoryEntry } from "../backend/history";
import { isSecure, type ResolvedConfig } from "../backend/settings";
import type { DeploymentResult, Json, OperationKind } from "../model";

/** Config as history keeps it: what the settings file holds, so that secrets stay encrypted. */
export function keptConfig(
  values: ReadonlyMap<string, Json>,
  resolved: ReadonlyMap<string, ResolvedConfig>,
): HistoryConfig {
  return Object.fromEntries(
    [...values].map(([name, raw]) => {
      if (isSecure(raw)) return [name, { value: raw.secure, secret: true }];
      const object = typeof raw === "object" && raw !== null;
      const secret = resolved.get(name)?.secret ?? false;
      return [name, { value: object ? JSON.stringify(raw) : String(raw), secret, ...(object ? { object } : {}) }];
    }),
  );
}

/** One real run as history keeps it (pulumi.md 5.2). */
export function runEntry(run: {
  readonly kind: OperationKind;
  readonly started: Date;
  readonly ended: Date;
  readonly message: string;
  /** What ran it: `cli`, or the Automation API's word for itself. */
  readonly by: string;
  readonly config: HistoryConfig;
  readonly result: Pick<DeploymentResult, "result" | "changes">;
}): HistoryEntry {
  const seconds = (date: Date) => Math.floor(date.getTime() / 1000);
  return {
    kind: run.kind === "import" ? "resource-import" : run.kind,
    startTime: seconds(run.started),
    endTime: seconds(run.ended),
    message: run.message,
    environment: { "exec.kind": run.by },
    config: run.config,
    version: 0,
    result: run.result.result === "succeeded" ? "succeeded" : "failed",
    resourceChanges: run.result.changes,
  };
}
