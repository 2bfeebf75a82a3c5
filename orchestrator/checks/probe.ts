import { randomBytes } from "node:crypto";
import type { V1Namespace, V1Pod, V1ServiceAccount } from "@kubernetes/client-node";
import type { WaitUntil } from "./check";
import type { ClusterView } from "./cluster-view";

/** busybox 1.37.0: `nc` and `nslookup` in 2 MB, for every architecture. */
export const PROBE_IMAGE = "docker.io/library/busybox:1.37.0";

/** Pull, schedule and run of one small pod. */
const POD_SECONDS = 120;

/** A namespace is of use once its controllers gave it its default account: no pod is taken before. */
const ACCOUNT_SECONDS = 30;

/** Label by which a killed run's leftovers are found and removed by the next one. */
const OWNER = { "slipway.dev/probe": "true" };

/**
 * A namespace of its own in which a check tries things, removed whatever happens. Restricted like any other, so a
 * probe proves what an application would meet.
 */
export async function inProbeNamespace<T>(
  view: ClusterView,
  waitUntil: WaitUntil,
  attempt: (namespace: string) => Promise<T>,
): Promise<T> {
  await removeLeftovers(view);
  const name = `slipway-probe-${randomBytes(4).toString("hex")}`;
  const labels = { ...OWNER, "pod-security.kubernetes.io/enforce": "restricted" };
  await view.create<V1Namespace>({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
  try {
    await waitUntil({
      reason: `the default account of ${name}`,
      deadlineSeconds: ACCOUNT_SECONDS,
      attempt: async () => {
        const account = await view.get<V1ServiceAccount>("v1", "ServiceAccount", "default", name);
        return { done: account !== undefined, value: undefined };
      },
    });
    return await attempt(name);
  } finally {
    await view.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
  }
}

async function removeLeftovers(view: ClusterView): Promise<void> {
  const namespaces = await view.list<V1Namespace>("v1", "Namespace");
  const left = namespaces.filter(
    (namespace) =>
      namespace.metadata?.labels?.["slipway.dev/probe"] === "true" &&
      namespace.metadata.deletionTimestamp === undefined,
  );
  await Promise.all(
    left.map((namespace) =>
      view.remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: String(namespace.metadata?.name) } }),
    ),
  );
}

/** What a probe pod tries; the annotation names it for a rehearsal, whose nodes run no containers. */
export type Attempt =
  | { kind: "tcp"; host: string; port: number }
  /** Also asks for the server's words: who only takes a connection has not let anybody in yet. */
  | { kind: "answer"; host: string; port: number }
  | { kind: "dns"; name: string }
  /** Mounts one Secret of the namespace and reads one of its files; the value goes nowhere. */
  | { kind: "secret"; secret: string; key: string }
  /** Reads a file that a driver puts into the pod, as this service account. */
  | { kind: "file"; providerClass: string; serviceAccount: string; key: string };

/** What a probe pod carries besides, for those who act on it. */
export interface Marks {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What a probe's server says to whom it takes in. */
const WORD = "slipway";
/** Where a probe mounts what it reads. */
const MOUNT = "/probe";

/** Runs one attempt from a pod with these labels to its end; true when it got through. */
export async function attemptFrom(
  view: ClusterView,
  waitUntil: WaitUntil,
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  attempt: Attempt,
  marks: Marks = {},
): Promise<boolean> {
  const { target, command } = planOf(attempt);
  const annotations = { "slipway.dev/probe": target, ...marks.annotations };
  const pod = probePod(namespace, name, { ...labels, ...marks.labels }, command, annotations);
  const spec = withFiles(pod, attempt);
  await view.create({ ...pod, spec: { ...spec, restartPolicy: "Never" } } as V1Pod);
  const ended = await waitUntil({
    reason: `probe ${name} to end`,
    deadlineSeconds: POD_SECONDS,
    attempt: async () => {
      const phase = (await view.get<V1Pod>("v1", "Pod", name, namespace))?.status?.phase;
      return { done: phase === "Succeeded" || phase === "Failed", value: phase };
    },
  });
  if (!ended.done)
    throw new Error(
      `probe pod ${namespace}/${name} did not end within ${POD_SECONDS} s (phase ${ended.value ?? "none"})`,
    );
  return ended.value === "Succeeded";
}

function planOf(attempt: Attempt): { target: string; command: string[] } {
  switch (attempt.kind) {
    case "tcp": {
      const { host, port } = attempt;
      return { target: `tcp://${host}:${port}`, command: ["nc", "-z", "-w", "5", host, String(port)] };
    }
    case "answer": {
      const { host, port } = attempt;
      const ask = `test "$(nc -w 5 ${host} ${port} </dev/null)" = ${WORD}`;
      return { target: `tcp://${host}:${port}`, command: ["sh", "-c", ask] };
    }
    case "dns":
      return { target: `dns://${attempt.name}`, command: ["nslookup", attempt.name] };
    case "secret":
    case "file":
      return { target: `file://${MOUNT}/${attempt.key}`, command: ["test", "-s", `${MOUNT}/${attempt.key}`] };
  }
}

function withFiles({ spec }: V1Pod, attempt: Attempt): V1Pod["spec"] {
  if (attempt.kind !== "secret" && attempt.kind !== "file") return spec;
  const [container] = spec?.containers ?? [];
  const volume =
    attempt.kind === "secret"
      ? { secret: { secretName: attempt.secret } }
      : {
          csi: {
            driver: "secrets-store.csi.k8s.io",
            readOnly: true,
            volumeAttributes: { secretProviderClass: attempt.providerClass },
          },
        };
  return {
    ...spec,
    ...(attempt.kind === "file" && { serviceAccountName: attempt.serviceAccount }),
    containers: [{ ...container, name: "probe", volumeMounts: [{ name: "secret", mountPath: MOUNT, readOnly: true }] }],
    volumes: [{ name: "secret", ...volume }],
  };
}

/** A pod that listens on a port; resolves with its address once it is Ready. */
export async function listen(
  view: ClusterView,
  waitUntil: WaitUntil,
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  port: number,
  marks: Marks = {},
): Promise<string> {
  const command = ["nc", "-lk", "-p", String(port), "-e", "echo", WORD];
  const pod = probePod(namespace, name, { ...labels, ...marks.labels }, command, { ...marks.annotations });
  await view.create({
    ...pod,
    spec: {
      ...pod.spec,
      containers: pod.spec?.containers.map((container) => ({ ...container, ports: [{ containerPort: port }] })),
    },
  } as V1Pod);
  const up = await waitUntil({
    reason: `probe server ${name} to run`,
    deadlineSeconds: POD_SECONDS,
    attempt: async () => {
      const status = (await view.get<V1Pod>("v1", "Pod", name, namespace))?.status;
      const ready = status?.conditions?.some((entry) => entry.type === "Ready" && entry.status === "True") ?? false;
      return { done: ready && status?.podIP !== undefined, value: status?.podIP };
    },
  });
  if (!up.done || up.value === undefined)
    throw new Error(`probe pod ${namespace}/${name} did not become Ready within ${POD_SECONDS} s`);
  return up.value;
}

function probePod(
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  command: string[],
  annotations: Record<string, string>,
): V1Pod {
  const quantity = { cpu: "10m", memory: "16Mi" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { ...labels }, annotations },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "probe",
          image: PROBE_IMAGE,
          command,
          resources: { requests: quantity, limits: quantity },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  };
}
