import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { serverIdentity } from "./certificates";
import { Controllers } from "./controllers";
import type { ClusterAccess, ClusterHost, NodeSpec } from "./host";
import type { KubeObject } from "./object";
import { ApiServer } from "./server";
import { ClusterStore, stamp } from "./store";
import { Verbs } from "./verbs";

interface Running {
  readonly access: ClusterAccess;
  readonly store: ClusterStore;
  readonly verbs: Verbs;
  close(): Promise<void>;
}
/** What is kept of a cluster beside its objects. */
interface Facts {
  version: string;
  token: string;
  port: number;
}
const SYSTEM_NAMESPACES = ["default", "kube-system", "kube-public", "kube-node-lease"];

/** Embedded clusters of one environment, one folder each; same name, same data, also after a kill. */
export class EmbeddedClusters implements ClusterHost {
  private readonly running = new Map<string, Promise<Running>>();
  private readonly accesses = new Map<string, ClusterAccess>();

  constructor(
    private readonly directory: string,
    /** What plays the operators of a cluster: started with it, ended before it. */
    private readonly inhabit: (access: ClusterAccess, host: ClusterHost) => Promise<{ close(): Promise<void> }> = () =>
      Promise.resolve({ close: () => Promise.resolve() }),
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** Starts again whatever was there when the process last ended. */
  async resume(): Promise<void> {
    const names = fs.existsSync(this.directory)
      ? fs.readdirSync(this.directory).filter((name) => fs.existsSync(this.factsFile(name)))
      : [];
    await Promise.all(names.map((name) => this.ensure(name, this.facts(name)?.version ?? "1.36")));
  }

  async ensure(name: string, version: string): Promise<ClusterAccess> {
    const known = this.running.get(name);
    // Another version on the same data is an upgrade of the control plane.
    if (known !== undefined && (await known).access.version !== version) {
      this.running.delete(name);
      await (await known).close();
    }
    let cluster = this.running.get(name);
    if (cluster === undefined) this.running.set(name, (cluster = this.start(name, version)));
    return (await cluster).access;
  }
  get(name: string): ClusterAccess | undefined {
    return this.accesses.get(name);
  }
  all(): ClusterAccess[] {
    return [...this.accesses.values()];
  }
  /** The objects of a cluster, for the controllers that play what charts install. */
  async storeOf(name: string): Promise<ClusterStore | undefined> {
    return (await this.running.get(name))?.store;
  }

  async remove(name: string): Promise<void> {
    await (await this.running.get(name))?.close();
    this.running.delete(name);
    this.accesses.delete(name);
    fs.rmSync(path.join(this.directory, name), { recursive: true, force: true });
  }

  async setNodes(cluster: string, group: string, nodes: readonly NodeSpec[]): Promise<void> {
    const found = await this.running.get(cluster);
    if (found === undefined) {
      if (nodes.length === 0) return;
      throw new Error(`cluster ${cluster} is not running`);
    }
    const { store, access } = found;
    const resource = store.resources.ofKind("v1", "Node");
    if (resource === undefined) return;
    const wanted = new Set(nodes.map((node) => node.name));
    for (const node of nodes)
      store.put(
        resource,
        nodeObject(
          { kubernetes: access.version, ...node },
          group,
          store.kind("v1", "Node").find((one) => one.metadata.name === node.name),
          this.now(),
        ),
      );
    for (const node of store.kind("v1", "Node"))
      if (node.metadata.annotations?.[GROUP] === group && !wanted.has(node.metadata.name)) store.remove(resource, node);
  }

  async close(): Promise<void> {
    const clusters = [...this.running.values()];
    await Promise.all(clusters.map(async (cluster) => (await cluster).close()));
    this.running.clear();
    this.accesses.clear();
  }

  private factsFile(name: string): string {
    return path.join(this.directory, name, "cluster.json");
  }
  private facts(name: string): Facts | undefined {
    const file = this.factsFile(name);
    return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as Facts) : undefined;
  }

  private async start(name: string, version: string): Promise<Running> {
    const folder = path.join(this.directory, name);
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    const identity = await serverIdentity(folder);
    const known = this.facts(name);
    const token = known?.token ?? randomBytes(24).toString("base64url");
    const store = new ClusterStore(path.join(folder, "objects.jsonl"), this.now);
    const verbs = new Verbs(store);
    const server = new ApiServer(store, verbs, version, token, identity);
    const port = await server.listen(known?.port ?? 0);
    fs.writeFileSync(this.factsFile(name), JSON.stringify({ version, token, port } satisfies Facts), { mode: 0o600 });
    seed(store);
    const controllers = new Controllers(store, verbs);
    const endpoint = `https://127.0.0.1:${port}`;
    const access: ClusterAccess = {
      name,
      version,
      endpoint,
      certificateAuthority: identity.authority,
      token,
      kubeconfig: kubeconfig(name, endpoint, identity.authority, token),
      playsWebhooks: true,
    };
    this.accesses.set(name, access);
    const inhabitants = await this.inhabit(access, this);
    const close = async () => {
      await inhabitants.close();
      controllers.close();
      await server.close();
      store.close();
    };
    return { access, store, verbs, close };
  }
}

/** Node annotation: which group a node came from. */
const GROUP = "rehearsal.slipway.dev/group";

function seed(store: ClusterStore): void {
  const namespaces = store.resources.ofKind("v1", "Namespace");
  const services = store.resources.ofKind("v1", "Service");
  if (namespaces === undefined || services === undefined) return;
  for (const name of SYSTEM_NAMESPACES) {
    if (store.get(namespaces, name) === undefined)
      store.put(namespaces, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
        spec: { finalizers: ["kubernetes"] },
        status: { phase: "Active" },
      });
  }
  if (store.get(services, "kubernetes", "default") === undefined)
    store.put(services, {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kubernetes", namespace: "default" },
      spec: {
        type: "ClusterIP",
        clusterIP: "172.20.0.1",
        ports: [{ name: "https", port: 443, targetPort: 6443, protocol: "TCP" }],
      },
    });
}

/** A patch release, as EKS has one of every minor. */
const kubeletOf = (version: string): string => `v${version}.2`;

function nodeObject(
  node: NodeSpec & { readonly kubernetes: string },
  group: string,
  before: KubeObject | undefined,
  now: Date,
): KubeObject {
  const heartbeat = stamp(now);
  const ready = {
    type: "Ready",
    status: "True",
    reason: "KubeletReady",
    message: "kubelet is posting ready status",
    lastHeartbeatTime: heartbeat,
    lastTransitionTime: heartbeat,
  };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...before?.metadata, name: node.name, labels: { ...node.labels }, annotations: { [GROUP]: group } },
    spec: { providerID: node.providerId, taints: node.taints.map((taint) => ({ ...taint })) },
    status: kept(before, node.kubernetes) ?? {
      capacity: { ...node.capacity },
      allocatable: { ...node.capacity },
      addresses: [
        { type: "InternalIP", address: node.internalIp },
        { type: "Hostname", address: node.name },
      ],
      conditions: [ready],
      nodeInfo: { kubeletVersion: kubeletOf(node.kubernetes), operatingSystem: "linux" },
    },
  };
}

/** What a node says of itself lasts until its kubelet is another. */
function kept(before: KubeObject | undefined, kubernetes: string): unknown {
  const status = before?.["status"] as { nodeInfo?: { kubeletVersion?: string } } | undefined;
  return status?.nodeInfo?.kubeletVersion === kubeletOf(kubernetes) ? status : undefined;
}

function kubeconfig(name: string, server: string, authority: string, token: string): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [{ name, user: { token } }],
  });
}
