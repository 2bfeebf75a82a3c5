import type { KubernetesObject, V1LimitRange, V1Pod, V1PodSpec, V1ResourceQuota } from "@kubernetes/client-node";
import type { ApiRequests } from "./api-requests";
import type { WaitUntil } from "./check";
import type { ClusterView } from "./cluster-view";

/**
 * A rule takes effect when the API server's own watch has brought it there, about a second after it was written.
 * https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 */
const EFFECT_SECONDS = 30;
/** A ReplicaSet tells at once that it may not make its pods. */
const EVENT_SECONDS = 60;

/** What nobody ever pulls: the objects are only shown to admission, or refused by it. */
const IMAGE = `registry.k8s.io/pause@sha256:${"0".repeat(64)}`;
const AMOUNT = { cpu: "10m", memory: "16Mi" };
/** Most that a container may have in the probe namespace, and what a pod asks for above it. */
const MOST = { cpu: "100m", above: "200m" };

/** Who refused something, and in which words. */
export interface Refusal {
  readonly by: "Pod Security" | "admission policy" | "LimitRange" | "ResourceQuota" | "another control";
  readonly message: string;
}

/** A pod as every rule likes it, so that what refuses it is the one thing that is changed. */
function podSpec(changed: { privileged?: boolean; cpu?: string } = {}): V1PodSpec {
  const { privileged = false, cpu = AMOUNT.cpu } = changed;
  const amount = { ...AMOUNT, cpu };
  const probe = { tcpSocket: { port: 8080 } };
  return {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: "probe",
        image: IMAGE,
        resources: { requests: amount, limits: amount },
        readinessProbe: probe,
        livenessProbe: probe,
        securityContext: privileged
          ? { privileged }
          : { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
      },
    ],
  };
}
const pod = (namespace: string, spec: V1PodSpec): V1Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "refused", namespace },
  spec,
});
function deployment(namespace: string, name: string, replicas: number, spec: V1PodSpec): KubernetesObject {
  const labels = { app: name };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace },
    spec: {
      replicas,
      strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  } as KubernetesObject;
}

/** A privileged pod, shown to the API server and not made. */
export const privilegedPod = (namespace: string) => pod(namespace, podSpec({ privileged: true }));
/** A Deployment of such pods: Pod Security only warns of templates, so what refuses it is the policy engine. */
export const privilegedDeployment = (namespace: string) =>
  deployment(namespace, "refused", 1, podSpec({ privileged: true }));

/** Shows objects to one API server. */
export class Attempts {
  constructor(
    private readonly requests: ApiRequests,
    private readonly view: ClusterView,
    private readonly waitUntil: WaitUntil,
  ) {}

  /** Who refuses an object, asked again while a rule may still be on its way; undefined when it would be taken. */
  async refusal(object: KubernetesObject, wanted: Refusal["by"]): Promise<Refusal | undefined> {
    const settled = await this.waitUntil({
      reason: `${object.kind ?? ""} to be refused by ${wanted}`,
      deadlineSeconds: EFFECT_SECONDS,
      attempt: async () => {
        const value = await this.once(object);
        return { done: value?.by === wanted, value };
      },
    });
    return settled.value;
  }

  /** The same, asked once. */
  async once(object: KubernetesObject): Promise<Refusal | undefined> {
    const { apiVersion = "", kind = "", metadata } = object;
    const base = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const where = `${base}/namespaces/${metadata?.namespace ?? ""}/${kind.toLowerCase()}s?dryRun=All`;
    const { code, body } = await this.requests.post(where, object);
    if (code === 201) return undefined;
    if (code !== 403 && code !== 422) throw new Error(`${where} answered ${code}: ${String(body["message"])}`);
    return refusalOf(String(body["message"]));
  }

  /** A pod above what a LimitRange lets one container have. */
  async overLimit(namespace: string): Promise<Refusal | undefined> {
    await this.view.create<V1LimitRange>({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "limits", namespace },
      spec: { limits: [{ type: "Container", max: { cpu: MOST.cpu } }] },
    });
    return this.refusal(pod(namespace, podSpec({ cpu: MOST.above })), "LimitRange");
  }

  /**
   * A Deployment above the quota of its namespace. It is taken; its pods are not, and who looks for the reason finds it
   * in the event of the ReplicaSet (A17.3).
   */
  async overQuota(namespace: string): Promise<Refusal | undefined> {
    const quota: V1ResourceQuota = {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace },
      spec: { hard: { "limits.cpu": "1m" } },
    };
    await this.view.create(quota);
    // The quota counts from the moment its controller has seen it.
    await this.waitUntil({
      reason: "the quota to be in force",
      deadlineSeconds: EFFECT_SECONDS,
      attempt: async () => {
        const seen = await this.view.get<V1ResourceQuota>("v1", "ResourceQuota", "quota", namespace);
        return { done: seen?.status?.hard !== undefined, value: undefined };
      },
    });
    await this.view.create(deployment(namespace, "above-quota", 1, podSpec()));
    const settled = await this.waitUntil({
      reason: "the ReplicaSet to tell that it may not make its pods",
      deadlineSeconds: EVENT_SECONDS,
      attempt: async () => {
        const events = await this.view.list<FailedCreate>("v1", "Event", namespace);
        const told = events.find(
          ({ reason, involvedObject }) => reason === "FailedCreate" && involvedObject?.kind === "ReplicaSet",
        );
        return { done: told !== undefined, value: told?.message };
      },
    });
    return settled.value === undefined ? undefined : refusalOf(settled.value);
  }
}

interface FailedCreate extends KubernetesObject {
  reason?: string;
  message?: string;
  involvedObject?: { kind?: string };
}

/** Each control says who it is in a way of its own. */
export function refusalOf(message: string): Refusal {
  if (message.includes("violates PodSecurity")) return { by: "Pod Security", message };
  if (message.includes("ValidatingAdmissionPolicy '")) return { by: "admission policy", message };
  if (message.includes("exceeded quota: ") || message.includes("failed quota: "))
    return { by: "ResourceQuota", message };
  if (/(maximum|minimum) [\w.-]+ usage per /.test(message)) return { by: "LimitRange", message };
  return { by: "another control", message };
}
