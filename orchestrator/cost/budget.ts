import type { PlatformConfig } from "../../infra/config";
import { areas, type Estimate } from "./estimate";

/** What a budget says of an estimate (B5: estimate at preview, warn above, block at a limit). */
export interface BudgetVerdict {
  /** One line per area above its budget. */
  readonly warnings: readonly string[];
  /** Set when the total is above the limit: the gate stays shut. */
  readonly refusal?: { readonly reason: string; readonly fix: string };
}

export function judgeBudget(
  { byArea, total }: Estimate,
  budget: PlatformConfig["budget"],
  environment: string,
): BudgetVerdict {
  const warnings = areas
    .filter((area) => byArea[area] > budget[area])
    .map(
      (area) => `${area}: about ${dollars(byArea[area])} a month, above its budget of ${dollars(budget[area])} (B5)`,
    );
  if (total <= budget.limit) return { warnings };
  return {
    warnings,
    refusal: {
      reason: `${environment} would cost about ${dollars(total)} a month, above its limit of ${dollars(budget.limit)}; nothing was touched`,
      fix: `make it smaller, or raise slipway:budget.limit in Pulumi.${environment}.yaml`,
    },
  };
}

/** `$1,250`: estimates are not worth cents. */
export function dollars(amount: number): string {
  return `$${Math.round(amount).toLocaleString("en-US")}`;
}
