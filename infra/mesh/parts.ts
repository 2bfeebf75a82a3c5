import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "../config";
import type { MeshOutput } from "../outputs";

/** What a mesh is made from. */
export interface MeshParts {
  readonly config: PlatformConfig;
  readonly provider: k8s.Provider;
  /** What a chart on all nodes waits for. */
  readonly ready: readonly pulumi.Resource[];
  /** cert-manager with its issuers. */
  readonly certificates: readonly pulumi.Resource[];
  /** Known once the namespaces that may join are there. */
  readonly after: pulumi.Output<unknown>;
  /** The example app, which the platform itself makes again when it joins. */
  readonly demo: { readonly namespace: string; readonly deployment: string };
  readonly parent: pulumi.Resource;
}
/** What it came to. */
export type MeshInstalled = Pick<MeshOutput, "agents" | "callers"> & { readonly namespace: pulumi.Output<string> };
