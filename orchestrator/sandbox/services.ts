import type { ServiceResponse, Services } from "../checks/check";
import type { ClusterAccess } from "./cluster/host";
import type { KubeObject } from "./cluster/object";
import { backendsOf, type Objects } from "./cluster/probes";
import { KubeApi, UnknownKind } from "./kubernetes/api";

import { alertmanager } from "./services/alertmanager";
import { loki } from "./services/loki";
import { prometheus } from "./services/prometheus";
import { tempo } from "./services/tempo";

/** A program that answers behind a Service: the value of its pods' label `app.kubernetes.io/name`. */
const programs: Readonly<Record<string, Program>> = { alertmanager, loki, prometheus, tempo };

/** What a program answers, worked out from what is in its cluster. */
export type Program = (request: ProgramRequest) => ServiceResponse;
export interface ProgramRequest {
  readonly objects: Objects;
  /** The pod that answers. */
  readonly pod: KubeObject;
  readonly url: URL;
}

/** Kinds that programs look at. */
const KINDS = [
  ["v1", "Pod"],
  ["v1", "Service"],
  ["v1", "Namespace"],
  ["v1", "Secret"],
  ["networking.k8s.io/v1", "NetworkPolicy"],
  ["monitoring.coreos.com/v1", "ServiceMonitor"],
  ["monitoring.coreos.com/v1", "Prometheus"],
  ["monitoring.coreos.com/v1", "Alertmanager"],
  ["monitoring.coreos.com/v1", "PodMonitor"],
  ["monitoring.coreos.com/v1", "PrometheusRule"],
  ["monitoring.coreos.com/v1alpha1", "AlertmanagerConfig"],
] as const;

/** Services of the rehearsal's clusters: found as the API server's proxy finds them, answered by stand-ins. */
export function createServices(clusters: () => readonly ClusterAccess[]): Services & { close(): void } {
  const clients = new Map<string, KubeApi>();
  const clientFor = (access: ClusterAccess): KubeApi => {
    const key = `${access.endpoint} ${access.token}`;
    const client = clients.get(key) ?? new KubeApi(access);
    clients.set(key, client);
    return client;
  };
  return {
    async get({ namespace, service: name, port, path }) {
      const [access] = clusters();
      if (access === undefined) throw new Error("there is no cluster before the control plane is built");
      const objects = await read(clientFor(access));
      const service = objects.find("v1", "Service", name, namespace);
      if (service === undefined) return refusal(404, `services "${name}" not found`);
      const ports = (service["spec"] as { ports?: { port: number }[] }).ports ?? [];
      const [pod] = backendsOf(objects, service);
      if (pod === undefined || !ports.some((one) => one.port === port))
        return refusal(503, `no endpoints available for service "${name}:${port}"`);
      const program = programs[pod.metadata.labels?.["app.kubernetes.io/name"] ?? ""];
      if (program === undefined) return refusal(503, `the rehearsal plays no program behind service "${name}"`);
      return program({ objects, pod, url: new URL(path, "http://localhost") });
    },
    close() {
      for (const client of clients.values()) client.close();
      clients.clear();
    },
  };
}

const refusal = (code: number, message: string): ServiceResponse => ({
  status: code,
  body: JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", message, code }),
});

async function read(api: KubeApi): Promise<Objects> {
  const lists = await Promise.all(
    KINDS.map(async ([apiVersion, kind]) => [kind as string, await listed(api, apiVersion, kind)] as const),
  );
  const all = new Map(lists);
  const list = (_apiVersion: string, kind: string, namespace?: string) =>
    (all.get(kind) ?? []).filter((object) => namespace === undefined || object.metadata.namespace === namespace);
  return {
    kind: list,
    find: (apiVersion, kind, name, namespace) =>
      list(apiVersion, kind, namespace).find((object) => object.metadata.name === name),
  };
}

type Stored = NonNullable<ReturnType<Objects["find"]>>;
/** None of a kind that the cluster does not serve yet. */
async function listed(api: KubeApi, apiVersion: string, kind: string): Promise<Stored[]> {
  try {
    return (await api.list(apiVersion, kind)).items as Stored[];
  } catch (error) {
    if (error instanceof UnknownKind) return [];
    throw error;
  }
}
