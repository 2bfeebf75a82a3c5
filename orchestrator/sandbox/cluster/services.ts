import { isIP } from "node:net";
import { contains } from "./network-policy";
import { listOf, specOf, type KubeObject } from "./object";
import { invalid, type Cause } from "./status";
import type { ClusterStore } from "./store";

/** What EKS gives to Services where the VPC is in 10.0.0.0/8. */
const RANGE = "172.20.0.0/16";

/** A Service as it is stored: typed, its ports complete, its address given once and kept. */
export function admitService(store: ClusterStore, object: KubeObject, before: KubeObject | undefined): KubeObject {
  const spec = specOf(object);
  const type = spec["type"] ?? "ClusterIP";
  if (type === "ExternalName") return { ...object, spec: { sessionAffinity: "None", ...spec } };
  const old = before && specOf(before)["clusterIP"];
  const wanted = spec["clusterIP"] === "" ? undefined : spec["clusterIP"];
  const causes: Cause[] = [
    ...(listOf(spec["ports"]).length === 0 && (wanted ?? old) !== "None"
      ? [{ field: "spec.ports", message: "Required value" }]
      : []),
    ...(wanted === undefined ? [] : addressCauses(store, object, String(wanted), old)),
  ];
  if (causes.length > 0) throw invalid("Service", "", object.metadata.name, causes);
  const clusterIP = wanted ?? old ?? nextAddress(store);
  const ports = listOf(spec["ports"]).map((port) => ({ protocol: "TCP", targetPort: port["port"], ...port }));
  return {
    ...object,
    spec: { type, sessionAffinity: "None", ...spec, ports, clusterIP, clusterIPs: [clusterIP] },
  };
}

function addressCauses(store: ClusterStore, object: KubeObject, wanted: string, old: unknown): Cause[] {
  const list = JSON.stringify([wanted]);
  if (old !== undefined)
    return wanted === old
      ? []
      : [{ field: "spec.clusterIPs[0]", message: `Invalid value: ${list}: may not change once set` }];
  if (wanted === "None") return [];
  if (isIP(wanted) === 0)
    return [
      {
        field: "spec.clusterIPs[0]",
        message: `Invalid value: ${JSON.stringify(wanted)}: must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
      },
    ];
  const refused = (why: string) => [
    { field: "spec.clusterIPs", message: `Invalid value: ${list}: failed to allocate IP ${wanted}: ${why}` },
  ];
  if (!contains(RANGE, wanted))
    return refused(`the provided IP (${wanted}) is not in the valid range. The range of valid IPs is ${RANGE}`);
  return taken(store, object).has(wanted) ? refused("provided IP is already allocated") : [];
}

const taken = (store: ClusterStore, except?: KubeObject): Set<unknown> =>
  new Set(
    store
      .kind("v1", "Service")
      .filter(
        (service) =>
          service.metadata.name !== except?.metadata.name || service.metadata.namespace !== except.metadata.namespace,
      )
      .map((service) => specOf(service)["clusterIP"]),
  );

/** The next free address. */
function nextAddress(store: ClusterStore): string {
  const used = taken(store);
  for (let n = 10; ; n++) {
    const address = `172.20.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    if (!used.has(address)) return address;
  }
}
