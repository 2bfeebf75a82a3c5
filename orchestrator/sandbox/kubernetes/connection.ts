import { parse } from "yaml";
import { isUnknown } from "../../engine/builtin/values";
import type { ClusterAccess, ClusterHost } from "../cluster/host";
import type { Json, Properties } from "../provider/serve";
import { KubeApi } from "./api";

interface KubeConfig {
  "current-context"?: string;
  clusters?: { name: string; cluster?: { server?: string } }[];
  contexts?: { name: string; context?: { cluster?: string; user?: string; namespace?: string } }[];
  users?: { name: string; user?: { exec?: { args?: string[] } } }[];
}

/** What a provider resource was configured with: which cluster, and the namespace of objects that name none. */
export interface Settings {
  /** Names under which the cluster may be known, best first; empty when the kubeconfig is not known yet. */
  readonly clusters: readonly string[];
  readonly server?: string | undefined;
  readonly namespace: string;
}

export function settingsOf(inputs: Properties): Settings {
  const given = inputs["namespace"];
  const fallback = typeof given === "string" && !isUnknown(given) ? given : undefined;
  const config = kubeconfigOf(inputs["kubeconfig"]);
  if (config === undefined) return { clusters: [], namespace: fallback ?? "default" };
  const contextName = typeof inputs["context"] === "string" ? inputs["context"] : config["current-context"];
  const context = config.contexts?.find(({ name }) => name === contextName) ?? config.contexts?.[0];
  const cluster = config.clusters?.find(({ name }) => name === context?.context?.cluster) ?? config.clusters?.[0];
  const args = config.users?.find(({ name }) => name === context?.context?.user)?.user?.exec?.args ?? [];
  // EKS calls every cluster `kubernetes` in its kubeconfig; the real name is an argument of the token command.
  const named = ["--cluster-name", "-i", "--cluster-id"].map((flag) =>
    args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined,
  );
  const clusters = [...named, cluster?.name, context?.name].filter((name) => name !== undefined);
  return {
    clusters,
    server: cluster?.cluster?.server,
    namespace: fallback ?? context?.context?.namespace ?? "default",
  };
}

function kubeconfigOf(value: Json | undefined): KubeConfig | undefined {
  if (value === undefined || value === null || isUnknown(value)) return undefined;
  if (typeof value === "object") return value as KubeConfig;
  const parsed: unknown = parse(String(value));
  if (typeof parsed !== "object" || parsed === null)
    throw new Error("failed to parse kubeconfig: the rehearsal takes the text of a kubeconfig, not a path");
  return parsed as KubeConfig;
}

/** True when both kubeconfigs lead to the same cluster, whatever its address or credentials are by now. */
export function sameCluster(a: Settings, b: Settings): boolean {
  if (a.clusters.length === 0 || b.clusters.length === 0) return true;
  return a.clusters[0] === b.clusters[0];
}

/** Provider resources by connection, and one client per running cluster. */
export class Connections {
  private readonly settings = new Map<string, Settings>();
  private readonly clients = new Map<string, { access: ClusterAccess; api: KubeApi }>();

  constructor(private readonly host: ClusterHost) {}

  configure(peer: string, settings: Settings): void {
    this.settings.set(peer, settings);
  }

  namespaceOf(peer: string): string {
    return this.settings.get(peer)?.namespace ?? "default";
  }

  /** Client of the cluster behind a connection; undefined while the cluster is not known or does not run. */
  find(peer: string): KubeApi | undefined {
    const access = this.locate(peer);
    if (access === undefined) return undefined;
    const known = this.clients.get(access.name);
    if (known?.access.endpoint === access.endpoint && known.access.token === access.token) return known.api;
    known?.api.close();
    const api = new KubeApi(access);
    this.clients.set(access.name, { access, api });
    return api;
  }

  /** The address in a kubeconfig may be of an earlier run: the name decides, the address only when no name fits. */
  private locate(peer: string): ClusterAccess | undefined {
    const settings = this.settings.get(peer);
    for (const name of settings?.clusters ?? []) {
      const access = this.host.get(name);
      if (access !== undefined) return access;
    }
    return undefined;
  }

  close(): void {
    for (const { api } of this.clients.values()) api.close();
    this.clients.clear();
  }
}

/** The provider's own words for a cluster that does not answer. */
export const UNREACHABLE =
  "configured Kubernetes cluster is unreachable: unable to load schema information from the API server";
