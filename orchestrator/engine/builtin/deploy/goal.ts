import type { Json, Properties } from "../model";

/** What the program wants one resource to be: a RegisterResource request as plain values. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  remote: boolean;
  /** URN, undefined only for the root stack and default providers. */
  parent: string | undefined;
  properties: Properties;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  /** Provider reference; undefined asks for the default provider of `version`. */
  provider: string | undefined;
  /** For components: package → provider reference, inherited by children. */
  providers: Record<string, string>;
  version: string | undefined;
  /** undefined = the program says nothing. */
  protect: boolean | undefined;
  retainOnDelete: boolean | undefined;
  deleteBeforeReplace: boolean | undefined;
  ignoreChanges: string[];
  replaceOnChanges: string[];
  additionalSecretOutputs: string[];
  hideDiffs: string[];
  aliases: Alias[];
  importId: string;
  /** Seconds. */
  customTimeouts: Timeouts;
  deletedWith: string;
  replaceWith: string[];
  replacementTrigger: Json | undefined;
  sourcePosition: string;
  /** Callbacks that may change this goal and those of its children: `host:port` and token. */
  transforms: Callback[];
}
export interface Timeouts {
  create?: number;
  update?: number;
  delete?: number;
}
/** Another name the resource may have had: a whole URN, or what of it was different. */
export type Alias =
  | { urn: string }
  | { name?: string; type?: string; stack?: string; project?: string; parentUrn?: string; noParent?: boolean };
export interface Callback {
  target: string;
  token: string;
}

/** What the program is told. */
export interface Registered {
  urn: string;
  id: string;
  outputs: Properties;
  result: "success" | "fail" | "skip";
  /** Nothing about the outputs is known: the create was skipped by --target. */
  unknown: boolean;
  /** Only of remote components. */
  outputDependencies?: Record<string, string[]>;
}

/** `1h2m3.5s` as Go writes durations, in seconds. */
export function parseDuration(text: string): number | undefined {
  if (text === "") return undefined;
  const units: Record<string, number> = { ns: 1e-9, us: 1e-6, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3600 };
  let seconds = 0;
  const rest = text.replace(/(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g, (_, count: string, unit: string) => {
    seconds += Number(count) * (units[unit] ?? 0);
    return "";
  });
  if (rest !== "") throw new Error(`invalid duration ${JSON.stringify(text)}`);
  return seconds;
}
