import { UNKNOWN } from "../../engine/builtin/model";
import { containsUnknown, equal, isUnknown } from "../../engine/builtin/values";
import type { Properties, StandIn } from "../provider/serve";
import { generators } from "./generators";

/** Version of the package whose resources are played. */
export const RANDOM_VERSION = "4.21.2";

/** Inputs that must be there, and the least they may be. */
const required: Readonly<Record<string, readonly string[]>> = {
  RandomId: ["byteLength"],
  RandomBytes: ["length"],
  RandomInteger: ["min", "max"],
  RandomPassword: ["length"],
  RandomString: ["length"],
  RandomShuffle: ["inputs"],
};
/** Outputs a resource has besides its inputs; unknown in a preview. */
const computed: Readonly<Record<string, readonly string[]>> = {
  RandomId: ["b64Url", "b64Std", "hex", "dec"],
  RandomBytes: ["base64", "hex"],
  RandomShuffle: ["results"],
  RandomPet: [],
};

const kindOf = (type: string): string => type.slice(type.lastIndexOf(":") + 1);

function generatorOf(type: string) {
  const generator = generators[kindOf(type)];
  if (generator === undefined)
    throw new Error(
      `the rehearsal's random provider has no resource ${type}; it has ${Object.keys(generators).join(", ")}`,
    );
  return generator;
}

/**
 * The random provider, for real: values come from the system's entropy, stay as long as the inputs stay, and are new
 * when any of them (keepers above all) changes.
 */
export function createRandomStandIn(): StandIn {
  return {
    check(call, _olds, news) {
      generatorOf(call.type);
      return Promise.resolve({ inputs: news, failures: mistakes(kindOf(call.type), news) });
    },

    diff(_call, old, news) {
      const keys = new Set([...Object.keys(old.inputs), ...Object.keys(news)].filter((key) => key !== "__defaults"));
      const changed = [...keys].filter((key) => !equal(old.inputs[key], news[key]));
      return Promise.resolve({ changes: changed.length > 0, replaces: changed, diffs: changed });
    },

    create(call, inputs, preview) {
      const kind = kindOf(call.type);
      const generator = generatorOf(call.type);
      if (preview || containsUnknown(inputs)) {
        const outputs = (computed[kind] ?? ["result"]).map((key) => [key, UNKNOWN] as const);
        return Promise.resolve({ id: "", outputs: { ...inputs, ...Object.fromEntries(outputs) } });
      }
      const { id, outputs } = generator.generate(inputs);
      return Promise.resolve({ id, outputs: { ...inputs, ...outputs } });
    },

    // A value lives in the state and nowhere else: there is nothing to remove.
    delete: () => Promise.resolve(),

    read(call, id, inputs, outputs) {
      if (Object.keys(outputs).length > 0) return Promise.resolve({ id, inputs, outputs });
      const { restore } = generatorOf(call.type);
      if (restore === undefined)
        return Promise.reject(new Error(`${call.type} cannot be imported: its id does not hold its value`));
      const restored = restore(id);
      return Promise.resolve({ id: restored.id, inputs, outputs: { ...inputs, ...restored.outputs } });
    },

    secretOutputs: (type) => generators[kindOf(type)]?.secret ?? [],
  };
}

function mistakes(kind: string, inputs: Properties): { property: string; reason: string }[] {
  const failures = (required[kind] ?? [])
    .filter((key) => inputs[key] === undefined)
    .map((property) => ({ property, reason: `Missing required argument: the argument "${property}" is required` }));
  const number = (key: string) =>
    typeof inputs[key] === "number" && !isUnknown(inputs[key]) ? inputs[key] : undefined;
  const [length, min, max] = [number("length"), number("min"), number("max")];
  if (length !== undefined && length < 1)
    failures.push({ property: "length", reason: `expected length to be at least 1, got ${length}` });
  if (min !== undefined && max !== undefined && min > max)
    failures.push({
      property: "min",
      reason: "The minimum (min) value needs to be smaller than or equal to maximum (max) value.",
    });
  const least = ["minLower", "minUpper", "minNumeric", "minSpecial"].reduce((sum, key) => sum + (number(key) ?? 0), 0);
  if (length !== undefined && (kind === "RandomPassword" || kind === "RandomString") && least > length)
    failures.push({
      property: "length",
      reason: `The minimum lengths add up to ${least}, more than the length of ${length}`,
    });
  const characters = ["lower", "upper", "special"].some((key) => inputs[key] !== false);
  if (
    ["RandomPassword", "RandomString"].includes(kind) &&
    !characters &&
    (inputs["numeric"] ?? inputs["number"]) === false
  )
    failures.push({
      property: "length",
      reason: "at least one of lower, upper, numeric and special has to be on: there is nothing to draw from",
    });
  if (inputs["seed"] !== undefined)
    failures.push({
      property: "seed",
      reason: "the rehearsal draws real random values and cannot reproduce a seed; leave seed out",
    });
  return failures;
}
