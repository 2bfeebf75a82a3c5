import type { PlatformOutputs } from "../../infra/outputs";
import { SlipwayError } from "../errors";
import type { Phase } from "./phases";

/** "Not known yet" in Pulumi's protocol; a targeted run leaves it in stack outputs as an ordinary string (pulumi.md 5.6). */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Stack outputs as the Automation API hands them out. */
export type OutputMap = Readonly<Record<string, { readonly value: unknown; readonly secret: boolean }>>;

/** True when the value is, or contains, what is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (typeof value === "string") return value.includes(UNKNOWN);
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(holdsUnknown);
}

/** Every string inside a secret output, so that a redactor can know it. */
export function secretTexts(outputs: OutputMap): string[] {
  const texts = (value: unknown): string[] =>
    typeof value === "string"
      ? [value]
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(texts)
        : [];
  return Object.values(outputs).flatMap(({ value, secret }) => (secret ? texts(value) : []));
}

/** The outputs that are there and known, whichever phases stand. */
export function knownOutputs(outputs: OutputMap): PlatformOutputs {
  const known = Object.entries(outputs).filter(([, { value }]) => value !== undefined && !holdsUnknown(value));
  return Object.fromEntries(known.map(([key, { value }]) => [key, value])) as unknown as PlatformOutputs;
}

/**
 * The outputs of these phases, complete. What later phases own is left out, whatever the engine says of it.
 * @throws SlipwayError `outputs-missing` naming each output that is absent or not known yet.
 */
export function phaseOutputs(outputs: OutputMap, phases: readonly Phase[]): PlatformOutputs {
  const keys = phases.flatMap((phase) => phase.outputs);
  const missing = keys.filter((key) => outputs[key] === undefined || outputs[key].value === undefined);
  const unknown = keys.filter((key) => holdsUnknown(outputs[key]?.value));
  if (missing.length + unknown.length > 0) {
    const said = [
      ...missing.map((key) => `${key} is absent`),
      ...unknown.map((key) => `${key} is not known yet although its phase is built`),
    ];
    throw new SlipwayError(
      "outputs-missing",
      `stack outputs are incomplete: ${said.join("; ")}`,
      "run bootstrap again; if it stays, the phase does not return the output that infra/outputs.ts promises",
      "engine",
    );
  }
  return Object.fromEntries(keys.map((key) => [key, outputs[key]?.value])) as unknown as PlatformOutputs;
}
