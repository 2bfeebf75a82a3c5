import type { PlatformConfig } from "../config";
import { labelsOf, selector, wave } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION, DATABASE_PORT, type Names } from "./names";
import { CONFIG, DATABASE_SECRET, job, podTemplate } from "./pod";
import type { RefreshSettings } from "./refresh";
import { SEED, sizeOf, type Kind, type Profile } from "./sizes";
import { backendsOf, scaledBy, serving, type Strategy } from "./strategy";

/** Where the application's data is. */
export interface Database {
  readonly host: string;
  /** Networks it answers from; a preview's is beside it in its namespace. */
  readonly cidrs: readonly string[];
}

export interface ApplicationSpec {
  readonly kind: Kind;
  readonly names: Names;
  /** By digest (D1.8). */
  readonly image: string;
  /** The entry point of the cluster. */
  readonly gateway: { readonly name: string; readonly namespace: string };
  readonly database: Database;
  /** Path in the central store that holds `username` and `password`; a preview's are its own and random (C1.9, C2.4). */
  readonly secretPath?: string;
  /** Who gets in, beyond TLS; without it everybody who can reach the entry point. */
  readonly access?: Access;
  /** Where staging's data comes from every week. */
  readonly refresh?: RefreshSettings;
  /** Which table of numbers; `equal` without it. */
  readonly profile?: Profile;
  /** How a new version replaces the old one; pod by pod without it (C5.2). */
  readonly strategy?: Strategy;
  /** Whom its alerts belong to; without it there are none, as in previews (B6.4). */
  readonly alerts?: Pick<PlatformConfig, "environment" | "runbook">;
}
/** An OIDC client; its secret is the property `login-client` of this path in the central store. */
export interface Login {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
}
/** A login at the gateway (C3.4), or networks that may come in (E3.7). */
export type Access = { readonly login: Login } | { readonly networks: readonly string[] };

const STORE = { kind: "ClusterSecretStore", name: "secrets-manager" };
const { name, port } = APPLICATION;

/** The workload of an environment, in the order it is applied. Pure. */
export function applicationManifests(spec: ApplicationSpec): Manifest[] {
  const { kind, names, secretPath } = spec;
  const { namespace } = names;
  const config = configOf(spec);
  const object = (apiVersion: string, kindOf: string, called: string, order: number, rest: object): Manifest => ({
    apiVersion,
    kind: kindOf,
    metadata: { name: called, namespace, labels: labelsOf(kind, "web"), annotations: wave(order) },
    ...rest,
  });
  const { autoscaler, disruptionMinimum, migration, replicas, rolloutSeconds } = sizeOf(spec);
  const workload = scaledBy(spec.strategy);
  const backends = backendsOf(spec.strategy);
  return [
    object("v1", "ServiceAccount", name, -2, { automountServiceAccountToken: false }),
    object("v1", "ConfigMap", CONFIG, -2, { data: config }),
    ...(secretPath === undefined ? [] : [externalSecret(object, DATABASE_SECRET, secretPath)]),
    ...(spec.access !== undefined && "login" in spec.access ? [loginSecret(object, spec.access.login)] : []),
    job(spec, "migrate", migration, -1),
    ...(kind === "preview" ? [job(spec, "seed", SEED, 0)] : []),
    object("apps/v1", "Deployment", name, 1, {
      spec: {
        // With an autoscaler the number is its own (C1.10), and a canary's controller takes the pods over.
        ...(autoscaler === undefined && workload.kind === "Deployment" ? { replicas } : {}),
        selector: { matchLabels: selector },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } }, // C5.2
        progressDeadlineSeconds: rolloutSeconds,
        template: podTemplate(spec, config),
      },
    }),
    ...(backends === undefined
      ? []
      : [
          object("v1", "Service", name, 1, {
            spec: { type: "ClusterIP", selector, ports: [{ name: "http", port: 80, targetPort: port }] },
          }),
          object("gateway.networking.k8s.io/v1", "HTTPRoute", name, 1, {
            spec: {
              parentRefs: [{ ...spec.gateway, sectionName: names.listener }],
              hostnames: [names.host],
              rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: backends }],
            },
          }),
        ]),
    ...(spec.access === undefined
      ? []
      : [object("gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", name, 1, { spec: guard(spec.access) })]),
    ...(autoscaler === undefined
      ? []
      : [
          object("autoscaling/v2", "HorizontalPodAutoscaler", name, 2, {
            spec: {
              scaleTargetRef: { ...workload, name },
              minReplicas: replicas,
              maxReplicas: autoscaler.maximum,
              metrics: [
                usage("cpu", autoscaler.cpuPercent),
                ...(autoscaler.memoryPercent === undefined ? [] : [usage("memory", autoscaler.memoryPercent)]),
              ],
            },
          }),
        ]),
    ...(disruptionMinimum === undefined
      ? []
      : [
          object("policy/v1", "PodDisruptionBudget", name, 2, {
            spec: { minAvailable: disruptionMinimum, selector: { matchLabels: serving(spec.strategy) } },
          }),
        ]),
  ];
}

type Maker = (apiVersion: string, kind: string, name: string, order: number, rest: object) => Manifest;

/** What differs on purpose, and nothing else (B8.6). */
export function configOf(spec: ApplicationSpec): Record<string, string> {
  const { kind, database } = spec;
  const disposable = String(kind === "preview");
  return {
    ENVIRONMENT: kind,
    LOG_LEVEL: sizeOf(spec).logLevel,
    DEBUG: disposable,
    PROFILING: disposable,
    PORT: String(port),
    DATABASE_HOST: database.host,
    DATABASE_PORT: String(DATABASE_PORT),
    DATABASE_NAME: name,
  };
}

function externalSecret(object: Maker, called: string, key: string): Manifest {
  const data = ["username", "password"].map((property) => ({ secretKey: property, remoteRef: { key, property } }));
  return object("external-secrets.io/v1", "ExternalSecret", called, -2, {
    spec: {
      refreshInterval: "1h",
      secretStoreRef: STORE,
      target: { name: called, creationPolicy: "Owner", deletionPolicy: "Retain" },
      data,
    },
  });
}

const LOGIN_SECRET = "login-client";
function loginSecret(object: Maker, { clientSecret }: Login): Manifest {
  return object("external-secrets.io/v1", "ExternalSecret", LOGIN_SECRET, -2, {
    spec: {
      refreshInterval: "1h",
      secretStoreRef: STORE,
      target: { name: LOGIN_SECRET, creationPolicy: "Owner", deletionPolicy: "Retain" },
      data: [{ secretKey: "client-secret", remoteRef: { key: clientSecret, property: LOGIN_SECRET } }],
    },
  });
}

/** Enforced by the gateway, before anything reaches a pod. */
function guard(access: Access): object {
  const targetRefs = [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name }];
  if ("networks" in access)
    return {
      targetRefs,
      authorization: {
        defaultAction: "Deny",
        rules: [{ name: "networks", action: "Allow", principal: { clientCIDRs: access.networks } }],
      },
    };
  const { issuer, clientId } = access.login;
  return { targetRefs, oidc: { provider: { issuer }, clientID: clientId, clientSecret: { name: LOGIN_SECRET } } };
}

const usage = (resource: string, averageUtilization: number) => ({
  type: "Resource",
  resource: { name: resource, target: { type: "Utilization", averageUtilization } },
});
