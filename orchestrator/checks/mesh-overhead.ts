import type { KubernetesObject, V1Container, V1Pod } from "@kubernetes/client-node";
import { AMBIENT, SIDECAR } from "../../infra/mesh/names";
import type { MeshOutput } from "../../infra/outputs";
import type { Diagnosis, Finding } from "./check";
import { nameOf, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, type Offence } from "./finding";
import { quantityOf } from "./quantity";

/** A proxy this near to its limit is about to slow its traffic down (CPU) or to be ended (memory). */
const NEAR_LIMIT = 0.8;
const RESOURCES = ["cpu", "memory"] as const;
const TITLE = "no proxy outgrows its limit or the application it serves";

interface PodMetrics extends KubernetesObject {
  containers?: { name: string; usage?: Record<string, string> }[];
}

/** A10.5: proxies have limits and stay below them, and one within a pod takes less than the pod's own containers. */
export function overhead(view: ClusterView, mesh: MeshOutput): Promise<Finding> {
  return examine({ requirement: "A10.5", title: TITLE }, async () => {
    const [pods, metrics] = await Promise.all([
      proxied(view, mesh),
      view.list<PodMetrics>("metrics.k8s.io/v1beta1", "PodMetrics"),
    ]);
    const used = new Map(metrics.map((one) => [nameOf(one), one]));
    const wrong = pods.flatMap((pod) => offences(pod, used.get(nameOf(pod)), mesh.kind));
    const measured = pods.filter((pod) => used.has(nameOf(pod))).length;
    const how = measured === 0 ? "by what they ask for, nothing is measured yet" : `${measured} of them measured`;
    return { looked: pods.length + 1, wrong, detail: `${pods.length} proxies, ${how}` };
  });
}

/** Pods that carry a proxy: of the nodes, or of applications. */
async function proxied(view: ClusterView, { kind, namespaces }: MeshOutput): Promise<V1Pod[]> {
  if (kind === "istio-ambient") {
    const pods = await view.list<V1Pod>("v1", "Pod", AMBIENT.namespace);
    return pods.filter(({ metadata }) => metadata?.labels?.["app"] === AMBIENT.proxy);
  }
  const pods = (await Promise.all(namespaces.map((name) => view.list<V1Pod>("v1", "Pod", name)))).flat();
  return pods.filter((pod) => proxyOf(pod) !== undefined);
}

/** Linkerd's proxy runs beside the containers, or before them and on (a native sidecar). */
function proxyOf({ spec }: V1Pod): V1Container | undefined {
  return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].find(({ name }) => name === SIDECAR.container);
}

function offences(pod: V1Pod, metrics: PodMetrics | undefined, kind: MeshOutput["kind"]): Offence[] {
  const ofNode = kind === "istio-ambient";
  const proxy = ofNode ? pod.spec?.containers[0] : proxyOf(pod);
  const usage = metrics?.containers?.find(({ name }) => name === proxy?.name)?.usage;
  return each(
    [...RESOURCES],
    () => nameOf(pod),
    (resource) => {
      const limit = proxy?.resources?.limits?.[resource];
      if (limit === undefined) return `its proxy has no limit of ${resource}`;
      const took = usage?.[resource];
      if (took !== undefined && quantityOf(took) > NEAR_LIMIT * quantityOf(limit))
        return `its proxy takes ${took} of ${resource}, near its limit ${limit}`;
      if (ofNode) return undefined;
      const [own, app] =
        took === undefined ? asked(pod, proxy, resource) : [quantityOf(took), usedByApp(metrics, resource)];
      return own > app && app > 0 ? `its proxy takes more ${resource} than the application` : undefined;
    },
  );
}

function asked({ spec }: V1Pod, proxy: V1Container | undefined, resource: string): [number, number] {
  const request = (container: V1Container | undefined) => quantityOf(container?.resources?.requests?.[resource] ?? "0");
  const others = (spec?.containers ?? []).filter(({ name }) => name !== SIDECAR.container);
  return [request(proxy), others.reduce((sum, container) => sum + request(container), 0)];
}
function usedByApp(metrics: PodMetrics | undefined, resource: string): number {
  return (metrics?.containers ?? [])
    .filter(({ name }) => name !== SIDECAR.container)
    .reduce((sum, { usage }) => sum + quantityOf(usage?.[resource] ?? "0"), 0);
}

/** A10.5: proxy overhead. */
export function heavyProxies(findings: readonly Finding[], { kind }: MeshOutput): Diagnosis[] {
  const heavy = findings.filter(({ title, verdict }) => title === TITLE && verdict === "failed");
  return diagnosis(
    "A10.5",
    "the proxies' share is too large: a mesh must cost less than what it serves",
    kind === "linkerd"
      ? "set a limit by config.linkerd.io/proxy-cpu-limit and proxy-memory-limit, or choose istio-ambient, which has one proxy per node"
      : "raise the resources of ztunnel, or let fewer namespaces join",
    heavy.flatMap(({ subjects }) => [...new Set(subjects)]),
  );
}
