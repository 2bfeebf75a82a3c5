import type { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import type { PlatformConfig } from "../../infra/config";
import type { PlatformOutputs } from "../../infra/outputs";
import type { AwsReader } from "./aws/reader";

/**
 * What a check says about one thing it looked at. Missing data is never `passed`: what could not be decided is
 * `inconclusive`, what could not be asked is `errored` (pulumi.md section 4).
 */
export type Verdict = "passed" | "failed" | "inconclusive" | "errored";

/**
 * What proved a finding (design.md, Honesty rule). `computed`: nothing was sent, the result was worked out from the
 * objects in the API, whichever API that is.
 */
export type Proof = "static" | "computed" | "stand-in" | "real control plane" | "real cloud";

export interface Finding {
  /** Requirement id, e.g. `A1.4`. */
  readonly requirement: string;
  /** The promise in a few words: `each private subnet has a route to a live NAT gateway`. */
  readonly title: string;
  readonly verdict: Verdict;
  /** What was seen; for a failure also where. */
  readonly detail: string;
  /** The things concerned, by name or id. */
  readonly subjects: readonly string[];
  /** Set where there is nothing to verify by choice: the finding says so, and that it is so. */
  readonly state?: "off by configuration";
  /** What proved this one, where it is not what proved the rest of its phase. */
  readonly proof?: Proof;
  /** What was seen, where a sentence does not hold it. */
  readonly table?: FindingTable;
}
/** A table for a person: every row has a cell for each column. */
export interface FindingTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A named cause and how to mend it, in words a person can act on (the Pitfalls of the specification). */
export interface Diagnosis {
  readonly requirement: string;
  readonly cause: string;
  readonly fix: string;
  readonly subjects: readonly string[];
}

/** The world as a check may see it. Never the state file. */
export interface Clients {
  readonly aws: AwsReader;
  readonly kubernetes: Kubernetes;
  readonly edge: Edge;
  readonly services: Services;
  readonly proof: { readonly aws: Proof; readonly kubernetes: Proof };
}

export interface Kubernetes {
  readonly config: KubeConfig;
  readonly core: CoreV1Api;
}

/** HTTP to Services inside the cluster, by way of its API server. */
export interface Services {
  /** One GET; an answer that is no success is an answer too. */
  get(request: ServiceRequest): Promise<ServiceResponse>;
}
export interface ServiceRequest {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** With its query: `/api/v1/query?query=up`. */
  readonly path: string;
}
export interface ServiceResponse {
  readonly status: number;
  readonly body: string;
}

/** The outside view of the platform: names and addresses as a browser on the Internet would meet them. */
export interface Edge {
  /** Addresses or canonical names a host resolves to; empty when it does not resolve. */
  resolve(host: string): Promise<readonly string[]>;
  /** One GET to `address` with `host` as SNI and Host header. */
  get(request: { scheme: "http" | "https"; address: string; host: string; path: string }): Promise<EdgeResponse>;
}
export interface EdgeResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set for https: names the served certificate covers. */
  readonly certificateNames: readonly string[];
}

/**
 * One wait in the whole program: re-runs `attempt` until it says done or the deadline passes. Checks never sleep by
 * themselves; the runner injects this with its clock.
 */
export type WaitUntil = <T>(wait: {
  readonly reason: string;
  readonly deadlineSeconds: number;
  readonly attempt: () => Promise<{ done: boolean; value: T }>;
}) => Promise<{ done: boolean; value: T }>;

export interface CheckContext {
  readonly outputs: PlatformOutputs;
  readonly config: PlatformConfig;
  readonly clients: Clients;
  readonly waitUntil: WaitUntil;
}

/** Why a change must not be made now. */
export interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

/** The verification of one phase. `outputs` holds only the keys of this phase and earlier ones during a rollout. */
export interface PhaseCheck {
  /** Must be true after the phase (the Verify line). Runs every promise; never stops at the first failure. */
  verify(context: CheckContext): Promise<Finding[]>;
  /** Runs when something is not: which known pitfalls explain it. */
  diagnose(context: CheckContext, findings: readonly Finding[]): Promise<Diagnosis[]>;
  /** Asked before a phase that stands already is built again; `outputs` are those that are known, of the last time. */
  admit?(context: CheckContext): Promise<Refusal | undefined>;
}
