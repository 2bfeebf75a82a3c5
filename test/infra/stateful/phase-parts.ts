import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

/** What a function of the phase declares is asked of the whole program: parts are never declared alone. */
export async function declared(environment: string): Promise<(type: string, name: string) => Registered["inputs"]> {
  const { seen } = await recorded(environment);
  return (type, name) => seen.find((one) => one.type === type && one.name === name)?.inputs ?? {};
}
