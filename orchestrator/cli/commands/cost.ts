import { stateCost, tellCost, type CostStatement } from "../../cost/statement";
import { SlipwayError } from "../../errors";
import type { Invocation } from "../invocation";
import type { CommonOptions } from "../options";
import { carryOut } from "./rollout";

/**
 * Previews environments and says what each would cost a month, by area and line, against its budget (B5). Ends with 1
 * for an estimate above the limit, and for a preview that failed otherwise.
 */
export async function costCommand(given: CommonOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const statements: CostStatement[] = [];
  const { execution, options } = await carryOut("preview", given, invocation, {
    tellPlanned: (config, resources) => void statements.push(stateCost(config, resources)),
  });
  const unknown = options.environment.filter((name) => !statements.some(({ environment }) => environment === name));
  if (statements.length === 0)
    throw new SlipwayError(
      "cost-unknown",
      `nothing could be previewed of ${options.environment.join(", ")}, so nothing is known of its cost`,
      "mend what the preview named above, then ask again",
      "failure",
    );
  for (const statement of statements) {
    terminal.line();
    for (const line of tellCost(statement)) terminal.line(line);
    for (const warning of statement.warnings) terminal.line(terminal.paint.warn(`  warning: ${warning}`));
    if (statement.refusal === undefined) continue;
    terminal.line(terminal.paint.bad(`  refused: ${statement.refusal.reason}`));
    terminal.line(`  fix: ${statement.refusal.fix}`);
  }
  for (const name of unknown)
    terminal.line(terminal.paint.bad(`${name} could not be previewed: its cost is not known`));
  const exitCode = endingOf(statements, execution.exitCode);
  terminal.document({
    result: exitCode === 0 ? "succeeded" : "failed",
    exitCode,
    environments: statements,
    unknown,
  });
  return exitCode;
}

/** 1 for an estimate above its limit (B5.2), whatever else happened; otherwise how the preview ended. */
export function endingOf(statements: readonly Pick<CostStatement, "refusal">[], preview: number): number {
  return statements.some(({ refusal }) => refusal !== undefined) ? 1 : preview;
}
