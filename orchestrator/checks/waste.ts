import type {
  KubernetesObject,
  V1Deployment,
  V1Namespace,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StatefulSet,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import type { AwsReader, Tags } from "./aws/reader";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { nameOf, type ClusterView } from "./cluster-view";
import { diagnosis, examine } from "./finding";
import { quantityOf } from "./quantity";

/** H4.1: waste of requests begins where 40 % of them are not used. */
const OVER_PROVISIONED = 0.4;
/** Below this share of what it requests a workload does nothing worth the name (H4.1). */
const IDLE = 0.05;
/** Environments where load moves, and a fixed number of pods is too many or too few (C4.2, C5.1). */
const SCALED = ["staging", "production"];

/** Tag of what a cluster made, with its name after it. */
const CLUSTER_TAG = "kubernetes.io/cluster/";

type Kind = "idle" | "over-provisioned" | "not scaled" | "left behind";
/** One thing that is paid for without need. */
export interface Waste {
  readonly kind: Kind;
  readonly subject: string;
  readonly detail: string;
}

interface PodMetrics extends KubernetesObject {
  readonly containers?: readonly { readonly name: string; readonly usage?: Readonly<Record<string, string>> }[];
}
interface Advice extends KubernetesObject {
  readonly spec?: { readonly targetRef?: { readonly name?: string } };
  readonly status?: {
    readonly recommendation?: { readonly containerRecommendations?: { readonly target?: Record<string, string> }[] };
  };
}

/** The account that an environment is in, and what of it is the environment's. */
export interface Cloud {
  readonly aws: Pick<AwsReader, "unattachedVolumes" | "unassociatedAddresses">;
  readonly environment: string;
  readonly cluster: string;
}
/** Of a check. */
export const cloudOf = ({ clients, outputs }: CheckContext): Cloud => ({
  aws: clients.aws,
  environment: outputs.environment.name,
  cluster: outputs.cluster.name,
});

/** What waste there is by what the APIs say at the moment: metrics of pods, claims, volumes, autoscalers, addresses. */
export async function wasteIn(view: ClusterView, cloud: Cloud): Promise<{ looked: number; waste: Waste[] }> {
  const [pods, metrics, advice, claims, volumes, deployments, sets, autoscalers, namespaces] = await Promise.all([
    view.list<V1Pod>("v1", "Pod"),
    view.list<PodMetrics>("metrics.k8s.io/v1beta1", "PodMetrics"),
    view.list<Advice>("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
    view.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim"),
    view.list<V1PersistentVolume>("v1", "PersistentVolume"),
    view.list<V1Deployment>("apps/v1", "Deployment"),
    view.list<V1StatefulSet>("apps/v1", "StatefulSet"),
    view.list<V2HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler"),
    view.list<V1Namespace>("v1", "Namespace"),
  ]);
  const waste = [
    ...unused(pods, metrics, advice),
    ...unscaled(deployments, autoscalers, namespaces),
    ...leftBehind(pods, sets, claims, volumes),
    ...(await leftInAccount(cloud, volumes)),
  ];
  return { looked: pods.length + claims.length + volumes.length + deployments.length, waste };
}

/** Requests against use, by workload: pods of one owner count together. */
function unused(pods: readonly V1Pod[], metrics: readonly PodMetrics[], advice: readonly Advice[]): Waste[] {
  const used = new Map(metrics.map((one) => [nameOf(one), one]));
  const sums = new Map<string, { requested: number; used: number }>();
  for (const pod of pods) {
    const measured = used.get(nameOf(pod));
    if (measured === undefined || pod.spec === undefined) continue;
    const requested = pod.spec.containers.reduce((sum, one) => sum + cores(one.resources?.requests?.["cpu"]), 0);
    const key = workloadOf(pod);
    const before = sums.get(key) ?? { requested: 0, used: 0 };
    const now = (measured.containers ?? []).reduce((sum, one) => sum + cores(one.usage?.["cpu"]), 0);
    sums.set(key, { requested: before.requested + requested, used: before.used + now });
  }
  return [...sums].flatMap(([subject, { requested, used: inUse }]) => {
    if (requested === 0 || inUse > requested * (1 - OVER_PROVISIONED)) return [];
    const target = advice.find(
      (one) => `${one.metadata?.namespace ?? ""}/${one.spec?.targetRef?.name ?? ""}` === subject,
    )?.status?.recommendation?.containerRecommendations;
    const wanted = target?.reduce((sum, one) => sum + cores(one.target?.["cpu"]), 0);
    const says = wanted === undefined ? "" : `; the recommender says ${millis(wanted)} a pod (H4.2)`;
    const kind: Kind = inUse < requested * IDLE ? "idle" : "over-provisioned";
    return [{ kind, subject, detail: `uses ${millis(inUse)} of ${millis(requested)} CPU${says}` }];
  });
}

/** Workloads of staging and production whose number nobody moves (H4.1). */
function unscaled(
  deployments: readonly V1Deployment[],
  autoscalers: readonly V2HorizontalPodAutoscaler[],
  namespaces: readonly V1Namespace[],
): Waste[] {
  const scaled = new Set(
    namespaces
      .filter(({ metadata }) => SCALED.includes(metadata?.labels?.["slipway.dev/environment"] ?? ""))
      .map(({ metadata }) => metadata?.name ?? ""),
  );
  const held = new Set(
    autoscalers.map(({ metadata, spec }) => `${metadata?.namespace ?? ""}/${spec?.scaleTargetRef.name ?? ""}`),
  );
  return deployments
    .filter((one) => scaled.has(one.metadata?.namespace ?? "") && !held.has(nameOf(one)))
    .map((one) => ({
      kind: "not scaled",
      subject: nameOf(one),
      detail: `${one.spec?.replicas ?? 1} pods at all hours, no autoscaler`,
    }));
}

/** Volumes nobody mounts: paid for by the GiB whether anybody reads them or not. */
function leftBehind(
  pods: readonly V1Pod[],
  sets: readonly V1StatefulSet[],
  claims: readonly V1PersistentVolumeClaim[],
  volumes: readonly V1PersistentVolume[],
): Waste[] {
  const mounted = new Set(
    pods.flatMap(({ metadata, spec }) =>
      (spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
        claim === undefined ? [] : [`${metadata?.namespace ?? ""}/${claim.claimName}`],
      ),
    ),
  );
  // A member that is away for now comes back to its volume.
  const kept = ({ metadata }: V1PersistentVolumeClaim) =>
    sets.some(
      (set) =>
        set.metadata?.namespace === metadata?.namespace &&
        (set.spec?.volumeClaimTemplates ?? []).some((template) =>
          metadata?.name?.startsWith(`${template.metadata?.name ?? ""}-${set.metadata?.name ?? ""}-`),
        ),
    );
  const size = (resources: Readonly<Record<string, string>> | undefined) => resources?.["storage"] ?? "of unknown size";
  return [
    ...volumes
      .filter(({ status }) => status?.phase === "Released" || status?.phase === "Failed")
      .map((one) => ({
        kind: "left behind" as const,
        subject: nameOf(one),
        detail: `volume ${size(one.spec?.capacity)}, ${one.status?.phase ?? ""}: its claim is gone`,
      })),
    ...claims
      .filter((one) => one.status?.phase === "Bound" && !mounted.has(nameOf(one)) && !kept(one))
      .map((one) => ({
        kind: "left behind" as const,
        subject: nameOf(one),
        detail: `claim ${size(one.spec?.resources?.requests)}, mounted by no pod`,
      })),
  ];
}

/**
 * Volumes and addresses of the account that nothing uses. A volume that the cluster knows is the cluster's affair: its claim
 * may be of a member that is away, and what is left behind of those is named above.
 */
async function leftInAccount(cloud: Cloud, known: readonly V1PersistentVolume[]): Promise<Waste[]> {
  const [volumes, addresses] = await Promise.all([cloud.aws.unattachedVolumes(), cloud.aws.unassociatedAddresses()]);
  const handles = new Set(known.map(({ spec }) => spec?.csi?.volumeHandle));
  return [
    ...volumes
      .filter(({ id, tags }) => !handles.has(id) && isOurs(cloud, tags))
      .map(({ id, gib, tags }) => ({
        kind: "left behind" as const,
        subject: id,
        detail: `EBS volume of ${gib} GiB, attached to nothing${claimOf(tags)}`,
      })),
    ...addresses
      .filter(({ tags }) => isOurs(cloud, tags))
      .map(({ id, address }) => ({
        kind: "left behind" as const,
        subject: id,
        detail: `address ${address}, nothing answers there`,
      })),
  ];
}

/** Unless it says that it is another environment's, or another cluster's in the same account. */
function isOurs({ environment, cluster }: Cloud, tags: Tags): boolean {
  const clusters = Object.keys(tags).filter((key) => key.startsWith(CLUSTER_TAG));
  if (clusters.length > 0) return clusters.includes(`${CLUSTER_TAG}${cluster}`);
  return tags["environment"] === undefined || tags["environment"] === environment;
}
/** The EBS CSI driver writes down whose volume it was. */
function claimOf(tags: Tags): string {
  const [namespace, name] = ["namespace", "name"].map((key) => tags[`kubernetes.io/created-for/pvc/${key}`]);
  return name === undefined ? "" : `; it was ${namespace ?? ""}/${name}'s`;
}

/** A Deployment's pods by its name, without the ends that ReplicaSets and pods are given. */
function workloadOf({ metadata }: V1Pod): string {
  const [owner] = metadata?.ownerReferences ?? [];
  const name = owner?.kind === "ReplicaSet" ? owner.name.replace(/-[a-z0-9]+$/, "") : (owner?.name ?? metadata?.name);
  return `${metadata?.namespace ?? ""}/${name ?? ""}`;
}
const cores = (text: string | undefined) => (text === undefined ? 0 : quantityOf(text) || 0);
const millis = (amount: number) => `${Math.round(amount * 1000)}m`;

/**
 * H4.1: what is paid for without need is reported, each by name. Waste stops nothing, a cluster that was just made idles;
 * volumes that were left behind are diagnosed. What is used is what is used now: the dashboard has the days before.
 */
export async function wasteReported(view: ClusterView, cloud: Cloud): Promise<Finding> {
  let found: readonly Waste[] = [];
  const finding = await examine({ requirement: "H4.1", title: "what is requested and not used is named" }, async () => {
    const { looked, waste } = await wasteIn(view, cloud);
    found = waste;
    const kinds: readonly Kind[] = ["over-provisioned", "idle", "not scaled", "left behind"];
    const counted = kinds.map((kind) => `${waste.filter((one) => one.kind === kind).length} ${kind}`);
    return { looked, wrong: [], detail: counted.join(", ") };
  });
  if (found.length === 0) return finding;
  const rows = found.map(({ kind, subject, detail }) => [kind, subject, detail]);
  return { ...finding, table: { title: "Waste at this moment", columns: ["kind", "what", "seen"], rows } };
}

/** H4.1: volumes and addresses that nothing will ever use again by itself. */
export async function wasteLeft(view: ClusterView, cloud: Cloud): Promise<Diagnosis[]> {
  const { waste } = await wasteIn(view, cloud);
  return diagnosis(
    "H4.1",
    "volumes or addresses are paid for that nothing uses",
    "take a snapshot where the data may be wanted, then delete the claim, or the volume where its claim is gone; release the address",
    waste.filter(({ kind }) => kind === "left behind").map(({ subject, detail }) => `${subject}: ${detail}`),
  );
}
