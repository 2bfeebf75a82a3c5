import * as https from "node:https";
import type { ClusterAccess, ClusterHost } from "../cluster/host";
import { snapshotDefinitions } from "../kubernetes/charts/definitions/snapshot-controller";
import type { KubeObject } from "../kubernetes/object";
import { fields } from "./kind";

/** A busy machine's API server takes its time to serve new kinds. */
const SERVED_SECONDS = 60;

/** Managed add-ons as the workloads they are: what each one runs (EKS user guide, add-ons). */
const workloads: Readonly<Record<string, (values: Readonly<Record<string, unknown>>) => object[]>> = {
  "vpc-cni": (values) => [
    account("aws-node"),
    daemon("aws-node", { "k8s-app": "aws-node" }, ["aws-node", "aws-eks-nodeagent"]),
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: meta("amazon-vpc-cni"),
      data: { "enable-network-policy-controller": String(values["enableNetworkPolicy"] ?? "false") },
    },
  ],
  "kube-proxy": () => [account("kube-proxy"), daemon("kube-proxy", { "k8s-app": "kube-proxy" }, ["kube-proxy"])],
  "eks-pod-identity-agent": () => [
    daemon("eks-pod-identity-agent", { "app.kubernetes.io/name": "eks-pod-identity-agent" }, [
      "eks-pod-identity-agent",
    ]),
  ],
  coredns: (values) => [
    account("coredns"),
    deployment("coredns", { "k8s-app": "kube-dns" }, Number(values["replicaCount"] ?? 2), "coredns"),
    budget("coredns", { "k8s-app": "kube-dns" }),
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: meta("kube-dns", { "k8s-app": "kube-dns" }),
      spec: {
        selector: { "k8s-app": "kube-dns" },
        ports: [
          { name: "dns", protocol: "UDP", port: 53 },
          { name: "dns-tcp", protocol: "TCP", port: 53 },
        ],
      },
    },
  ],
  "aws-ebs-csi-driver": () => [
    account("ebs-csi-controller-sa"),
    account("ebs-csi-node-sa"),
    deployment("ebs-csi-controller", { app: "ebs-csi-controller" }, 2, "ebs-csi-controller-sa"),
    budget("ebs-csi-controller", { app: "ebs-csi-controller" }),
    daemon("ebs-csi-node", { app: "ebs-csi-node" }, ["ebs-plugin"]),
  ],
  "metrics-server": (values) => {
    const labels = { "app.kubernetes.io/name": "metrics-server" };
    return [
      account("metrics-server"),
      deployment("metrics-server", labels, Number(values["replicas"] ?? 2), "metrics-server", values["resources"]),
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: meta("metrics-server", labels),
        spec: { selector: labels, ports: [{ name: "https", protocol: "TCP", port: 443, targetPort: 10251 }] },
      },
      ...(fields(values["podDisruptionBudget"])["enabled"] === false ? [] : [budget("metrics-server", labels)]),
    ];
  },
  "snapshot-controller": () => [
    ...snapshotDefinitions,
    account("snapshot-controller"),
    deployment("snapshot-controller", { "app.kubernetes.io/name": "snapshot-controller" }, 2, "snapshot-controller"),
  ],
};

function meta(name: string, labels: Record<string, string> = {}) {
  return { name, namespace: "kube-system", labels: { ...labels, "eks.amazonaws.com/component": name } };
}
function account(name: string): object {
  return { apiVersion: "v1", kind: "ServiceAccount", metadata: meta(name) };
}
/** What EKS gives its add-ons with more than one copy. */
function budget(name: string, labels: Record<string, string>): object {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: meta(name, labels),
    spec: { maxUnavailable: 1, selector: { matchLabels: labels } },
  };
}
const container = (name: string) => ({
  name,
  image: `602401143452.dkr.ecr.amazonaws.com/eks/${name}`,
  resources: { requests: { cpu: "50m", memory: "64Mi" } },
});
function daemon(name: string, labels: Record<string, string>, containers: string[]): object {
  const spec = {
    tolerations: [{ operator: "Exists" }],
    priorityClassName: "system-node-critical",
    hostNetwork: true,
    containers: containers.map(container),
  };
  return {
    apiVersion: "apps/v1",
    kind: "DaemonSet",
    metadata: meta(name, labels),
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
function deployment(
  name: string,
  labels: Record<string, string>,
  replicas: number,
  serviceAccountName: string,
  resources?: unknown,
): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: meta(name, labels),
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName,
          containers: [{ ...container(name), ...(resources !== undefined && { resources }) }],
        },
      },
    },
  };
}

/** Puts an add-on's workloads into the cluster, as EKS does by server-side apply. */
export async function applyAddon(
  clusters: ClusterHost,
  cluster: string,
  addon: string,
  values: Readonly<Record<string, unknown>>,
): Promise<void> {
  const access = accessTo(clusters, cluster);
  const objects = workloads[addon]?.(values) ?? [];
  for (const object of objects) await call(access, "PATCH", `${pathOf(object)}?fieldManager=eks&force=true`, object);
  const definitions = (objects as KubeObject[]).filter(({ kind }) => kind === "CustomResourceDefinition");
  if (definitions.length > 0) await established(access, definitions);
}
/** An add-on is active once its kinds are served, which a real API server does a moment after it took them. */
async function established(access: ClusterAccess, definitions: readonly KubeObject[]): Promise<void> {
  const [{ KubeApi }, { untilReady }] = await Promise.all([
    import("../kubernetes/api.js"),
    import("../kubernetes/await.js"),
  ]);
  const api = new KubeApi(access);
  try {
    await Promise.all(definitions.map((definition) => untilReady(api, definition, SERVED_SECONDS)));
  } finally {
    api.close();
  }
}
export async function removeAddon(clusters: ClusterHost, cluster: string, addon: string): Promise<void> {
  const access = clusters.get(cluster);
  if (access === undefined) return;
  for (const object of (workloads[addon]?.({}) ?? []).reverse()) await call(access, "DELETE", pathOf(object));
}

function accessTo(clusters: ClusterHost, cluster: string): ClusterAccess {
  const access = clusters.get(cluster);
  if (access === undefined) throw new Error(`cluster ${cluster} is not running`);
  return access;
}

function pathOf(object: object): string {
  const { apiVersion, kind, metadata } = object as {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
  };
  const base = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  const scope = metadata.namespace === undefined ? "" : `/namespaces/${metadata.namespace}`;
  return `${base}${scope}/${kind.toLowerCase()}s/${metadata.name}`;
}

function call(access: ClusterAccess, method: string, path: string, body?: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${access.token}`,
      ...(body ? { "content-type": "application/apply-patch+yaml" } : {}),
    };
    const request = https.request(
      `${access.endpoint}${path}`,
      { method, ca: access.certificateAuthority, headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const code = response.statusCode ?? 0;
          if (code < 300 || (method === "DELETE" && code === 404)) return resolve();
          const message = fields(JSON.parse(Buffer.concat(chunks).toString() || "{}"))["message"];
          reject(new Error(`${method} ${path}: ${code} ${String(message)}`));
        });
      },
    );
    request.on("error", reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}
