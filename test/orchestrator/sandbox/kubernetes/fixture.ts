import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { Cloud } from "../../../../orchestrator/sandbox/cloud";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import type { ClusterAccess, NodeSpec } from "../../../../orchestrator/sandbox/cluster/host";
import { KubeApi, type WatchEvent } from "../../../../orchestrator/sandbox/kubernetes/api";
import type { KubeObject, ObjectRef } from "../../../../orchestrator/sandbox/kubernetes/object";
import { createKubernetesStandIn } from "../../../../orchestrator/sandbox/kubernetes/provider";
import type { Properties, ResourceCall, StandIn } from "../../../../orchestrator/sandbox/provider/serve";
import {
  startOperators,
  type OperatorsOptions,
  type RunningOperators,
} from "../../../../orchestrator/sandbox/operators/start";

export const CLUSTER = "slipway-test";
const PEER = "127.0.0.1:1";

/** An embedded cluster with three nodes, the stand-in that talks to it and, when asked for, the operators. */
export interface Fixture {
  readonly access: ClusterAccess;
  readonly clusters: EmbeddedClusters;
  readonly api: KubeApi;
  readonly standIn: StandIn & { close(): void };
  /** Check and create, as an engine would. */
  make(
    type: string,
    name: string,
    inputs: Properties,
  ): Promise<{ id: string; inputs: Properties; outputs: Properties }>;
  close(): Promise<void>;
}

export function call(type: string, name = "thing"): ResourceCall {
  return { urn: `urn:pulumi:test::slipway::${type}::${name}`, type, name, peer: PEER };
}

export function nodes(count: number, role = "system"): NodeSpec[] {
  return Array.from({ length: count }, (_unused, i) => ({
    name: `ip-10-0-${role.length}-${i + 10}.eu-central-1.compute.internal`,
    zone: `eu-central-1${"abc".charAt(i % 3)}`,
    instanceType: "m7g.large",
    labels: {
      "node-role": role,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "arm64",
      "topology.kubernetes.io/zone": `eu-central-1${"abc".charAt(i % 3)}`,
    },
    taints: [],
    capacity: { cpu: "4", memory: "16Gi", pods: "110" },
    internalIp: `10.0.${role.length}.${i + 10}`,
    providerId: `aws:///eu-central-1${"abc".charAt(i % 3)}/i-0${i}`,
  }));
}

