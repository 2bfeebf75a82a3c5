import { z } from "zod";
import type { KubeObject } from "../object";
import { argoCdDefinitions } from "./definitions/argo-cd";
import { fullName, type ChartTable, type Installation } from "./chart";
import {
  anything,
  budget,
  budgetValues,
  configMap,
  httpProbe,
  labelsOf,
  service,
  serviceAccount,
  workload,
  type Port,
} from "./workload";

const IMAGE = "quay.io/argoproj/argocd:v3.4.4";
const restricted = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};
const setting = z.union([z.string(), z.boolean(), z.number()]);
const part = {
  replicas: z.int().min(0).default(1),
  pdb: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
  resources: anything.default({}),
};
/** Rules that stand in place of a part's own ClusterRole, which the chart gives nearly everything. */
const clusterRoleRules = z
  .strictObject({ enabled: z.boolean().default(false), rules: z.array(anything).default([]) })
  .prefault({});
const optional = (more: z.ZodRawShape = {}) =>
  z.strictObject({ enabled: z.boolean().default(true), resources: anything.default({}), ...more }).prefault({});
const values = z.strictObject({
  crds: z.strictObject({ install: z.boolean().default(true), keep: z.boolean().default(true) }).prefault({}),
  global: z
    .strictObject({ networkPolicy: z.strictObject({ create: z.boolean().default(true) }).prefault({}) })
    .prefault({}),
  configs: z
    .strictObject({
      cm: z.record(z.string(), setting).default({}),
      params: z.record(z.string(), setting).default({}),
      rbac: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  createClusterRoles: z.boolean().default(true),
  controller: z.strictObject({ ...part, clusterRoleRules }).prefault({}),
  server: z
    .strictObject({
      ...part,
      clusterRoleRules,
      service: z
        .strictObject({ type: z.enum(["ClusterIP", "NodePort", "LoadBalancer"]).default("ClusterIP") })
        .prefault({}),
      ingress: z.strictObject({ enabled: z.literal(false).default(false) }).prefault({}),
    })
    .prefault({}),
  repoServer: z.strictObject(part).prefault({}),
  applicationSet: z.strictObject(part).prefault({}),
  redis: z.strictObject({ resources: anything.default({}) }).prefault({}),
  redisSecretInit: z.strictObject({ resources: anything.default({}) }).prefault({}),
  dex: optional(),
  notifications: optional(),
});
type Values = z.infer<typeof values>;

/** Argo CD 10.1.1: controller, repository server, API server, application sets, cache; on demand login and notices. */
export const argoCd: ChartTable<Values> = {
  version: "10.1.1",
  appVersion: "v3.4.4",
  values,
  objects(given, installation) {
    const name = fullName(installation.release, "argocd");
    const annotations = given.crds.keep ? { "helm.sh/resource-policy": "keep" } : undefined;
    const definitions = given.crds.install
      ? argoCdDefinitions.map((definition) => ({
          ...definition,
          metadata: { ...definition.metadata, ...(annotations && { annotations }) },
        }))
      : [];
    return [
      ...definitions,
      ...settings(given, installation),
      ...ownRights(name, installation),
      ...(given.createClusterRoles ? rights(name, given, installation) : []),
      ...components(name, given).flatMap((one) => component(name, one, installation)),
      ...(given.global.networkPolicy.create
        ? components(name, given).map((one) => admission(name, one, installation))
        : []),
    ];
  },
};

interface Component {
  readonly suffix: string;
  readonly kind?: "StatefulSet";
  readonly account: string;
  readonly ownAccount?: false;
  readonly container: string;
  readonly image?: string;
  readonly ports: readonly (readonly [name: string, port: number])[];
  readonly services?: readonly Port[];
  readonly type?: string;
  readonly copies?: boolean;
  readonly probes?: Record<string, unknown>;
  readonly user?: number;
  readonly given: z.infer<z.ZodObject<typeof part>>;
}

function components(name: string, given: Values): Component[] {
  const one = (resources: Record<string, unknown>) => ({ replicas: 1, pdb: { enabled: false }, resources });
  const probe = (port: string) => httpProbe("/healthz", port, { initialDelaySeconds: 10, periodSeconds: 10 });
  const both = (port: string) => ({ livenessProbe: probe(port), readinessProbe: probe(port) });
  return [
    {
      suffix: "application-controller",
      kind: "StatefulSet",
      account: "argocd-application-controller",
      container: "application-controller",
      ports: [["metrics", 8082]],
      probes: { readinessProbe: probe("metrics") },
      given: given.controller,
    },
    {
      suffix: "applicationset-controller",
      account: "argocd-applicationset-controller",
      container: "applicationset-controller",
      ports: [
        ["metrics", 8080],
        ["probe", 8081],
        ["webhook", 7000],
      ],
      services: [{ name: "http-webhook", port: 7000, targetPort: "webhook" }],
      given: given.applicationSet,
    },
    {
      suffix: "repo-server",
      account: `${name}-repo-server`,
      container: "repo-server",
      ports: [
        ["repo-server", 8081],
        ["metrics", 8084],
      ],
      services: [{ name: "tcp-repo-server", port: 8081, targetPort: "repo-server" }],
      copies: true,
      probes: both("metrics"),
      given: given.repoServer,
    },
    {
      suffix: "server",
      account: "argocd-server",
      container: "server",
      ports: [
        ["server", 8080],
        ["metrics", 8083],
      ],
      services: [
        { name: "http", port: 80, targetPort: 8080 },
        { name: "https", port: 443, targetPort: 8080 },
      ],
      type: given.server.service.type,
      probes: both("server"),
      given: given.server,
    },
    {
      suffix: "redis",
      account: "default",
      ownAccount: false,
      container: "redis",
      image: "ecr-public.aws.com/docker/library/redis:8.2.3-alpine",
      ports: [["redis", 6379]],
      services: [{ name: "redis", port: 6379, targetPort: "redis" }],
      user: 999,
      given: one(given.redis.resources),
    },
    ...(given.notifications.enabled
      ? [
          {
            suffix: "notifications-controller",
            account: "argocd-notifications-controller",
            container: "notifications-controller",
            ports: [["metrics", 9001]] as const,
            given: one(given.notifications.resources),
          },
        ]
      : []),
    ...(given.dex.enabled
      ? [
          {
            suffix: "dex-server",
            account: "argocd-dex-server",
            container: "dex-server",
            image: "ghcr.io/dexidp/dex:v2.45.1",
            ports: [
              ["http", 5556],
              ["grpc", 5557],
              ["metrics", 5558],
            ] as const,
            services: [
              { name: "http", port: 5556, targetPort: "http" },
              { name: "grpc", port: 5557, targetPort: "grpc" },
            ],
            copies: true,
            given: one(given.dex.resources),
          },
        ]
      : []),
  ];
}

const labelsFor = ({ suffix }: Component, release: string) => labelsOf(`argocd-${suffix}`, release, suffix);

function component(name: string, part: Component, { release, namespace }: Installation): KubeObject[] {
  const labels = labelsFor(part, release);
  const full = `${name}-${part.suffix}`;
  const { given } = part;
  return [
    ...(part.ownAccount === false ? [] : [serviceAccount(part.account, namespace, labels, true)]),
    workload({
      ...(part.kind && { kind: part.kind }),
      name: full,
      namespace,
      labels,
      replicas: given.replicas,
      serviceAccount: part.account,
      ...(part.user !== undefined && {
        podSecurityContext: { runAsNonRoot: true, runAsUser: part.user, seccompProfile: { type: "RuntimeDefault" } },
      }),
      // Its program is copied out of the common image.
      ...(part.copies && {
        initContainers: [{ name: "copyutil", image: IMAGE, resources: given.resources, securityContext: restricted }],
      }),
      containers: [
        {
          name: part.container,
          image: part.image ?? IMAGE,
          ports: part.ports.map(([port, containerPort]) => ({ name: port, containerPort, protocol: "TCP" })),
          resources: given.resources,
          securityContext: restricted,
          ...part.probes,
        },
      ],
      pod: { nodeSelector: { "kubernetes.io/os": "linux" } },
    }),
    ...(part.services === undefined
      ? []
      : [service(full, namespace, labels, part.services, { type: part.type ?? "ClusterIP" })]),
    ...(given.pdb.enabled ? [budget(full, namespace, labels, given.pdb)] : []),
  ];
}

/** What the controller may in the namespace of Argo CD itself: Applications and projects, and settings to read. */
function ownRights(name: string, { release, namespace }: Installation): KubeObject[] {
  const suffix = "application-controller";
  const full = `${name}-${suffix}`;
  const group = "rbac.authorization.k8s.io";
  const metadata = { name: full, namespace, labels: labelsOf(`argocd-${suffix}`, release, suffix) };
  const rule = (apiGroup: string, resources: string[], verbs: string[]) => ({
    apiGroups: [apiGroup],
    resources,
    verbs,
  });
  const read = ["get", "list", "watch"];
  return [
    {
      apiVersion: `${group}/v1`,
      kind: "Role",
      metadata,
      rules: [
        rule("", ["secrets", "configmaps"], read),
        rule(
          "argoproj.io",
          ["applications", "applicationsets", "appprojects"],
          ["create", ...read, "update", "patch", "delete"],
        ),
        rule("", ["events"], ["create", "list"]),
        rule("apps", ["deployments"], read),
      ],
    },
    {
      apiVersion: `${group}/v1`,
      kind: "RoleBinding",
      metadata,
      roleRef: { apiGroup: group, kind: "Role", name: full },
      subjects: [{ kind: "ServiceAccount", name: `argocd-${suffix}`, namespace }],
    },
  ];
}

/** ClusterRoles of the parts that deliver and show: with the values' rules, or with those the chart has of itself. */
function rights(name: string, given: Values, { release, namespace }: Installation): KubeObject[] {
  const anything = { apiGroups: ["*"], resources: ["*"] };
  const own = {
    "application-controller": [
      { ...anything, verbs: ["*"] },
      { nonResourceURLs: ["*"], verbs: ["*"] },
    ],
    server: [
      { ...anything, verbs: ["delete", "get", "patch"] },
      { apiGroups: [""], resources: ["events"], verbs: ["list"] },
      { apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] },
      { apiGroups: ["argoproj.io"], resources: ["applications", "applicationsets"], verbs: ["get", "list", "watch"] },
      { apiGroups: ["batch"], resources: ["jobs"], verbs: ["create"] },
      { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
    ],
  };
  const group = "rbac.authorization.k8s.io";
  return [
    ["application-controller", given.controller.clusterRoleRules] as const,
    ["server", given.server.clusterRoleRules] as const,
  ].flatMap(([suffix, { enabled, rules }]) => {
    const full = `${name}-${suffix}`;
    const metadata = { name: full, labels: labelsOf(`argocd-${suffix}`, release, suffix) };
    return [
      { apiVersion: `${group}/v1`, kind: "ClusterRole", metadata, rules: enabled ? rules : own[suffix] },
      {
        apiVersion: `${group}/v1`,
        kind: "ClusterRoleBinding",
        metadata,
        roleRef: { apiGroup: group, kind: "ClusterRole", name: full },
        subjects: [{ kind: "ServiceAccount", name: `argocd-${suffix}`, namespace }],
      },
    ];
  });
}

/** Every part's own ports are open to the parts of the same release. */
function admission(name: string, part: Component, { release, namespace }: Installation): KubeObject {
  const labels = labelsFor(part, release);
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name: `${name}-${part.suffix}`, namespace, labels },
    spec: {
      podSelector: { matchLabels: labels },
      policyTypes: ["Ingress"],
      ingress: [
        {
          from: [{ podSelector: { matchLabels: { "app.kubernetes.io/instance": release } } }],
          ports: part.ports.map(([port]) => ({ protocol: "TCP", port })),
        },
      ],
    },
  };
}

function settings({ configs }: Values, { release, namespace }: Installation): KubeObject[] {
  const data = (given: Readonly<Record<string, unknown>>) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
  const map = (name: string, given: Readonly<Record<string, unknown>>) =>
    configMap(name, namespace, { ...labelsOf(name, release), "app.kubernetes.io/part-of": "argocd" }, data(given));
  const defaults = { "admin.enabled": true, "exec.enabled": false };
  return [
    map("argocd-cm", { ...defaults, ...configs.cm }),
    map("argocd-cmd-params-cm", configs.params),
    map("argocd-rbac-cm", { "policy.default": "", ...configs.rbac }),
  ];
}
