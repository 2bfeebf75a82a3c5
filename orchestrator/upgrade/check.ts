import type { KubernetesObject, V1Node } from "@kubernetes/client-node";
import { kubernetesVersions } from "../../infra/config/rules";
import { unsupportedPairs, untestedPairs } from "../../infra/skew";
import { misfits, lockedDiagnosis } from "../checks/18-day-two";
import type { CheckContext, Finding, PhaseCheck } from "../checks/check";
import { nameOf, viewCluster, type ClusterView } from "../checks/cluster-view";
import { disruptions } from "../checks/disruption";
import { each, examine, outside, type Offence } from "../checks/finding";

export interface UpgradeQuestion {
  /** `1.36` */
  readonly to: string;
  /** What staging runs verified by the ledger; asked for production only. undefined when nothing was. */
  readonly staging: () => Promise<string | undefined>;
}

/** Kinds whose objects are looked at for versions that are no longer served. */
const LOOKED_AT = [
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["batch/v1", "CronJob"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.k8s.io/v1", "Ingress"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["autoscaling/v2", "HorizontalPodAutoscaler"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["storage.k8s.io/v1", "StorageClass"],
] as const;
/** Versions that every supported Kubernetes has ceased to serve (https://kubernetes.io/docs/reference/using-api/deprecation-guide/). */
const REMOVED =
  /^(extensions|apps|batch|policy|networking\.k8s\.io|autoscaling|rbac\.authorization\.k8s\.io|storage\.k8s\.io)\/v\d+(alpha|beta)\d+$/;

/** Whether a cluster can go to another minor version; in the place of a phase's check, so that it sees the same world. */
export function upgradeCheck(question: UpgradeQuestion): PhaseCheck {
  return {
    async verify(context) {
      const view = await viewCluster(context.clients.kubernetes);
      return Promise.all([
        outside(context, oneUp(context, question)),
        inOrder(context, question),
        notRemoved(view),
        outside(context, insightsPass(context)),
        pairsFit(context, question),
        nodesFollow(view, question),
        nothingLocked(view),
      ]);
    },
    async diagnose(context) {
      const { locked } = await disruptions(await viewCluster(context.clients.kubernetes));
      return lockedDiagnosis(locked.map(({ subject }) => subject));
    },
  };
}

const minor = (version: string) => Number(version.split(".")[1]);

function oneUp({ outputs, clients }: CheckContext, { to }: UpgradeQuestion): Promise<Finding> {
  return examine({ requirement: "H1.1", title: `${to} is offered, and one minor version up` }, async () => {
    const { name } = outputs.cluster;
    const [cluster, offered] = await Promise.all([clients.aws.cluster(name), clients.aws.kubernetesVersions()]);
    if (cluster === undefined) throw new Error(`there is no cluster ${name}`);
    const wrong: Offence[] = [];
    if (!offered.includes(to) || !kubernetesVersions.includes(to))
      wrong.push({ subject: to, reason: `is not offered in standard support; ${offered.join(", ")} are` });
    if (minor(to) !== minor(cluster.version) + 1)
      wrong.push({ subject: name, reason: `runs ${cluster.version}; EKS goes up one minor version at a time` });
    return { looked: 1, wrong, detail: `${cluster.version} to ${to}` };
  });
}

function inOrder({ config }: CheckContext, { to, staging }: UpgradeQuestion): Promise<Finding> {
  const { environment } = config;
  return examine({ requirement: "H1.1", title: "staging goes first" }, async () => {
    if (environment !== "production") return { looked: 1, wrong: [], detail: `${environment} is before production` };
    const runs = await staging();
    const reason = runs === undefined ? "nothing was ever verified there" : `runs ${runs}, verified, and not ${to}`;
    return {
      looked: 1,
      wrong: runs === to ? [] : [{ subject: "staging", reason }],
      detail: `staging runs ${to}, verified`,
    };
  });
}

function notRemoved(view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "H1.1", title: "nobody writes objects in a version that is no longer served" },
    async () => {
      const objects = (
        await Promise.all(LOOKED_AT.map(([version, kind]) => view.list<KubernetesObject>(version, kind)))
      ).flat();
      const wrong = oldWriters(objects);
      return { looked: objects.length, wrong, detail: `${objects.length} objects` };
    },
  );
}

/** Objects that a manager writes in a version no server knows any more: it fails with its next write. */
export function oldWriters(objects: readonly KubernetesObject[]): Offence[] {
  return each(objects, nameOf, ({ metadata }) => {
    const old = metadata?.managedFields?.find(({ apiVersion = "" }) => REMOVED.test(apiVersion));
    return old === undefined ? undefined : `${old.manager ?? "somebody"} writes it as ${old.apiVersion ?? ""}`;
  });
}

function insightsPass({ outputs, clients }: CheckContext): Promise<Finding> {
  return examine({ requirement: "H1.1", title: "EKS sees nothing in the way" }, async () => {
    const insights = await clients.aws.clusterInsights(outputs.cluster.name);
    const wrong = insights.map(({ name, reason }) => ({ subject: name, reason }));
    return { looked: 1, wrong, detail: "every insight passes" };
  });
}

function pairsFit({ config }: CheckContext, { to }: UpgradeQuestion): Promise<Finding> {
  return examine({ requirement: "A21.5", title: `every chart goes with Kubernetes ${to}` }, () => {
    const there = { ...config, cluster: { ...config.cluster, version: to } };
    const wrong = unsupportedPairs(there).map(({ pair, fact }) => ({ subject: pair, reason: fact }));
    const untested = untestedPairs(there);
    const detail = untested.length === 0 ? "all fit" : `to be tried in staging: ${untested.join("; ")}`;
    return Promise.resolve({ looked: 1, wrong, detail });
  });
}

function nodesFollow(view: ClusterView, { to }: UpgradeQuestion): Promise<Finding> {
  return examine({ requirement: "H1.1", title: `every node goes with a control plane of ${to}` }, async () => {
    const nodes = await view.list<V1Node>("v1", "Node");
    return { looked: nodes.length, wrong: misfits(nodes, to), detail: `${nodes.length} nodes` };
  });
}

function nothingLocked(view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A18.3", title: "every node can be drained" }, async () => {
    const { locked } = await disruptions(view);
    return { looked: 1, wrong: locked, detail: "every budget lets a pod go" };
  });
}
