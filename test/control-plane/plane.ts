import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { findBinaries, supported } from "../../orchestrator/sandbox/control-plane/binaries";
import { ControlPlanes } from "../../orchestrator/sandbox/control-plane/control-planes";
import { minors } from "../../orchestrator/sandbox/control-plane/versions";
import type { ClusterAccess, NodeSpec } from "../../orchestrator/sandbox/cluster/host";
import { KubeApi } from "../../orchestrator/sandbox/kubernetes/api";
import type { KubeObject } from "../../orchestrator/sandbox/kubernetes/object";

/** A start on a busy machine. */
export const START_MS = 120_000;
export const VERSION = minors[0];
const NAME = "slipway-test";

export interface Plane {
  readonly host: ControlPlanes;
  readonly access: ClusterAccess;
  readonly api: KubeApi;
  readonly folder: string;
}

let shared: Promise<Plane> | undefined;

async function start(): Promise<Plane> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "slipway-plane-"));
  const host = new ControlPlanes({ directory: folder, variables: process.env });
  const access = await host.ensure(NAME, VERSION);
  return { host, access, api: new KubeApi(access), folder };
}

/** Skips the surrounding suite where no control plane can run; `npm test` says why beforehand. */
export function needsBinaries(): void {
  before(async function () {
    if (!supported() || (await findBinaries(VERSION, process.env)).missing.length > 0) this.skip();
  });
}

/** One real control plane for all suites that do not break it: each works in namespaces of its own. */
export function usePlane(): () => Plane {
  let plane: Plane | undefined;
  needsBinaries();
  before(async function () {
    this.timeout(START_MS);
    plane = await (shared ??= start());
  });
  return () => plane as Plane;
}

after(async () => {
  const plane = await shared;
  if (plane === undefined) return;
  plane.api.close();
  await plane.host.close();
  rmSync(plane.folder, { recursive: true, force: true });
});

let namespaces = 0;
/** A fresh namespace with its default service account. */
export async function namespaceIn(api: KubeApi, labels: Record<string, string> = {}): Promise<string> {
  const name = `test-${++namespaces}`;
  await api.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  await until(async () => api.get({ apiVersion: "v1", kind: "ServiceAccount", name: "default", namespace: name }));
  return name;
}

/** What `look` finds, once it finds something; the test's own time limit ends the wait. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function node(name: string, changed: Partial<NodeSpec> = {}): NodeSpec {
  return {
    name,
    zone: "eu-central-1a",
    instanceType: "m7g.large",
    labels: { "kubernetes.io/hostname": name, "topology.kubernetes.io/zone": "eu-central-1a", pool: "general" },
    taints: [],
    capacity: { cpu: "2", memory: "8Gi", pods: "29" },
    internalIp: "10.0.1.10",
    providerId: `aws:///eu-central-1a/i-${name}`,
    ...changed,
  };
}

export function pod(namespace: string, name: string, spec: object = {}, metadata: object = {}): KubeObject {
  const container = {
    name: "app",
    image: "registry.k8s.io/pause:3.10",
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
  };
  const security = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, ...metadata },
    spec: { containers: [container], securityContext: security, ...spec },
  };
}
