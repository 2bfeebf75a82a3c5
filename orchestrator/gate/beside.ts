import { Evaluator, type Finding } from "../../policy/evaluate";
import { readConfig, waiversOf, type PackConfig } from "../../policy/config";
import { placeOf } from "../../policy/manifest/report";
import type { Environment } from "../../policy/rule";
import { rules } from "../../policy/rules";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import { describeWaiver, Waivers } from "../../policy/waiver";
import type { PlannedResource } from "../cost/estimate";
import type { Violation } from "../rollout/step";

/** By what the rules hold for one environment. */
export interface Levels {
  readonly environment: Environment;
  /** The environment's policy-config file: levels, settings and waivers. */
  readonly config: PackConfig;
  /** As `2027-01-31`, for waivers. */
  readonly today: string;
}

/**
 * What the rules say of manifests that come to an environment beside its program. Rules about several objects see those
 * of the program as well: a namespace's default deny may be there while the workload comes by a manifest. Pure.
 */
export function judgeManifests(
  manifests: readonly Subject[],
  resources: readonly PlannedResource[],
  levels: Levels,
): Violation[] {
  const evaluator = evaluatorOf(levels);
  const own = new Set(manifests.map(({ urn }) => urn));
  const planned = resources.map(
    ({ urn, type, inputs }) => new Subject(urn, type, nameOf(urn), plain(inputs) as Fields),
  );
  const together = evaluator.stack([...manifests, ...planned]).filter(({ subject }) => own.has(subject.urn));
  return [...manifests.flatMap((one) => evaluator.resource(one)), ...together].map((finding) =>
    violationOf(finding, levels, placed(finding.subject)),
  );
}

export function evaluatorOf({ environment, config, today }: Levels): Evaluator {
  const waivers = new Waivers(waiversOf(config), new Set(rules.map(({ name }) => name)), today);
  return new Evaluator({ rules, environment, config, waivers });
}

/** A finding in the words of the gate, as the policy pack would have said it of a resource of the program. */
export function violationOf(finding: Finding, { config }: Pick<Levels, "config">, urn: string): Violation {
  const { rule, outcome, message, level, waiver } = finding;
  const { whenUnknown } = readConfig(config, rule.name).settings;
  const counts = outcome === "violation" || (outcome === "undecided" && whenUnknown === "violation");
  const reason =
    outcome === "undecided"
      ? `cannot be decided before the update: ${message} is not known yet`
      : waiver === undefined
        ? message
        : `${message} (${describeWaiver({ waiver, state: "used", mistakes: [], used: [] })})`;
  return {
    urn,
    rule: rule.name,
    level: counts && (level === "mandatory" || level === "remediate") ? "mandatory" : "advisory",
    reason,
    remediation: rule.remediation,
  };
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** `deploy/web.yaml:3 Deployment shop/web`. */
function placed(subject: Subject): string {
  const { file, line } = placeOf({ subject });
  return `${file}:${line} ${subject.type.split(":").at(-1) ?? ""} ${subject.title}`;
}
