import type { Identities, Subject } from "./certificates";
import { PLAYED } from "./stages";
import type { BinaryName } from "./versions";

/** Who calls the API server with a certificate. Their rights come with Kubernetes, except those of kwok. */
export const clients: Readonly<Record<string, Subject>> = {
  "kube-controller-manager": { name: "system:kube-controller-manager" },
  "kube-scheduler": { name: "system:kube-scheduler" },
  // Plays kubelets of all nodes, and has to act for each of them.
  kwok: { name: "slipway:kwok", groups: ["system:masters"] },
};

/** What the command lines of one control plane say. All values but the ports are files or folders. */
export interface Settings {
  readonly identities: Identities;
  readonly ports: { readonly api: number; readonly store: number };
  readonly data: string;
  readonly tokens: string;
  readonly stages: string;
  readonly kubeconfigs: Readonly<Record<string, string>>;
}

/** EKS gives Services this range when the VPC's own is in 10/8 (EKS user guide, Kubernetes network configuration). */
const SERVICES = "172.20.0.0/16";
/** Pods of played nodes: shared address space (RFC 6598), which no VPC of the platform uses. */
const PODS = "100.64.0.0/10";
/** Where service account tokens say they come from. */
const ISSUER = "https://kubernetes.default.svc.cluster.local";
/** Nobody connects to it: the address that `kubernetes.default` would lead to may not be a loopback one. */
const ADVERTISED = "192.0.2.1";

/** Their own limits are for clusters where thousands share an API server; at 20 calls/s a start takes 5 s longer. */
const UNHURRIED = ["--kube-api-qps=500", "--kube-api-burst=1000"];

/**
 * Memory that each program's Go runtime tries to stay within, in MiB: near it garbage is collected sooner, above it the
 * program still runs. Without, a heap grows to twice what lives in it. The code of the five, which lies in memory beside
 * this, is 280 MB; measured with all twenty phases installed, so that one control plane stays below 700 MB (issue: Numbers).
 */
const MEMORY: Readonly<Record<BinaryName, number>> = {
  etcd: 60,
  "kube-apiserver": 258,
  "kube-controller-manager": 80,
  "kube-scheduler": 24,
  kwok: 24,
};
export const environmentOf = (name: BinaryName): Readonly<Record<string, string>> => ({
  GOMEMLIMIT: `${MEMORY[name]}MiB`,
});

/** Arguments of each program: loopback only, certificates both ways, nobody anonymous. */
export function argumentsOf(settings: Settings): Readonly<Record<BinaryName, readonly string[]>> {
  const { identities: ids, ports, kubeconfigs } = settings;
  const store = `https://127.0.0.1:${ports.store}`;
  return {
    etcd: [
      "--name=slipway",
      `--data-dir=${settings.data}`,
      `--listen-client-urls=${store}`,
      `--advertise-client-urls=${store}`,
      // A store of one has no peers; the listener is there anyway, and closed to everybody.
      "--listen-peer-urls=https://127.0.0.1:0",
      "--initial-advertise-peer-urls=https://127.0.0.1:0",
      "--initial-cluster=slipway=https://127.0.0.1:0",
      `--cert-file=${ids.store.certificate}`,
      `--key-file=${ids.store.key}`,
      `--trusted-ca-file=${ids.storeAuthority}`,
      "--client-cert-auth",
      `--peer-cert-file=${ids.store.certificate}`,
      `--peer-key-file=${ids.store.key}`,
      `--peer-trusted-ca-file=${ids.storeAuthority}`,
      "--peer-client-cert-auth",
      // A rehearsal survives the death of its processes, not of its machine.
      "--unsafe-no-fsync",
      // Nobody follows a store of one: what was applied need not be kept in memory for him.
      "--snapshot-count=1000",
      "--snapshot-catchup-entries=100",
      "--log-level=warn",
    ],
    "kube-apiserver": [
      "--bind-address=127.0.0.1",
      `--secure-port=${ports.api}`,
      `--advertise-address=${ADVERTISED}`,
      "--endpoint-reconciler-type=none",
      `--etcd-servers=${store}`,
      `--etcd-cafile=${ids.storeAuthority}`,
      `--etcd-certfile=${ids.storeClient.certificate}`,
      `--etcd-keyfile=${ids.storeClient.key}`,
      `--tls-cert-file=${ids.server.certificate}`,
      `--tls-private-key-file=${ids.server.key}`,
      `--client-ca-file=${ids.authority}`,
      `--token-auth-file=${settings.tokens}`,
      "--anonymous-auth=false",
      "--authorization-mode=Node,RBAC",
      `--service-account-issuer=${ISSUER}`,
      `--service-account-key-file=${ids.tokenKey}`,
      `--service-account-signing-key-file=${ids.tokenKey}`,
      `--service-cluster-ip-range=${SERVICES}`,
      // Add-ons of a node run privileged; Pod Security decides where.
      "--allow-privileged=true",
      // Its few clients read from the store as fast, and 30 MB of copies and their history are not kept.
      "--watch-cache=false",
      // Nobody shares it: fairness between thousands of clients would only cost it memory.
      "--enable-priority-and-fairness=false",
      "--profiling=false",
    ],
    "kube-controller-manager": [
      `--kubeconfig=${kubeconfigs["kube-controller-manager"] ?? ""}`,
      // It needs no port: it is asked nothing.
      "--secure-port=0",
      "--bind-address=127.0.0.1",
      "--leader-elect=false",
      "--use-service-account-credentials=true",
      // Played nodes do not fail; one that renews its lease late belongs to a machine that is busy.
      "--node-monitor-grace-period=10m",
      // Nobody waits 15 s for an autoscaler's first look.
      "--horizontal-pod-autoscaler-sync-period=1s",
      // Each reads the whole OpenAPI document of every group that a policy matches; five at once is 40 MB more.
      "--concurrent-validating-admission-policy-status-syncs=1",
      `--service-account-private-key-file=${ids.tokenKey}`,
      `--root-ca-file=${ids.authority}`,
      `--service-cluster-ip-range=${SERVICES}`,
      "--profiling=false",
      ...UNHURRIED,
    ],
    "kube-scheduler": [
      `--kubeconfig=${kubeconfigs["kube-scheduler"] ?? ""}`,
      "--secure-port=0",
      "--bind-address=127.0.0.1",
      "--leader-elect=false",
      "--profiling=false",
      ...UNHURRIED,
    ],
    kwok: [
      `--kubeconfig=${kubeconfigs["kwok"] ?? ""}`,
      `--config=${settings.stages}`,
      `--cidr=${PODS}`,
      `--manage-nodes-with-annotation-selector=${Object.entries(PLAYED)
        .map(([key, value]) => `${key}=${value}`)
        .join(",")}`,
      "--manage-all-nodes=false",
      // No kubelet API is played, so no port is opened for one.
      "--node-port=0",
    ],
  };
}
