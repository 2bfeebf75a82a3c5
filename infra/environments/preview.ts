import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { Groups } from "../personas";
import type { ApplicationSpec } from "./application";
import { PREVIEW_DATABASE_HOST } from "./database";
import { ApplicationEnvironment } from "./environment";
import { namesOf } from "./names";
import type { PlatformNamespaceArgs } from "./namespace";

/** What a preview is made of; everything but the number comes of the dev cluster it is on. */
export interface PreviewArgs {
  readonly pullRequest: number;
  /** By digest (D1.8). */
  readonly image: string;
  readonly domain: string;
  readonly gateway: { readonly name: string; readonly namespace: string };
  readonly vpcCidr: string;
  /** Networks that may open it (E3.7). */
  readonly networks: readonly string[];
  /** Of the cluster; secret. */
  readonly kubeconfig: string;
  /** Of its namespace: whose it is and since when. */
  readonly labels: Readonly<Record<string, string>>;
  /** What groups of people are called in tokens. */
  readonly groups: Groups;
  /** Most that one pod may have (B2.2). */
  readonly podMaximum?: PlatformNamespaceArgs["podMaximum"];
}

export function previewSpec(
  args: Omit<PreviewArgs, "kubeconfig" | "labels" | "vpcCidr" | "groups" | "podMaximum">,
): ApplicationSpec {
  const { pullRequest, image, domain, gateway, networks } = args;
  return {
    kind: "preview",
    names: namesOf({ kind: "preview", pullRequest, domain }),
    image,
    gateway,
    database: { host: PREVIEW_DATABASE_HOST, cidrs: [] },
    access: { networks },
  };
}

/** The program of a preview's own stack (C2.1). */
export function previewProgram(args: PreviewArgs): () => Promise<Record<string, pulumi.Output<string>>> {
  return () => {
    const spec = previewSpec(args);
    const kubeconfig = pulumi.secret(args.kubeconfig);
    const provider = new k8s.Provider("cluster", { kubeconfig, enableServerSideApply: true });
    const environment = new ApplicationEnvironment("preview", {
      spec,
      vpcCidr: args.vpcCidr,
      labels: args.labels,
      groups: args.groups,
      ...(args.podMaximum && { podMaximum: args.podMaximum }),
      provider,
    });
    return Promise.resolve({
      namespace: environment.namespace,
      url: pulumi.output(spec.names.url),
      image: pulumi.output(args.image),
    });
  };
}
