import type { PlatformConfig } from "../../infra/config";
import { levelOf } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { judge } from "./policy";
import { configOf, type Registered } from "./pulumi";
import { recorded } from "./recorded";

/** Everything the platform makes of an environment whose configuration is changed in these keys. */
export async function builtWith(environment: string, change: Partial<PlatformConfig>): Promise<Registered[]> {
  return (await recorded(environment, { ...configOf(environment), ...change })).seen;
}

export const inputsOf = (seen: readonly Registered[], name: string): Record<string, unknown> =>
  seen.find((one) => one.name === name)?.inputs ?? {};

/** What the policy pack says of the resources whose names match, at the level of the environment. */
export function violationsOf(
  environment: "dev" | "staging" | "production",
  seen: readonly Registered[],
  names: RegExp,
): string[] {
  const mine = seen.filter(({ name }) => names.test(name));
  return rules.flatMap((rule) =>
    rule.scope === "stack" || rule.only !== undefined || levelOf(rule, environment) === "disabled"
      ? []
      : mine.flatMap(({ type, name, inputs }) =>
          judge(rule, type, inputs, rule.tuned?.[environment]).violations.map(
            (violation) => `${rule.name} ${name}: ${violation}`,
          ),
        ),
  );
}
