/** Programs of one control plane with the nodes it plays. */
export const binaryNames = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"] as const;
export type BinaryName = (typeof binaryNames)[number];

/** Kubernetes minors the platform accepts (A1: default 1.36, accept 1.35). */
export const minors = ["1.36", "1.35"] as const;
export type Minor = (typeof minors)[number];

/** What is built from one Go module, whose go.mod and go.sum lie in `modules/<name>`. */
export interface Part {
  readonly name: string;
  /** Version of the module that matters, without `v`. */
  readonly version: string;
  /** Binary → package, and the version it will say it has. */
  readonly packages: Readonly<Partial<Record<BinaryName, { readonly path: string; readonly version: string }>>>;
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

export const partsOf = (minor: Minor): readonly Part[] => [kubernetes(minor), kwok];

export const isMinor = (text: string): text is Minor => (minors as readonly string[]).includes(text);

/** Go that compiles every part (go.mod of kubernetes 1.36 and of kwok). */
export const GO_FLOOR = "1.26.0";

/** Programs found on the machine are taken from these versions on; Kubernetes' own have to be of the very minor. */
export const floors: Readonly<Record<"etcd" | "kwok", string>> = {
  // What Kubernetes 1.35 and 1.36 are released with is 3.6 (kubernetes CHANGELOG); 3.5 is what 1.33 came with.
  etcd: "3.6.0",
  // Older ones play nodes of API versions that no longer exist.
  kwok: "0.7.0",
};
