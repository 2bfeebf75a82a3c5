import type { AwsReader } from "../checks/aws/reader";
import type { Edge, Proof, Services } from "../checks/check";

/** A running rehearsal world of one environment: stand-in providers, the account behind them and its cluster. */
export interface Sandbox {
  /** Environment variables that make either engine attach the stand-ins (PULUMI_DEBUG_PROVIDERS and the like). */
  readonly engineEnvironment: Readonly<Record<string, string>>;
  readonly aws: AwsReader;
  readonly edge: Edge;
  /** What runs in the cluster answers through it. */
  readonly services?: Services;
  /** What a finding about the cluster is worth; a stand-in when it says nothing. */
  readonly kubernetesProof?: Proof;
  /** Admin kubeconfig (YAML text) for the named cluster as it runs now; undefined when there is none. */
  kubeconfig(cluster: string): string | undefined;
  /** Ids of resources the world has made for this URN, oldest first: how a resume finds a create nobody acknowledged. */
  idsOf(urn: string): Promise<readonly string[]>;
  /** Ends servers and flushes the world to disk. */
  close(): Promise<void>;
}
