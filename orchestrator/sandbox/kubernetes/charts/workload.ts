import { z } from "zod";
import type { KubeObject } from "../object";

type Fields = Record<string, unknown>;

export const anything = z.record(z.string(), z.unknown());
/** Values that nearly every chart passes through to its pods. */
export const placement = {
  resources: anything.default({}),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(anything).default([]),
  affinity: anything.default({}),
  topologySpreadConstraints: z.array(anything).default([]),
};
export const serviceAccountValues = z
  .strictObject({
    create: z.boolean().default(true),
    name: z.string().optional(),
    annotations: z.record(z.string(), z.string()).default({}),
    automountServiceAccountToken: z.boolean().optional(),
  })
  .prefault({});

export interface Workload {
  readonly kind?: "Deployment" | "DaemonSet" | "StatefulSet";
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas?: number;
  readonly strategy?: Fields;
  readonly serviceAccount: string;
  readonly podSecurityContext?: Fields;
  readonly containers: readonly Fields[];
  readonly initContainers?: readonly Fields[];
  readonly volumes?: readonly Fields[];
  readonly podAnnotations?: Readonly<Record<string, string>>;
  /** Further fields beside the template: a StatefulSet's Service and claims. */
  readonly set?: Fields;
  /** Further fields of the pod's spec; empty ones are left out. */
  readonly pod?: Fields;
}

/** A Deployment, DaemonSet or StatefulSet as charts write them: selector and pod labels are the same. */
export function workload(given: Workload): KubeObject {
  const { kind = "Deployment", name, namespace, labels } = given;
  const spec = {
    ...(kind === "DaemonSet" ? {} : { replicas: given.replicas ?? 1 }),
    ...(kind === "StatefulSet" ? { serviceName: name } : {}),
    ...(given.strategy === undefined
      ? {}
      : { [kind === "Deployment" ? "strategy" : "updateStrategy"]: given.strategy }),
    ...given.set,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels, ...filled({ annotations: given.podAnnotations }) },
      spec: {
        serviceAccountName: given.serviceAccount,
        ...filled({
          securityContext: given.podSecurityContext,
          volumes: given.volumes,
          initContainers: given.initContainers,
          ...given.pod,
        }),
        containers: given.containers.map(filled),
      },
    },
  };
  return { apiVersion: "apps/v1", kind, metadata: { name, namespace, labels: { ...labels } }, spec };
}

/** The fields that say something. */
export function filled(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => {
      if (value === undefined || value === null || value === "") return false;
      if (Array.isArray(value)) return value.length > 0;
      return typeof value !== "object" || Object.keys(value).length > 0;
    }),
  );
}

export function serviceAccount(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  automount?: boolean,
  annotations: Readonly<Record<string, string>> = {},
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: {
      name,
      namespace,
      labels: { ...labels },
      ...(filled({ annotations }) as { annotations?: Record<string, string> }),
    },
    ...(automount === undefined ? {} : { automountServiceAccountToken: automount }),
  };
}

/** The account that a chart makes when its values ask for one, which is what most charts' templates say of it. */
export function accountAsked(
  asked: z.infer<typeof serviceAccountValues>,
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): KubeObject[] {
  const { create, automountServiceAccountToken = true, annotations } = asked;
  return create ? [serviceAccount(name, namespace, labels, automountServiceAccountToken, annotations)] : [];
}

export interface Port {
  readonly name: string;
  readonly port: number;
  readonly targetPort?: number | string;
  readonly protocol?: string;
}

export function service(
  name: string,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  ports: readonly Port[],
  spec: Fields = {},
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace, labels: { ...selector } },
    // A targetPort that is left out is the port of the same number; named ports of the pod are said so.
    spec: {
      type: "ClusterIP",
      selector: { ...selector },
      ports: ports.map((port) => ({ protocol: "TCP", ...port })),
      ...spec,
    },
  };
}

export const budgetValues = {
  minAvailable: z.union([z.number(), z.string()]).optional(),
  maxUnavailable: z.union([z.number(), z.string()]).optional(),
};

export function budget(
  name: string,
  namespace: string,
  selector: Readonly<Record<string, string>>,
  {
    minAvailable,
    maxUnavailable,
  }: { minAvailable?: number | string | undefined; maxUnavailable?: number | string | undefined },
): KubeObject {
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: { name, namespace, labels: { ...selector } },
    spec: { ...filled({ minAvailable, maxUnavailable }), selector: { matchLabels: { ...selector } } },
  };
}

export function configMap(
  name: string,
  namespace: string,
  labels: Readonly<Record<string, string>>,
  data: Readonly<Record<string, string>>,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace, labels: { ...labels } },
    data: { ...data },
  };
}

/** Labels charts put on everything of one component. */
export function labelsOf(name: string, instance: string, component?: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/instance": instance,
    ...(component === undefined ? {} : { "app.kubernetes.io/component": component }),
  };
}

export const httpProbe = (path: string, port: number | string, more: Fields = {}): Fields => ({
  httpGet: { path, port },
  ...more,
});
