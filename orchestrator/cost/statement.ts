import type { PlatformConfig } from "../../infra/config";
import { dollars, judgeBudget } from "./budget";
import { awakeShare } from "./awake";
import { areas, estimate, type Area, type Estimate, type PlannedResource } from "./estimate";

/** One area's share of an environment's month. */
export interface AreaStatement {
  readonly area: Area;
  /** USD a month, rounded to cents. */
  readonly estimate: number;
  /** USD a month (B5). */
  readonly budget: number;
  /** `fits` up to the budget, `above` beyond it: a warning, not a refusal. */
  readonly verdict: "fits" | "above";
}

/** What an environment costs a month against what it may cost (B5, E5.5). */
export interface CostStatement {
  readonly environment: PlatformConfig["environment"];
  readonly region: string;
  readonly areas: readonly AreaStatement[];
  readonly total: number;
  /** Sum of the areas' budgets. */
  readonly budget: number;
  /** Above this the gate stays shut (B5.2). */
  readonly limit: number;
  readonly warnings: readonly string[];
  readonly refusal?: { readonly reason: string; readonly fix: string };
  readonly estimate: Estimate;
}

/** Prices what a preview plans and judges it by the environment's budget. Pure. */
export function stateCost(config: PlatformConfig, resources: readonly PlannedResource[]): CostStatement {
  const { budget, environment, region } = config;
  const priced = estimate(resources, region, awakeShare(config));
  const { warnings, refusal } = judgeBudget(priced, budget, environment);
  return {
    environment,
    region,
    areas: areas.map((area) => ({
      area,
      estimate: priced.byArea[area],
      budget: budget[area],
      verdict: priced.byArea[area] > budget[area] ? "above" : "fits",
    })),
    total: priced.total,
    budget: areas.reduce((sum, area) => sum + budget[area], 0),
    limit: budget.limit,
    warnings,
    ...(refusal && { refusal }),
    estimate: priced,
  };
}

/** The statement for a person: a table of areas, each with its lines below it, dearest first. */
export function tellCost(statement: CostStatement): string[] {
  const { environment, region, estimate: priced, total, budget, limit } = statement;
  const row = (name: string, amount: number, of: number) =>
    `${name.padEnd(14)}${dollars(amount).padStart(9)}${dollars(of).padStart(10)}   ${judged(amount, of)}`;
  return [
    `${environment} in ${region}, USD a month at list prices of ${priced.asOf}`,
    `  ${"area".padEnd(14)}${"estimate".padStart(9)}${"budget".padStart(10)}`,
    ...statement.areas.flatMap(({ area, estimate: amount, budget: allowed }) => [
      `  ${row(area, amount, allowed)}`,
      ...merged(priced, area).map(({ what, monthly }) => `  ${dollars(monthly).padStart(23)}     ${what}`),
    ]),
    `  ${row("total", total, budget)}`,
    `  limit ${dollars(limit)}: ${statement.refusal === undefined ? "kept" : `exceeded by ${dollars(total - limit)}`}`,
    ...(priced.ceiling > 0
      ? [`  up to ${dollars(priced.ceiling)} more while every pool that scales is at its own limit`]
      : []),
    ...priced.gaps.map((gap) => `  not counted: ${gap}`),
  ];
}

function judged(amount: number, budget: number): string {
  return amount > budget ? `above by ${dollars(amount - budget)}` : "fits";
}

/** Lines of one area, equal ones as one with their count, dearest first. */
function merged({ lines }: Estimate, area: Area): { what: string; monthly: number }[] {
  const found = new Map<string, { count: number; monthly: number }>();
  for (const line of lines.filter((one) => one.area === area)) {
    const before = found.get(line.what) ?? { count: 0, monthly: 0 };
    found.set(line.what, { count: before.count + 1, monthly: before.monthly + line.monthly });
  }
  return [...found]
    .map(([what, { count, monthly }]) => ({ what: count > 1 ? `${count} × ${what}` : what, monthly }))
    .toSorted((a, b) => b.monthly - a.monthly || a.what.localeCompare(b.what));
}
