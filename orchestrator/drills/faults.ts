import type { KubernetesObject, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { DELAY, FAULT_SECONDS, type Experiment } from "../../infra/chaos/experiments";
import { idOf, podsOf, type DrillWork } from "./drill";

const API = "chaos-mesh.org/v1alpha1";
/** A controller that is well injects within seconds. */
const INJECT_SECONDS = 60;

/** A fault that was brought about. */
export interface Fault {
  /** Pods it hit, as `idOf` names them. */
  readonly hit: readonly string[];
  /** It is over with what it hit; one that lasts goes when it is taken back. */
  readonly over: boolean;
  takeBack(): Promise<void>;
}

interface Chaos extends KubernetesObject {
  spec?: object;
  status?: {
    conditions?: { type: string; status: string; reason?: string }[];
    experiment?: { containerRecords?: { id: string }[] };
  };
}

const nothing = () => Promise.resolve();

/** Brings an experiment's fault about on one workload. */
export async function bringAbout(
  work: DrillWork,
  { name: experiment }: Experiment,
  workload: V1Deployment,
  name: string,
): Promise<Fault> {
  const pods = await podsOf(work, workload);
  const [first] = pods;
  if (first === undefined) throw new Error("the workload has no pod");
  switch (experiment) {
    case "pod-kill":
      return byChaosMesh(work, workload, pods, name, "PodChaos", { action: "pod-kill", gracePeriod: 0 }, true);
    case "network-delay":
      return byChaosMesh(
        work,
        workload,
        pods,
        name,
        "NetworkChaos",
        { action: "delay", delay: { ...DELAY }, duration: `${FAULT_SECONDS}s` },
        false,
      );
    case "eviction": {
      const refused = await work.evict(first.metadata?.namespace ?? "", first.metadata?.name ?? "");
      if (refused !== undefined) throw new Error(`the eviction was refused: ${refused}`);
      return { hit: [idOf(first)], over: true, takeBack: nothing };
    }
    case "node-kill": {
      const lost = pods.filter(({ spec }) => spec?.nodeName === first.spec?.nodeName);
      for (const { metadata } of lost)
        await work.view.remove({
          apiVersion: "v1",
          kind: "Pod",
          metadata: { name: metadata?.name ?? "", namespace: metadata?.namespace ?? "" },
        });
      return { hit: lost.map(idOf), over: true, takeBack: nothing };
    }
  }
}

/** An experiment of Chaos Mesh with the narrowest scope: one pod, by namespace and labels (A16.3). */
async function byChaosMesh(
  { view, waitUntil }: DrillWork,
  workload: V1Deployment,
  pods: readonly V1Pod[],
  name: string,
  kind: "PodChaos" | "NetworkChaos",
  spec: object,
  over: boolean,
): Promise<Fault> {
  const namespace = workload.metadata?.namespace ?? "";
  const object = { apiVersion: API, kind, metadata: { name, namespace } };
  const takeBack = () => view.remove(object);
  await view.create<Chaos>({
    ...object,
    spec: {
      mode: "one",
      selector: { namespaces: [namespace], labelSelectors: { ...workload.spec?.selector.matchLabels } },
      ...spec,
    },
  });
  const { value: found, done } = await waitUntil({
    reason: `${kind} ${name} to be injected`,
    deadlineSeconds: INJECT_SECONDS,
    attempt: async () => {
      const experiment = await view.get<Chaos>(API, kind, name, namespace);
      const injected = experiment?.status?.conditions?.some(
        ({ type, status }) => type === "AllInjected" && status === "True",
      );
      return { done: injected === true, value: experiment };
    },
  });
  if (!done) {
    await takeBack();
    const why = found?.status?.conditions?.find(({ type }) => type === "Selected")?.reason;
    throw new Error(`Chaos Mesh did not inject it within ${INJECT_SECONDS} s${why ? `: ${why}` : ""}`);
  }
  const names = (found?.status?.experiment?.containerRecords ?? []).map(({ id }) => id);
  // Records name a pod, and sometimes its container behind it.
  const hit = pods.map(idOf).filter((id) => names.some((record) => record.startsWith(id.split(" ")[0] ?? id)));
  return { hit, over, takeBack };
}
