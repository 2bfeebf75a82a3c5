import { z } from "zod";
import type { KubeObject } from "../object";
import type { ChartTable, Installation } from "./chart";
import { fluxDefinitions } from "./definitions/flux";
import { anything, httpProbe, service, serviceAccount, workload } from "./workload";

const controller = {
  resources: anything.default({}),
  container: z.strictObject({ additionalArgs: z.array(z.string()).default([]) }).prefault({}),
};
/** Controllers that the platform does not run: what they would create is not on record. */
const off = z.strictObject({ create: z.literal(false) });
const values = z.strictObject({
  crds: z.strictObject({ annotations: z.record(z.string(), z.string()).default({}) }).prefault({}),
  multitenancy: z
    .strictObject({
      enabled: z.boolean().default(false),
      defaultServiceAccount: z.string().default("default"),
      privileged: z.boolean().default(true),
    })
    .prefault({}),
  rbac: z.strictObject({ createAggregation: z.boolean().default(true) }).prefault({}),
  policies: z.strictObject({ create: z.boolean().default(true) }).prefault({}),
  cli: z.strictObject({ resources: anything.default({}) }).prefault({}),
  sourceController: z.strictObject(controller).prefault({}),
  kustomizeController: z.strictObject({ ...controller, replicas: z.int().min(0).default(1) }).prefault({}),
  helmController: off,
  notificationController: off,
  imageAutomationController: off,
  imageReflectionController: off,
});
type Values = z.infer<typeof values>;

/** The chart sets both on every controller. */
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsUser: 65534,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const RBAC = "rbac.authorization.k8s.io";

/** flux2 2.18.3 with its source and its kustomize controller. */
export const flux2: ChartTable<Values> = {
  version: "2.18.3",
  appVersion: "2.8.5",
  values,
  objects(given, installation) {
    const { annotations } = given.crds;
    return [
      ...fluxDefinitions.map((definition) => ({
        ...definition,
        metadata: { ...definition.metadata, annotations: { ...definition.metadata.annotations, ...annotations } },
      })),
      ...rights(given, installation),
      ...sourceController(given, installation),
      ...kustomizeController(given, installation),
      ...(given.policies.create ? policies(installation) : []),
    ];
  },
};

const labelsOf = (name: string, namespace: string) => ({
  "app.kubernetes.io/component": name,
  "app.kubernetes.io/instance": namespace,
  "app.kubernetes.io/part-of": "flux",
  "control-plane": "controller",
});
const usual = ["--watch-all-namespaces=true", "--log-level=info", "--log-encoding=json", "--enable-leader-election"];

function part(name: string, { namespace }: Installation, more: Parameters<typeof workload>[0]): KubeObject[] {
  const labels = labelsOf(name, namespace);
  const made = workload(more);
  return [serviceAccount(name, namespace, labels), { ...made, metadata: { ...made.metadata, labels } }];
}

function sourceController({ sourceController: given }: Values, installation: Installation): KubeObject[] {
  const { namespace } = installation;
  const name = "source-controller";
  return [
    ...part(name, installation, {
      name,
      namespace,
      labels: { app: name },
      replicas: 1,
      strategy: { type: "Recreate" },
      serviceAccount: name,
      podSecurityContext: { fsGroup: 1337 },
      containers: [
        {
          name: "manager",
          image: "ghcr.io/fluxcd/source-controller:v1.8.2",
          args: [
            ...usual,
            "--storage-path=/data",
            "--storage-adv-addr=source-controller.$(RUNTIME_NAMESPACE).svc.cluster.local.",
            ...given.container.additionalArgs,
          ],
          ports: [
            { name: "http", containerPort: 9090, protocol: "TCP" },
            { name: "http-prom", containerPort: 8080, protocol: "TCP" },
            { name: "healthz", containerPort: 9440, protocol: "TCP" },
          ],
          livenessProbe: httpProbe("/healthz", "healthz"),
          readinessProbe: httpProbe("/", "http"),
          resources: given.resources,
          securityContext: restricted,
          volumeMounts: [
            { mountPath: "/data", name: "data" },
            { mountPath: "/tmp", name: "tmp" },
          ],
        },
      ],
      volumes: [
        { name: "data", emptyDir: {} },
        { name: "tmp", emptyDir: {} },
      ],
      pod: { automountServiceAccountToken: true },
    }),
    service(name, namespace, { app: name }, [{ name: "http", port: 80, targetPort: "http" }]),
  ];
}

function kustomizeController(
  { kustomizeController: given, multitenancy }: Values,
  installation: Installation,
): KubeObject[] {
  const { namespace } = installation;
  const name = "kustomize-controller";
  return part(name, installation, {
    name,
    namespace,
    labels: { app: name },
    replicas: given.replicas,
    serviceAccount: name,
    podSecurityContext: { fsGroup: 1337 },
    containers: [
      {
        name: "manager",
        image: "ghcr.io/fluxcd/kustomize-controller:v1.8.3",
        args: [
          ...(multitenancy.enabled
            ? ["--no-cross-namespace-refs=true", `--default-service-account=${multitenancy.defaultServiceAccount}`]
            : []),
          ...usual,
          ...given.container.additionalArgs,
        ],
        ports: [
          { name: "http-prom", containerPort: 8080 },
          { name: "healthz", containerPort: 9440, protocol: "TCP" },
        ],
        livenessProbe: httpProbe("/healthz", "healthz"),
        readinessProbe: httpProbe("/readyz", "healthz"),
        resources: given.resources,
        securityContext: restricted,
        volumeMounts: [{ mountPath: "/tmp", name: "temp" }],
      },
    ],
    volumes: [{ name: "temp", emptyDir: {} }],
    pod: { automountServiceAccountToken: true },
  });
}

/** Who the controllers are beyond their own kinds: cluster-admin, or whoever a delivery names. */
function rights({ multitenancy }: Values, { namespace }: Installation): KubeObject[] {
  const open = !multitenancy.enabled || multitenancy.privileged;
  const name = open ? "cluster-reconciler" : "cluster-reconciler-impersonator";
  return [
    ...(open
      ? []
      : [
          {
            apiVersion: `${RBAC}/v1`,
            kind: "ClusterRole",
            metadata: { name },
            rules: [{ apiGroups: [""], resources: ["serviceaccounts"], verbs: ["impersonate"] }],
          },
        ]),
    {
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: open ? "cluster-admin" : name },
      subjects: ["kustomize-controller", "helm-controller"].map((account) => ({
        kind: "ServiceAccount",
        name: account,
        namespace,
      })),
    },
  ];
}

function policies({ namespace }: Installation): KubeObject[] {
  const policy = (name: string, spec: object): KubeObject => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: { podSelector: {}, ...spec },
  });
  return [
    policy("allow-egress", {
      policyTypes: ["Ingress", "Egress"],
      egress: [{}],
      ingress: [{ from: [{ podSelector: {} }] }],
    }),
    policy("allow-scraping", {
      policyTypes: ["Ingress"],
      ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080, protocol: "TCP" }] }],
    }),
  ];
}
