import type { ClusterHost } from "../cluster/host";
import type { Properties } from "../provider/serve";
import type { Account, AwsObject } from "./account";

/** What a kind's behaviour may use. */
export interface Surroundings {
  readonly account: Account;
  readonly clusters: ClusterHost;
}

/** How AWS behaves for one type of resource; everything left out is ordinary. */
export interface Kind {
  /** `vpc` gives ids like `vpc-0a1b…`; a function gives ids that are names, ARNs or pairs. */
  readonly id: string | ((inputs: Properties, account: Account) => string);
  /** Outputs beyond the inputs. */
  readonly computed?: (inputs: Properties, id: string, account: Account) => Properties;
  /** Inputs, by dotted path, whose change means another resource. */
  readonly replaceOn?: readonly string[];
  /** A name taken makes AWS refuse a second one, so the old has to go first. */
  readonly unique?: boolean;
  /** Throws what AWS would answer. */
  readonly onCreate?: (inputs: Properties, surroundings: Surroundings) => void;
  readonly onUpdate?: (old: Properties, inputs: Properties, surroundings: Surroundings) => void;
  readonly onDelete?: (object: AwsObject, surroundings: Surroundings) => void;
  /** What the resource brings about elsewhere: a cluster, its nodes, its system pods. */
  readonly effect?: (object: AwsObject, surroundings: Surroundings) => Promise<Properties | void>;
  readonly undo?: (object: AwsObject, surroundings: Surroundings) => Promise<void>;
  /** Refreshes outputs from what really is; undefined keeps them. */
  readonly observe?: (object: AwsObject, surroundings: Surroundings) => Properties | undefined;
}

export const text = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
export const fields = (value: unknown): Properties =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Properties) : {};
