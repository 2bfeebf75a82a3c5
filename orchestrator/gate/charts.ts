import { chartWaivers, type ChartWaiver } from "../../infra/chart-waivers";
import { tokenOf } from "../../policy/kind";
import { Subject } from "../../policy/subject";
import { plain, type Fields } from "../../policy/value";
import type { PlannedResource } from "../cost/estimate";
import type { Violation } from "../rollout/step";
import { SIGNATURE } from "../engine/builtin/model";
import { render } from "../sandbox/kubernetes/charts";
import type { Properties } from "../sandbox/provider/serve";
import { evaluatorOf, violationOf, type Levels } from "./beside";

const RELEASE = "kubernetes:helm.sh/v3:Release";
/** Names told of a rule that many workloads break; the others are counted. */
const TOLD = 3;

/** What became of the releases of one environment. */
export interface ChartVerdict {
  readonly violations: readonly Violation[];
  /** Charts that nothing can be rendered of before their values are known. */
  readonly open: readonly string[];
}

/**
 * What the rules say of the objects that Helm releases would bring, as the rehearsal's charts make them from the
 * releases' values: a release hides them from the program's own gate. What stops is told of each object; what is waived
 * or advisory once for each rule, since every chart breaks some of those. Pure.
 */
export function judgeCharts(resources: readonly PlannedResource[], levels: Levels): ChartVerdict {
  const evaluator = evaluatorOf(levels);
  const stops: Violation[] = [];
  const folded = new Map<string, { violation: Violation; names: Set<string> }>();
  const open: string[] = [];
  for (const release of resources.filter(({ type }) => type === RELEASE)) {
    const subjects = objectsOf(release);
    if (subjects === undefined) open.push(String(release.inputs["chart"]));
    for (const subject of subjects ?? []) {
      const name = `${subject.type.split(":").at(-1) ?? ""}/${String(subject.objectName)}`;
      for (const finding of evaluator.resource(subject)) {
        const waiver = finding.outcome === "violation" ? waiverOf(finding.rule.name, name, levels.today) : undefined;
        const violation = violationOf(finding, levels, `${name} of ${release.urn}`);
        // A release's values come from resources that are still to be made: the final preview decides.
        const decided = finding.outcome !== "undecided";
        if (decided && violation.level === "mandatory" && waiver === undefined) stops.push(violation);
        else {
          const key = `${finding.rule.name} ${waiver?.reason ?? finding.outcome}`;
          const reason = waiver
            ? `waived until ${waiver.expires} by ${waiver.owner}: ${waiver.reason}`
            : violation.reason;
          const one = folded.get(key) ?? {
            violation: { ...violation, level: "advisory", reason },
            names: new Set<string>(),
          };
          folded.set(key, one);
          one.names.add(name);
        }
      }
    }
  }
  const rest = [...folded.values()].map(({ violation, names }) => ({ ...violation, urn: few([...names]) }));
  return { violations: [...stops, ...rest], open };
}

/** The objects of a release; undefined when its chart makes nothing of values that are not known yet. */
function objectsOf({ urn, inputs }: PlannedResource): Subject[] | undefined {
  const text = (key: string): string | undefined => (typeof inputs[key] === "string" ? inputs[key] : undefined);
  try {
    const { objects } = render({
      chart: text("chart") ?? "",
      version: text("version"),
      release: text("name") ?? "",
      namespace: text("namespace") ?? "",
      values: revealed(inputs["values"] ?? {}) as Properties,
    });
    return objects.map(
      (object) =>
        new Subject(urn, tokenOf(object.apiVersion, object.kind), object.metadata.name, plain(object) as Fields),
    );
  } catch {
    // A value is not known yet; for one that is wrong the release itself has failed, and said why.
    return undefined;
  }
}

/** Values without the envelope that tells of a secret, whose text no event carries. */
function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revealed);
  if (SIGNATURE in value) return "[secret]";
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revealed(one)]));
}

function waiverOf(rule: string, name: string, today: string): ChartWaiver | undefined {
  return chartWaivers.find(
    (waiver) =>
      waiver.rule === rule &&
      waiver.expires >= today &&
      (waiver.workloads === "every" || waiver.workloads.includes(name)),
  );
}

const few = (names: readonly string[]): string =>
  `${names.slice(0, TOLD).join(", ")}${names.length > TOLD ? ` and ${names.length - TOLD} more` : ""} of charts`;
