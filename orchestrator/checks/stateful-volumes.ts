import type {
  V1Node,
  V1PersistentVolume,
  V1PersistentVolumeClaim,
  V1Pod,
  V1StorageClass,
} from "@kubernetes/client-node";
import { nameOf, type ClusterView } from "./cluster-view";
import { each, type Offence, type Seen } from "./finding";

const ZONE = "topology.kubernetes.io/zone";

/** A data system by where its members are and what they are known by. */
export interface MembersAt {
  readonly namespace: string;
  readonly name: string;
  readonly members: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Pods of a data system. */
export async function membersOf(
  view: ClusterView,
  { namespace, labels }: Pick<MembersAt, "namespace" | "labels">,
): Promise<V1Pod[]> {
  const pods = await view.list<V1Pod>("v1", "Pod", namespace);
  return pods.filter(({ metadata }) =>
    Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value),
  );
}

async function stateOf(view: ClusterView, { namespace, labels }: MembersAt) {
  const [pods, claims] = await Promise.all([
    membersOf(view, { namespace, labels }),
    view.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim", namespace),
  ]);
  const claimed = (pod: V1Pod) =>
    (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: used }) =>
      claims.filter(({ metadata }) => metadata?.name === used?.claimName),
    );
  return { pods, claimed };
}

/** Members share no zone, as far as there are zones, and their volumes are made where they are (A11.3). */
export async function apart(view: ClusterView, systems: readonly MembersAt[]): Promise<Seen> {
  const nodes = await view.list<V1Node>("v1", "Node");
  const zoneOf = (pod: V1Pod) =>
    nodes.find(({ metadata }) => metadata?.name === pod.spec?.nodeName)?.metadata?.labels?.[ZONE];
  const wrong: Offence[] = [...(await bindsEarly(view, systems))];
  const zones: string[] = [];
  for (const system of systems) {
    const { pods } = await stateOf(view, system);
    const seen = new Map<string, string>();
    for (const pod of pods) {
      const zone = zoneOf(pod);
      const other = zone === undefined ? undefined : seen.get(zone);
      if (zone === undefined) wrong.push({ subject: nameOf(pod), reason: "is on no node with a zone" });
      else if (other !== undefined) wrong.push({ subject: nameOf(pod), reason: `is in ${zone}, as ${other} is` });
      else seen.set(zone, String(pod.metadata?.name));
    }
    zones.push(`${system.name} in ${[...seen.keys()].sort().join(", ")}`);
  }
  return { looked: systems.length, wrong, detail: zones.join("; ") };
}

/** Claims of a class that makes volumes before anybody knows where their pod will be. */
export async function bindsEarly(view: ClusterView, systems: readonly MembersAt[]): Promise<Offence[]> {
  const classes = await view.list<V1StorageClass>("storage.k8s.io/v1", "StorageClass");
  const wrong: Offence[] = [];
  for (const system of systems) {
    const { pods, claimed } = await stateOf(view, system);
    wrong.push(
      ...each(pods.flatMap(claimed), nameOf, ({ spec }) => {
        const named = classes.find(({ metadata }) => metadata?.name === spec?.storageClassName);
        if (named === undefined) return `its storage class ${spec?.storageClassName ?? "(none)"} does not exist`;
        return named.volumeBindingMode === "WaitForFirstConsumer"
          ? undefined
          : `its class ${String(spec?.storageClassName)} binds at once, in whatever zone`;
      }),
    );
  }
  return wrong;
}

/** Pods that wait for a node while their volume is in a zone without one that is ready (A11.3). */
export async function stranded(view: ClusterView, systems: readonly MembersAt[]): Promise<Offence[]> {
  const [nodes, volumes] = await Promise.all([
    view.list<V1Node>("v1", "Node"),
    view.list<V1PersistentVolume>("v1", "PersistentVolume"),
  ]);
  const usable = nodes.filter(
    ({ spec, status }) =>
      spec?.unschedulable !== true &&
      status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True"),
  );
  const wrong: Offence[] = [];
  for (const system of systems) {
    const { pods, claimed } = await stateOf(view, system);
    const waiting = pods.filter(({ spec }) => spec?.nodeName === undefined);
    wrong.push(
      ...each(waiting, nameOf, (pod) => {
        const zones = claimed(pod).flatMap(({ spec }) =>
          zonesOf(volumes.find(({ metadata }) => metadata?.name === spec?.volumeName)),
        );
        const empty = zones.filter((zone) => !usable.some(({ metadata }) => metadata?.labels?.[ZONE] === zone));
        return empty.length === 0 ? undefined : `its volume is in ${empty.join(", ")}, where no node is ready`;
      }),
    );
  }
  return wrong;
}

function zonesOf(volume: V1PersistentVolume | undefined): string[] {
  const terms = volume?.spec?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
  return terms.flatMap(({ matchExpressions = [] }) =>
    matchExpressions
      .filter(({ key }) => /^topology\.(kubernetes\.io|ebs\.csi\.aws\.com)\/zone$/.test(key))
      .flatMap(({ values = [] }) => values),
  );
}
