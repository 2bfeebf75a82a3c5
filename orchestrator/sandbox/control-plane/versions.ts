/** Programs of one control plane with the nodes it plays. */
export const binaryNames = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type BinaryName = (typeof binaryNames)[number];

/** Programs that judge rules and routing of alerts, as Prometheus and Alertmanager evaluate them. */
export const toolNames = ["promtool", "amtool"] as const;
export type ToolName = (typeof toolNames)[number];

/** Kubernetes minors the platform accepts (A1: default 1.36, accept 1.35). */
export const minors = ["1.36", "1.35"] as const;
export type Minor = (typeof minors)[number];

/** What is built from one Go module, whose go.mod and go.sum lie in `modules/<name>`. */
export interface Part {
  readonly name: string;
  /** Version of the module that matters, without `v`. */
  readonly version: string;
  /** Binary → package, and the version it will say it has. */
  readonly packages: Readonly<
    Partial<Record<BinaryName | ToolName, { readonly path: string; readonly version: string }>>
  >;
  /** Values the linker sets, as the release builds do: a program says its version by them. */
  readonly linked: Readonly<Record<string, string>>;
}

const COMPONENT = "k8s.io/component-base/version";

/**
 * Newest patch of each minor that is published as a Go module. Its staging modules are pinned to the matching v0
 * versions, every other dependency to what that release itself pins, etcd included.
 */
const patches: Readonly<Record<Minor, { readonly version: string; readonly etcd: string }>> = {
  "1.36": { version: "1.36.3", etcd: "3.6.8" },
  "1.35": { version: "1.35.4", etcd: "3.6.5" },
};

function kubernetes(minor: Minor): Part {
  const { version, etcd } = patches[minor];
  const [major = "", second = ""] = minor.split(".");
  return {
    name: `kubernetes-${minor}`,
    version,
    packages: {
      "kube-apiserver": { path: "k8s.io/kubernetes/cmd/kube-apiserver", version },
      "kube-controller-manager": { path: "k8s.io/kubernetes/cmd/kube-controller-manager", version },
      "kube-scheduler": { path: "k8s.io/kubernetes/cmd/kube-scheduler", version },
      etcd: { path: "go.etcd.io/etcd/server/v3", version: etcd },
    },
    linked: {
      [`${COMPONENT}.gitVersion`]: `v${version}`,
      [`${COMPONENT}.gitMajor`]: major,
      [`${COMPONENT}.gitMinor`]: second,
      [`${COMPONENT}.gitTreeState`]: "clean",
    },
  };
}

/** Plays nodes of any minor. */
const kwok: Part = {
  name: "kwok",
  version: "0.8.0",
  packages: { kwok: { path: "sigs.k8s.io/kwok/cmd/kwok", version: "0.8.0" } },
  linked: {},
};

const COMMON = "github.com/prometheus/common/version";

/**
 * What judges alerts, of the versions that the kube-prometheus-stack chart runs (its values, `image.tag`); Prometheus 3.14 is
 * published as module v0.314.
 */
export const alerting: readonly Part[] = [
  {
    name: "prometheus",
    version: "3.14.0",
    packages: { promtool: { path: "github.com/prometheus/prometheus/cmd/promtool", version: "3.14.0" } },
    linked: { [`${COMMON}.Version`]: "3.14.0" },
  },
  {
    name: "alertmanager",
    version: "0.34.0",
    packages: { amtool: { path: "github.com/prometheus/alertmanager/cmd/amtool", version: "0.34.0" } },
    linked: { [`${COMMON}.Version`]: "0.34.0" },
  },
];

export const partsOf = (minor: Minor): readonly Part[] => [kubernetes(minor), kwok];

export const isMinor = (text: string): text is Minor => (minors as readonly string[]).includes(text);

/** Go that compiles every part (go.mod of kubernetes 1.36 and of kwok). */
export const GO_FLOOR = "1.26.0";

/** Programs found on the machine are taken from these versions on; Kubernetes' own have to be of the very minor. */
export const floors: Readonly<Record<"etcd" | "kwok" | ToolName, string>> = {
  // What Kubernetes 1.35 and 1.36 are released with is 3.6 (kubernetes CHANGELOG); 3.5 is what 1.33 came with.
  etcd: "3.6.0",
  // Older ones play nodes of API versions that no longer exist.
  kwok: "0.7.0",
  // Both as of their present major line of configuration: PromQL of Prometheus 3, matchers in UTF-8.
  promtool: "3.0.0",
  amtool: "0.28.0",
};
