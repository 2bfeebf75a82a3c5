import type { KubernetesObject, V1Ingress, V1Pod, V1Service } from "@kubernetes/client-node";
import type { CheckContext, Finding } from "./check";
import { nameOf, type ClusterView } from "./cluster-view";
import { each, examine, type Offence, type Seen } from "./finding";
import { attemptFrom, inProbeNamespace } from "./probe";

const ROUTES = [
  ["gateway.networking.k8s.io/v1", "HTTPRoute"],
  ["gateway.networking.k8s.io/v1", "GRPCRoute"],
  ["gateway.networking.k8s.io/v1", "TLSRoute"],
  ["gateway.networking.k8s.io/v1alpha2", "TCPRoute"],
] as const;

interface Route extends KubernetesObject {
  spec?: { rules?: { backendRefs?: { name: string; namespace?: string; kind?: string }[] }[] };
}
export interface Reached {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly port: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** Services with an address outside, and routes that lead to a data system (A11.8). */
export async function exposed(view: ClusterView, systems: readonly Reached[]): Promise<Seen> {
  const places = new Set(systems.map(({ namespace }) => namespace));
  const [services, ingresses, ...routes] = await Promise.all([
    Promise.all([...places].map((namespace) => view.list<V1Service>("v1", "Service", namespace))),
    Promise.all([...places].map((namespace) => view.list<V1Ingress>("networking.k8s.io/v1", "Ingress", namespace))),
    ...ROUTES.map(([apiVersion, kind]) => view.list<Route>(apiVersion, kind)),
  ]);
  const all = services.flat();
  const wrong: Offence[] = [
    ...each(all, nameOf, ({ spec }) =>
      (spec?.type ?? "ClusterIP") === "ClusterIP" && (spec?.externalIPs ?? []).length === 0
        ? undefined
        : `is a ${spec?.type ?? "ClusterIP"} with an address outside`,
    ),
    ...each(ingresses.flat(), nameOf, () => "is an Ingress in a namespace of data"),
    ...each(routes.flat(), nameOf, ({ metadata, spec }) => {
      const leads = (spec?.rules ?? [])
        .flatMap(({ backendRefs = [] }) => backendRefs)
        .find(({ namespace = metadata?.namespace }) => places.has(String(namespace)));
      return leads === undefined
        ? undefined
        : `leads to ${leads.namespace ?? String(metadata?.namespace)}/${leads.name}`;
    }),
  ];
  return { looked: all.length, wrong, detail: `${all.length} Services, all ClusterIP; no route` };
}

/** A stranger is kept out of every member, and a member's neighbour gets in (A11.8): both tried, by pods. */
export function access({ waitUntil }: CheckContext, view: ClusterView, systems: readonly Reached[]): Promise<Finding> {
  return examine({ requirement: "A11.8", title: "only namespaces on the list get through to members" }, () =>
    inProbeNamespace(view, waitUntil, async (strange) => {
      const wrong: Offence[] = [];
      for (const { namespace, name, port, labels } of systems) {
        const pods = await view.list<V1Pod>("v1", "Pod", namespace);
        const host = pods.find(({ metadata }) =>
          Object.entries(labels).every(([key, value]) => metadata?.labels?.[key] === value),
        )?.status?.podIP;
        if (host === undefined) {
          wrong.push({ subject: name, reason: "no member has an address" });
          continue;
        }
        const target = { kind: "tcp", host, port } as const;
        const probe = `reach-${name}-${strange.slice(-8)}`;
        const [inside, outsider] = await Promise.all([
          attemptFrom(view, waitUntil, namespace, probe, { app: "probe" }, target).finally(() =>
            view.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: probe, namespace } }),
          ),
          attemptFrom(view, waitUntil, strange, `reach-${name}`, { app: "probe" }, target),
        ]);
        if (!inside)
          wrong.push({
            subject: `${namespace}/${name}`,
            reason: `a pod beside it does not get through to port ${port}`,
          });
        if (outsider)
          wrong.push({
            subject: `${namespace}/${name}`,
            reason: `a pod of a strange namespace gets through to port ${port}`,
          });
      }
      return { looked: systems.length * 2, wrong, detail: "neighbours pass, strangers do not" };
    }),
  );
}
