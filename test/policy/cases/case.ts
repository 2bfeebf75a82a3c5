/** A Kubernetes object as a manifest has it. */
export type Manifest = Record<string, unknown>;
/** A resource as Pulumi has it: a type token, inputs, and what its properties were made from. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly props: Record<string, unknown>;
  readonly from?: Readonly<Record<string, readonly string[]>>;
}
/** One thing, or several that belong together; manifests and resources alike. */
export type Given = Manifest | Resource | readonly (Manifest | Resource)[];

/** What one rule says of what: at least three objects it accepts and three it refuses. */
export interface Cases {
  readonly rule: string;
  readonly pass: Readonly<Record<string, Given>>;
  readonly fail: Readonly<Record<string, Given>>;
  readonly settings?: Readonly<Record<string, unknown>>;
}

/* eslint-disable @typescript-eslint/no-explicit-any -- test data is broken on purpose, in places no type allows */
export type Any = any;
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;
export const image = (name = "app") => `ghcr.io/slipway/${name}:1.4.2@${DIGEST}`;

/** A container that every rule accepts. */
export function container(name: string): Any {
  return {
    name,
    image: image(name),
    ports: [{ containerPort: 8080 }],
    resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
    livenessProbe: { httpGet: { path: "/live", port: 8080 } },
  };
}

/** A container that runs before the others: no probes. */
export function initContainer(name: string): Any {
  const { readinessProbe: _ready, livenessProbe: _live, ports: _ports, ...init } = container(name);
  return init;
}

/** The spec of a pod that every rule accepts, changed in one place. */
export function podSpec(change: (spec: Any) => unknown = () => undefined): Any {
  const spec = {
    automountServiceAccountToken: false,
    securityContext: { runAsNonRoot: true, runAsUser: 65532, seccompProfile: { type: "RuntimeDefault" } },
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: "topology.kubernetes.io/zone",
        whenUnsatisfiable: "ScheduleAnyway",
        labelSelector: { matchLabels: { app: "app" } },
      },
    ],
    initContainers: [initContainer("init")],
    containers: [container("app")],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
  change(spec);
  return spec;
}

export const object = (apiVersion: string, kind: string, rest: Any, name = "app", namespace?: string): Any => {
  const { metadata, ...fields } = rest;
  return { apiVersion, kind, metadata: { name, ...(namespace && { namespace }), ...metadata }, ...fields };
};

/** A Deployment around the pod; what the controller adds is changed by `whole`. */
export function deployment(
  change?: (spec: Any) => unknown,
  whole: (deployment: Any) => unknown = () => undefined,
): Any {
  const made = object("apps/v1", "Deployment", {
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "app" } },
      strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
      template: { metadata: { labels: { app: "app" } }, spec: podSpec(change) },
    },
  });
  whole(made);
  return made;
}

/** Every other shape the same pod comes in. */
export const shapes: Readonly<Record<string, (template: Any) => Manifest>> = {
  Pod: ({ metadata, spec }) => object("v1", "Pod", { metadata, spec }),
  StatefulSet: (template) => object("apps/v1", "StatefulSet", { spec: { replicas: 3, template } }),
  DaemonSet: (template) => object("apps/v1", "DaemonSet", { spec: { template } }),
  ReplicaSet: (template) => object("apps/v1", "ReplicaSet", { spec: { replicas: 3, template } }),
  ReplicationController: (template) => object("v1", "ReplicationController", { spec: { replicas: 3, template } }),
  Job: (template) => object("batch/v1", "Job", { spec: { template } }),
  CronJob: (template) => object("batch/v1", "CronJob", { spec: { jobTemplate: { spec: { template } } } }),
  Rollout: (template) => object("argoproj.io/v1alpha1", "Rollout", { spec: { replicas: 3, template } }),
  DeploymentList: (template) => ({
    apiVersion: "apps/v1",
    kind: "DeploymentList",
    items: [object("apps/v1", "Deployment", { spec: { template } })],
  }),
  List: (template) => ({
    apiVersion: "v1",
    kind: "List",
    items: [object("apps/v1", "DaemonSet", { spec: { template } })],
  }),
};

/** A resource of Pulumi; `from` names the resources its properties come from. */
export const resource = (type: string, props: Any, name = "it", from?: Resource["from"]): Resource => ({
  type,
  name,
  props,
  ...(from && { from }),
});
