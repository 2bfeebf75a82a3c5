import * as fs from "node:fs";
import path from "node:path";
import type { ClusterAccess, ClusterHost, NodeSpec } from "../cluster/host";
import { KubeApi } from "../kubernetes/api";
import { ControlPlane, endLeftovers, factsOf } from "./control-plane";
import { setNodes } from "./nodes";
import { playProbes } from "./player";

type Variables = Readonly<Record<string, string | undefined>>;

interface Running {
  readonly version: string;
  readonly plane: ControlPlane;
  readonly api: KubeApi;
  /** Ends what plays in the cluster, before the cluster ends. */
  leave(): Promise<void>;
}

export interface ControlPlanesOptions {
  readonly directory: string;
  readonly variables: Variables;
  /** What plays the operators of a cluster: started with it, ended before it. */
  readonly inhabit?: (access: ClusterAccess, host: ClusterHost) => Promise<{ close(): Promise<void> }>;
  /** Leave the clusters running at the end, to be looked into. */
  readonly keep?: boolean;
}

/** Real control planes of one environment, one folder each; same name, same data, also after a kill. */
export class ControlPlanes implements ClusterHost {
  private readonly running = new Map<string, Promise<Running>>();
  private readonly accesses = new Map<string, ClusterAccess>();

  constructor(private readonly options: ControlPlanesOptions) {}

  /** Starts again whatever was there when the process last ended. */
  async resume(): Promise<void> {
    const { directory } = this.options;
    const names = fs.existsSync(directory) ? fs.readdirSync(directory) : [];
    const started = await Promise.allSettled(
      names.flatMap((name) => {
        const facts = factsOf(path.join(directory, name));
        return facts === undefined ? [] : [this.ensure(name, facts.version)];
      }),
    );
    const failed = started.find((one) => one.status === "rejected");
    if (failed === undefined) return;
    await this.close();
    throw failed.reason;
  }

  async ensure(name: string, version: string): Promise<ClusterAccess> {
    const known = await this.running.get(name);
    // Another version on the same data is an upgrade of the control plane.
    if (known !== undefined && known.version !== version) await this.end(name);
    let cluster = this.running.get(name);
    if (cluster === undefined) {
      cluster = this.start(name, version);
      this.running.set(name, cluster);
      cluster.catch(() => this.running.delete(name));
    }
    return (await cluster).plane.access;
  }

  get(name: string): ClusterAccess | undefined {
    return this.accesses.get(name);
  }

  async remove(name: string): Promise<void> {
    await this.end(name);
    const folder = path.join(this.options.directory, name);
    await endLeftovers(folder);
    fs.rmSync(folder, { recursive: true, force: true });
  }

  async setNodes(cluster: string, group: string, nodes: readonly NodeSpec[]): Promise<void> {
    const found = await this.running.get(cluster);
    if (found !== undefined) return setNodes(found.api, group, nodes, `v${found.plane.version}`);
    if (nodes.length > 0) throw new Error(`cluster ${cluster} is not running`);
  }

  async close(): Promise<void> {
    const clusters = await Promise.allSettled(this.running.values());
    this.running.clear();
    this.accesses.clear();
    await Promise.all(
      clusters.map(async (one) => {
        if (one.status === "rejected") return;
        await one.value.leave();
        if (this.options.keep === true) one.value.plane.release();
        else await one.value.plane.stop();
      }),
    );
  }

  private async end(name: string): Promise<void> {
    const cluster = await this.running.get(name);
    this.running.delete(name);
    this.accesses.delete(name);
    await cluster?.leave();
    await cluster?.plane.stop();
  }

  private async start(name: string, version: string): Promise<Running> {
    const { directory, variables, inhabit, keep: outlives = false } = this.options;
    const plane = await ControlPlane.start({ name, version, folder: path.join(directory, name), variables, outlives });
    const api = new KubeApi(plane.access);
    const opened: (() => Promise<void> | void)[] = [() => api.close()];
    const leave = async () => {
      for (const close of opened.splice(0).reverse()) await close();
    };
    try {
      this.accesses.set(name, plane.access);
      const probes = await playProbes(api);
      opened.push(() => probes.close());
      const inhabitants = await inhabit?.(plane.access, this);
      if (inhabitants !== undefined) opened.push(() => inhabitants.close());
      return { version, plane, api, leave };
    } catch (error) {
      this.accesses.delete(name);
      await leave();
      await plane.stop();
      throw error;
    }
  }
}
