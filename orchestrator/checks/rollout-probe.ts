import type { KubernetesObject, V1Deployment, V1Pod, V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { ApiRequests } from "./api-requests";
import type { Kubernetes, WaitUntil } from "./check";
import { condition, type ClusterView } from "./cluster-view";
import { PROBE_IMAGE } from "./probe";

const NAME = "rollout";
const LABELS = { app: NAME };
/** As many as its budget keeps, so that none of them may be evicted. */
export const COPIES = 2;
/** Pull, schedule and start of a small pod, after one another for each copy. */
const ROLLOUT_SECONDS = 180;
/** The budget's controller counts pods as they become Ready. */
const BUDGET_SECONDS = 30;
const AMOUNT = { cpu: "10m", memory: "16Mi" };

/** What was seen at every change of a pod, from the first Ready one of the old version to the last of the new. */
export interface Seen {
  readonly changes: number;
  /** Fewest Ready pods, those that end not counted. */
  readonly fewest: number;
  readonly ended: boolean;
}

/** A small application, rolled out and evicted as one of a team's would be (C5.2). */
export class RolloutProbe {
  constructor(
    private readonly kubernetes: Kubernetes,
    private readonly view: ClusterView,
    private readonly waitUntil: WaitUntil,
    private readonly namespace: string,
  ) {}

  /** Makes it with its budget. False when it was not Ready in time. */
  async begin(): Promise<boolean> {
    await this.view.create<V1PodDisruptionBudget>({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: NAME, namespace: this.namespace },
      spec: { minAvailable: COPIES, selector: { matchLabels: LABELS } },
    });
    await this.view.create(deployment(this.namespace));
    return this.complete();
  }

  /** What the API server answers to an eviction for which the budget has no room. */
  async evict(requests: ApiRequests): Promise<{ code: number; message: string }> {
    await this.waitUntil({
      reason: "the budget to count its pods",
      deadlineSeconds: BUDGET_SECONDS,
      attempt: async () => {
        const budget = await this.view.get<V1PodDisruptionBudget>(
          "policy/v1",
          "PodDisruptionBudget",
          NAME,
          this.namespace,
        );
        return { done: budget?.status?.currentHealthy === COPIES, value: undefined };
      },
    });
    const [pod] = await this.view.list<V1Pod>("v1", "Pod", this.namespace);
    const name = pod?.metadata?.name ?? "";
    const { code, body } = await requests.post(`/api/v1/namespaces/${this.namespace}/pods/${name}/eviction`, {
      apiVersion: "policy/v1",
      kind: "Eviction",
      metadata: { name, namespace: this.namespace },
    });
    return { code, message: String(body["message"]) };
  }

  /** Rolls a new version out and looks at its pods at every change, by a watch: nothing falls between two looks. */
  async update(): Promise<Seen> {
    const { KubernetesObjectApi, Watch } = await import("@kubernetes/client-node");
    const pods = new Map<string, V1Pod>();
    let changes = 0;
    let fewest = Number.POSITIVE_INFINITY;
    const there = () => [...pods.values()].filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    const look = (type: string, pod: V1Pod) => {
      const name = pod.metadata?.name ?? "";
      if (type === "DELETED") pods.delete(name);
      else pods.set(name, pod);
      const ready = there().filter((one) => condition(one, "Ready")?.status === "True").length;
      // The watch tells those that are there one by one first.
      if (fewest === Number.POSITIVE_INFINITY && ready < COPIES) return;
      changes += 1;
      fewest = Math.min(fewest, ready);
    };
    let lost: unknown;
    const watching = await new Watch(this.kubernetes.config).watch(
      `/api/v1/namespaces/${this.namespace}/pods`,
      {},
      (type, pod) => look(type, pod as V1Pod),
      (error) => (lost = error),
    );
    try {
      await this.waitUntil({
        reason: "the watch to tell the pods that are there",
        deadlineSeconds: BUDGET_SECONDS,
        attempt: () => Promise.resolve({ done: changes > 0 || lost !== undefined, value: undefined }),
      });
      const template = { metadata: { annotations: { "slipway.dev/version": "2" } } };
      const change = { ...HEAD, metadata: { name: NAME, namespace: this.namespace }, spec: { template } };
      const updated = await KubernetesObjectApi.makeApiClient(this.kubernetes.config).patch(change as KubernetesObject);
      const done = await this.complete(updated.metadata?.generation);
      const isNew = (pod: V1Pod) => pod.metadata?.annotations?.["slipway.dev/version"] === "2";
      // The watch may be behind the Deployment's own count.
      const { done: told } = await this.waitUntil({
        reason: "the watch to tell the last of them",
        deadlineSeconds: BUDGET_SECONDS,
        attempt: () =>
          Promise.resolve({
            done: lost !== undefined || (there().length === COPIES && there().every(isNew)),
            value: undefined,
          }),
      });
      if (lost instanceof Error) throw lost;
      return { changes, fewest, ended: done && told };
    } finally {
      watching.abort();
    }
  }

  private async complete(generation = 1): Promise<boolean> {
    const { done } = await this.waitUntil({
      reason: `${COPIES} pods of ${this.namespace}/${NAME}`,
      deadlineSeconds: ROLLOUT_SECONDS,
      attempt: async () => {
        const { status = {} } =
          (await this.view.get<V1Deployment>(HEAD.apiVersion, HEAD.kind, NAME, this.namespace)) ?? {};
        const { observedGeneration = 0, updatedReplicas, availableReplicas, replicas } = status;
        const counts = [updatedReplicas, availableReplicas, replicas];
        return {
          done: observedGeneration >= generation && counts.every((count) => count === COPIES),
          value: undefined,
        };
      },
    });
    return done;
  }
}

/** Whether what was seen is what C5.2 promises; the reason when it is not. */
export function broken({ changes, fewest, ended }: Seen): string | undefined {
  if (!ended) return `was not rolled out in ${ROLLOUT_SECONDS} s`;
  if (fewest < COPIES) return `had ${fewest} Ready pods at one moment, ${COPIES} are promised`;
  // Each copy comes and goes.
  return changes < 2 * COPIES ? `changed ${changes} times: too few to have been seen` : undefined;
}

const HEAD = { apiVersion: "apps/v1", kind: "Deployment" } as const;

function deployment(namespace: string): V1Deployment {
  const probe = { exec: { command: ["true"] }, periodSeconds: 1 };
  return {
    ...HEAD,
    metadata: { name: NAME, namespace },
    spec: {
      replicas: COPIES,
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: LABELS },
      template: {
        metadata: { labels: LABELS },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 0,
          securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "app",
              image: PROBE_IMAGE,
              command: ["sleep", "600"],
              resources: { requests: AMOUNT, limits: AMOUNT },
              readinessProbe: probe,
              livenessProbe: probe,
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
    },
  };
}
