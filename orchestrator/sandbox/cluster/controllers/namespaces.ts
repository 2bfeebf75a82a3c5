import type { ClusterHands } from "./hands";

/** What every namespace comes with. */
export function defaults(cluster: ClusterHands, namespace: string): void {
  if (cluster.store.find("v1", "ServiceAccount", "default", namespace) === undefined)
    cluster.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace } });
  if (cluster.store.find("v1", "ConfigMap", "kube-root-ca.crt", namespace) === undefined)
    cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "kube-root-ca.crt", namespace },
      data: { "ca.crt": "" },
    });
}
