import type { Finding } from "../../checks/check";
import { SlipwayError } from "../../errors";
import { openStore } from "../../promotion/store";
import { createLayout } from "../../rollout/layout";
import { phases } from "../../rollout/phases";
import { upgradeCheck } from "../../upgrade/check";
import { upgradeSteps, type UpgradeStep } from "../../upgrade/plan";
import { stagingVersion } from "../../upgrade/staging";
import type { Invocation } from "../invocation";
import type { UpgradeOptions } from "../upgrade";
import { carryOut } from "./rollout";

/** The phase whose place the questions take: the last of those that a cluster without applications needs. */
const PLACE = phases.find(({ name }) => name === "DayTwo")?.number ?? 18;

/**
 * Asks whether an environment can go to another Kubernetes version, and prints the steps (H1.1, H1.5). Changes nothing.
 * Ends with 1 when something is in the way.
 */
export async function upgradeCommand(given: UpgradeOptions, invocation: Invocation): Promise<number> {
  const { terminal } = invocation;
  const [environment = ""] = given.environment;
  const store = openStore(createLayout(given.stateDir, given.target).base, () => new Date());
  let now: { version: string; addons: Readonly<Record<string, string>> } | undefined;
  const check = upgradeCheck({ to: given.to, staging: () => stagingVersion(store) });
  const { execution } = await carryOut("verify", { ...given, from: PLACE, to: PLACE }, invocation, {
    wrapParts: (parts) => ({
      ...parts,
      checkOf: () =>
        Promise.resolve({
          ...check,
          async verify(context) {
            const { version, addons } = context.outputs.cluster;
            now = { version, addons };
            return check.verify(context);
          },
        }),
    }),
  });
  const findings = execution.records.flatMap((record) => record.findings ?? []);
  if (now === undefined || findings.length === 0)
    throw new SlipwayError(
      "upgrade-undecided",
      `${environment} could not be asked, so nothing is known of its upgrade`,
      "mend what was named above; an upgrade needs an environment that is built up to phase 18",
      "failure",
    );
  const steps = upgradeSteps({ environment, from: now.version, to: given.to, addons: now.addons });
  for (const line of told(findings, steps, execution.exitCode === 0)) terminal.line(line);
  terminal.document({
    result: execution.exitCode === 0 ? "succeeded" : "failed",
    exitCode: execution.exitCode,
    environment,
    from: now.version,
    to: given.to,
    findings,
    steps,
  });
  return execution.exitCode;
}

/** The answers, and the steps when nothing is in the way. Pure. */
export function told(findings: readonly Finding[], steps: readonly UpgradeStep[], clear: boolean): string[] {
  const mark = { passed: "ok", failed: "in the way", inconclusive: "not known", errored: "not known" };
  return [
    "",
    ...findings.map(({ title, verdict, detail }) => `  ${mark[verdict].padEnd(11)} ${title}: ${detail}`),
    "",
    ...(clear
      ? steps.flatMap(({ title, change, proof, back }, index) => [
          `${index + 1}. ${title}`,
          `   change: ${change}`,
          `   proof:  ${proof}`,
          `   back:   ${back}`,
        ])
      : ["nothing is to be changed before what is in the way is gone"]),
  ];
}
