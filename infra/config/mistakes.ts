import type { PlatformConfig } from "./schema";

/** One thing wrong with the configuration. */
export interface Mistake {
  /** `network.cidr` */
  readonly key: string;
  /** What stands there, as JSON; empty when nothing does. */
  readonly value: string;
  readonly rule: string;
  readonly fix: string;
}

/** What keys may not be together; it tells what is wrong and how to mend it. */
export type Rule = (config: PlatformConfig) => Mistake | readonly Mistake[] | undefined;

export const mistake = (key: string, value: unknown, rule: string, fix: string): Mistake => ({
  key,
  value: JSON.stringify(value) ?? "",
  rule,
  fix,
});

/** Every mistake of one configuration at once. */
export class ConfigError extends Error {
  constructor(
    readonly stackName: string,
    readonly mistakes: readonly Mistake[],
  ) {
    const lines = mistakes.map(
      ({ key, value, rule, fix }) =>
        `  slipway:${key}${value === "" ? "" : ` = ${value}`}\n    rule: ${rule}\n    fix:  ${fix}`,
    );
    super(
      `Pulumi.${stackName}.yaml has ${mistakes.length} mistake${mistakes.length === 1 ? "" : "s"}:\n${lines.join("\n")}`,
    );
    this.name = "ConfigError";
  }
}

/** The known name nearest to a misspelt one, when it is near enough to be meant. */
export function didYouMean(name: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((candidate) => ({ candidate, distance: editDistance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  return best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 3)) ? best.candidate : undefined;
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
