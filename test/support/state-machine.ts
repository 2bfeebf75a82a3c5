/** One call of a state machine to AWS: `eks:updateNodegroupConfig` with its parameters. */
export interface Call {
  readonly action: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}
export interface Played {
  /** Name of the last state, or `States.Timeout`. */
  readonly ended: string;
  /** Seconds of each wait. */
  readonly waited: readonly number[];
}

type Fields = Record<string, unknown>;
const SDK = "arn:aws:states:::aws-sdk:";
const fields = (value: unknown): Fields => (typeof value === "object" && value !== null ? (value as Fields) : {});
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/**
 * Plays the part of the Amazon States Language that the platform writes (Task, Choice, Wait, Succeed) on a clock of its
 * own; anything else throws, so that a machine is never played by half.
 */
export function play(machine: object, answer: (call: Call) => unknown, start: Date): Played {
  const definition = fields(machine);
  const states = fields(definition["States"]);
  const waited: number[] = [];
  let now = start.getTime();
  const deadline = now + Number(definition["TimeoutSeconds"]) * 1000;
  let input: Fields = {};
  for (let name = text(definition["StartAt"]); ;) {
    if (now > deadline) return { ended: "States.Timeout", waited };
    const state = fields(states[name]);
    switch (state["Type"]) {
      case "Succeed":
        return { ended: name, waited };
      case "Wait":
        waited.push(Number(state["Seconds"]));
        now += Number(state["Seconds"]) * 1000;
        name = text(state["Next"]);
        break;
      case "Choice":
        name = chosen(state, input, new Date(now));
        break;
      case "Task":
        input = done(state, input, answer);
        name = text(state["Next"]);
        break;
      default:
        throw new Error(`state ${name} is ${String(state["Type"])}, which is not played here`);
    }
  }
}

function done(state: Fields, input: Fields, answer: (call: Call) => unknown): Fields {
  const resource = text(state["Resource"]);
  if (!resource.startsWith(SDK)) throw new Error(`${resource} is no call of the AWS SDK`);
  const result = answer({ action: resource.slice(SDK.length), parameters: filled(fields(state["Parameters"]), input) });
  const selector = state["ResultSelector"];
  const selected = selector === undefined ? result : filled(fields(selector), fields(result));
  const path = state["ResultPath"];
  if (path === null) return input;
  return path === undefined ? fields(selected) : { ...input, [text(path).slice(2)]: selected };
}

/** Keys that end in `.$` are read from the input. */
function filled(template: Fields, input: Fields): Fields {
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) =>
      key.endsWith(".$") ? [key.slice(0, -2), evaluated(text(value), input)] : [key, value],
    ),
  );
}

function evaluated(expression: string, input: Fields): unknown {
  const [, inner] = /^States\.ArrayLength\((.+)\)$/.exec(expression) ?? [];
  if (inner === undefined) return read(expression, input);
  const list = read(inner, input);
  if (!Array.isArray(list)) throw new Error(`${inner} is no list`);
  return list.length;
}

/** `$.a.b`, `$.a['b-c']` and `$.a[*].b`. */
function read(path: string, input: Fields): unknown {
  const steps = [...path.matchAll(/\.([A-Za-z]\w*)|\['([^']+)'\]|\[(\*)\]/g)].map(
    ([, dot, quoted, all]) => dot ?? quoted ?? all ?? "",
  );
  if (steps.includes("*"))
    return steps.reduce<unknown[]>(
      (found, step) => found.flatMap((one) => (step === "*" ? (one as unknown[]) : [fields(one)[step]])),
      [input],
    );
  return steps.reduce<unknown>((node, step) => fields(node)[step], input);
}

function chosen(state: Fields, input: Fields, now: Date): string {
  const rule = (state["Choices"] as Fields[]).find((one) => holds(one, input, now));
  return text(rule?.["Next"] ?? state["Default"]);
}

function holds(rule: Fields, input: Fields, now: Date): boolean {
  if (rule["And"] !== undefined) return (rule["And"] as Fields[]).every((one) => holds(one, input, now));
  const value = read(text(rule["Variable"]), input);
  if (rule["IsPresent"] !== undefined) return (value !== undefined) === rule["IsPresent"];
  if (rule["IsTimestamp"] !== undefined)
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text(value)) === rule["IsTimestamp"];
  if (rule["TimestampGreaterThanPath"] === "$$.State.EnteredTime") return new Date(text(value)) > now;
  if (rule["NumericGreaterThan"] !== undefined) return Number(value) > Number(rule["NumericGreaterThan"]);
  throw new Error(`the choice ${JSON.stringify(rule)} is not played here`);
}
