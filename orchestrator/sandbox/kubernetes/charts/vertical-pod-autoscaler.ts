import { z } from "zod";
import type { KubeObject } from "../object";
import { fullName, type ChartTable, type Installation } from "./chart";
import { verticalPodAutoscalerDefinitions } from "./definitions/vertical-pod-autoscaler";
import {
  anything,
  budget,
  budgetValues,
  httpProbe,
  labelsOf,
  placement,
  service,
  serviceAccount,
  serviceAccountValues,
  workload,
} from "./workload";

const VERSION = "1.7.1";
const component = {
  ...placement,
  enabled: z.boolean().default(true),
  replicas: z.int().min(0).default(2),
  serviceAccount: serviceAccountValues,
  extraArgs: z.array(z.string()).default([]),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(true), ...budgetValues }).prefault({}),
};
const values = z.strictObject({
  podSecurityContext: anything.default({ runAsNonRoot: true, runAsUser: 65534 }),
  containerSecurityContext: anything.default({}),
  recommender: z.strictObject(component).prefault({}),
  updater: z.strictObject(component).prefault({}),
  admissionController: z.strictObject(component).prefault({}),
});
type Values = z.infer<typeof values>;

/** Part of the chart → ports of its container. The admission controller's hook jobs are left out. */
const parts = {
  recommender: [{ name: "prometheus", containerPort: 8942, protocol: "TCP" }],
  updater: [{ name: "prometheus", containerPort: 8943, protocol: "TCP" }],
  "admission-controller": [
    { containerPort: 8000, protocol: "TCP" },
    { name: "prometheus", containerPort: 8944, protocol: "TCP" },
  ],
} as const;
type Part = keyof typeof parts;

export const verticalPodAutoscaler: ChartTable<Values> = {
  version: "0.11.0",
  appVersion: VERSION,
  values,
  definitions: verticalPodAutoscalerDefinitions,
  objects: (given, installation) =>
    (Object.keys(parts) as Part[]).flatMap((part) => objectsOf(part, given, installation)),
};

function objectsOf(part: Part, given: Values, { release, namespace }: Installation): KubeObject[] {
  const own = part === "admission-controller" ? given.admissionController : given[part];
  if (!own.enabled) return [];
  const name = `${fullName(release, "vertical-pod-autoscaler")}-${part}`;
  const labels = labelsOf("vertical-pod-autoscaler", release, part);
  const account = own.serviceAccount.name ?? name;
  const { enabled, ...limits } = own.podDisruptionBudget;
  const probe = (path: string) => httpProbe(path, "prometheus", { timeoutSeconds: 3, periodSeconds: 10 });
  return [
    ...(own.serviceAccount.create ? [serviceAccount(account, namespace, labels)] : []),
    workload({
      name,
      namespace,
      labels,
      replicas: own.replicas,
      serviceAccount: account,
      podSecurityContext: given.podSecurityContext,
      containers: [
        {
          name: part,
          image: `registry.k8s.io/autoscaling/vpa-${part}:${VERSION}`,
          args: own.extraArgs,
          ports: parts[part],
          resources: own.resources,
          securityContext: given.containerSecurityContext,
          livenessProbe: probe("/health-check"),
          readinessProbe: probe("/health-check"),
        },
      ],
      pod: {
        nodeSelector: own.nodeSelector,
        tolerations: own.tolerations,
        affinity: own.affinity,
        topologySpreadConstraints: own.topologySpreadConstraints,
      },
    }),
    ...(part === "admission-controller"
      ? [service("vpa-webhook", namespace, labels, [{ name: "https", port: 443, targetPort: 8000 }])]
      : []),
    ...(enabled
      ? [
          budget(
            name,
            namespace,
            labels,
            limits.minAvailable === undefined && limits.maxUnavailable === undefined ? { minAvailable: 1 } : limits,
          ),
        ]
      : []),
  ];
}