export async function open(
  options: { awaitSeconds?: number; operators?: Partial<OperatorsOptions> } = {},
): Promise<Fixture> {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-kubernetes-"));
  const clusters = new EmbeddedClusters(directory);
  const access = await clusters.ensure(CLUSTER, "1.36");
  await clusters.setNodes(CLUSTER, "system", nodes(3));
  const standIn = createKubernetesStandIn({ clusters, awaitSeconds: options.awaitSeconds ?? 20 });
  await standIn.configure?.({ kubeconfig: access.kubeconfig }, { peer: PEER, urn: "urn:provider" });
  const api = new KubeApi(access);
  let operators: RunningOperators | undefined;
  if (options.operators !== undefined)
    operators = await startOperators({
      access,
      host: clusters,
      cloud: new FakeCloud(),
      dnsRecords: () => Promise.resolve([]),
      ...options.operators,
    });
  return {
    access,
    clusters,
    api,
    standIn,
    async make(type, name, given) {
      const checked = await standIn.check?.(call(type, name), undefined, given);
      if (checked === undefined || (checked.failures ?? []).length > 0)
        throw new Error(JSON.stringify(checked?.failures));
      const made = await standIn.create(call(type, name), checked.inputs, false);
      return { ...made, inputs: checked.inputs };
    },
    async close() {
      await operators?.close();
      standIn.close();
      api.close();
      await clusters.close();
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** An account of which a test says what it grants; it keeps what was asked of it. */
export class FakeCloud implements Cloud {
  readonly region = "eu-central-1";
  readonly records = new Map<string, readonly string[]>();
  readonly balancers = new Map<string, string>();
  readonly launched: string[] = [];
  /** Service accounts with a role, and what it allows. */
  readonly roles = new Map<string, readonly string[]>();
  balancerProblem: string | undefined;

  podIdentityRole(_cluster: string, namespace: string, serviceAccount: string) {
    const allowedActions = this.roles.get(`${namespace}/${serviceAccount}`);
    return allowedActions && { roleArn: `arn:aws:iam::123456789012:role/${serviceAccount}`, allowedActions };
  }
  ensureLoadBalancer({ name }: { name: string }) {
    if (this.balancerProblem !== undefined) return Promise.reject(new Error(this.balancerProblem));
    const dnsName = `${name}-1.elb.eu-central-1.amazonaws.com`;
    this.balancers.set(name, dnsName);
    return Promise.resolve({ arn: `arn:${name}`, dnsName });
  }
  deleteLoadBalancer(name: string) {
    this.balancers.delete(name);
    return Promise.resolve();
  }
  putRecord({ name, type, values }: { name: string; type: string; values: readonly string[] }) {
    this.records.set(`${name}/${type}`, values);
    return Promise.resolve();
  }
  deleteRecord({ name, type }: { name: string; type: string }) {
    this.records.delete(`${name}/${type}`);
    return Promise.resolve();
  }
  launchInstance({ pool, instanceType, zone }: { pool: string; instanceType: string; zone: string }) {
    this.launched.push(`${pool} ${instanceType}`);
    const n = this.launched.length;
    return Promise.resolve({
      id: `i-1${n}`,
      privateDnsName: `ip-10-9-0-${n}.eu-central-1.compute.internal`,
      privateIp: `10.9.0.${n}`,
      zone,
    });
  }
  terminateInstance() {
    return Promise.resolve();
  }
  /** Objects by `bucket/key`. */
  readonly objects = new Map<string, string>();
  bucketProblem: string | undefined;
  buckets() {
    const at = (bucket: string, key: string) => {
      if (this.bucketProblem !== undefined) throw new Error(this.bucketProblem);
      return `${bucket}/${key}`;
    };
    return {
      list: (bucket: string, prefix: string) => {
        const start = at(bucket, prefix);
        return [...this.objects.keys()]
          .filter((key) => key.startsWith(start))
          .map((key) => key.slice(bucket.length + 1));
      },
      get: (bucket: string, key: string) => this.objects.get(at(bucket, key)),
      put: (bucket: string, key: string, body: string) => void this.objects.set(at(bucket, key), body),
      remove: (bucket: string, key: string) => void this.objects.delete(at(bucket, key)),
    };
  }
  /** Values of the central store by name. */
  readonly secrets = new Map<string, string>();
  readSecret({ name }: { name: string }) {
    const value = this.secrets.get(name);
    return value === undefined
      ? Promise.reject(new Error(`ResourceNotFoundException: Secrets Manager can't find the specified secret.`))
      : Promise.resolve(value);
  }
  dnsRecords() {
    return Promise.resolve(
      [...this.records].map(([key, values]) => ({
        name: key.slice(0, key.lastIndexOf("/")),
        type: key.slice(key.lastIndexOf("/") + 1),
        values,
      })),
    );
  }
}

/** Follows one object until it is as it should be; fails with its last status when it never is. */
export async function until(
  { api }: Pick<Fixture, "api">,
  { apiVersion, kind, name, namespace }: ObjectRef,
  good: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject | undefined> {
  const ending = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      let last: KubeObject | undefined;
      const look = (object: KubeObject | undefined) => {
        last = object;
        if (good(object)) resolve(object);
      };
      const timer = setTimeout(
        () => reject(new Error(`${kind} ${name} stayed ${JSON.stringify(last?.["status"])}`)),
        8_000,
      );
      ending.signal.addEventListener("abort", () => clearTimeout(timer));
      const mine = ({ metadata }: KubeObject) => metadata.name === name && metadata.namespace === namespace;
      const on = {
        reset: (items: KubeObject[]) => look(items.find(mine)),
        event: ({ type, object }: WatchEvent) => {
          if (mine(object)) look(type === "DELETED" ? undefined : object);
        },
      };
      api.follow({ apiVersion, kind }, on, ending.signal).catch(reject);
    });
  } finally {
    ending.abort();
  }
}
