import { restrictedContainer } from "../release";
import type { ApplicationSpec } from "./application";
import { CLIENT, labelsOf, wave } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION, DATABASE_PORT } from "./names";
import { DATABASE_SECRET } from "./pod";
import { PREVIEW_DATABASE } from "./sizes";

/** Major version of every environment (B8.2, C2.4). */
const POSTGRES =
  "docker.io/library/postgres:17.6@sha256:00bc86618629af00d2937fdc5a5d63db3ff8450acf52f0636ec813c7f4902929";
/** Name of a preview's database and of its Service. */
export const PREVIEW_DATABASE_HOST = "database";
/** The user `postgres` of the image. */
const POSTGRES_UID = 999;
/** Where the image keeps data, sockets and what is short-lived: in the pod, gone with it (C2.4). */
const FOLDERS = { data: "/var/lib/postgresql/data", run: "/var/run/postgresql", tmp: "/tmp" };

const databaseLabels = (spec: ApplicationSpec) => labelsOf(spec.kind, "database");

/** The database of a preview: one pod whose data dies with it. Every other kind has its own outside (C3.2). */
export function databaseManifests(spec: ApplicationSpec): Manifest[] {
  if (spec.kind !== "preview") return [];
  const labels = databaseLabels(spec);
  const metadata = {
    name: PREVIEW_DATABASE_HOST,
    namespace: spec.names.namespace,
    labels,
    annotations: wave(-2),
  };
  const from = (variable: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: DATABASE_SECRET, key } },
  });
  const ready = { exec: { command: ["pg_isready", "--dbname", APPLICATION.name] } };
  const container = {
    name: "postgres",
    image: POSTGRES,
    env: [
      { name: "POSTGRES_DB", value: APPLICATION.name },
      { name: "PGDATA", value: `${FOLDERS.data}/pgdata` },
      from("POSTGRES_USER", "username"),
      from("POSTGRES_PASSWORD", "password"),
    ],
    ports: [{ name: "postgres", containerPort: DATABASE_PORT }],
    resources: PREVIEW_DATABASE,
    securityContext: restrictedContainer,
    readinessProbe: { ...ready, periodSeconds: 5 },
    livenessProbe: { ...ready, initialDelaySeconds: 30, periodSeconds: 20 },
    volumeMounts: Object.entries(FOLDERS).map(([name, mountPath]) => ({ name, mountPath })),
  };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: {
        replicas: 1,
        selector: { matchLabels: { "app.kubernetes.io/name": labels["app.kubernetes.io/name"] } },
        // Never two on one set of clients.
        strategy: { type: "Recreate" },
        template: {
          metadata: { labels },
          spec: {
            automountServiceAccountToken: false,
            securityContext: {
              runAsNonRoot: true,
              runAsUser: POSTGRES_UID,
              fsGroup: POSTGRES_UID,
              seccompProfile: { type: "RuntimeDefault" },
            },
            containers: [container],
            volumes: Object.keys(FOLDERS).map((name) => ({ name, emptyDir: { sizeLimit: "256Mi" } })),
          },
        },
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata,
      spec: {
        type: "ClusterIP", // E3.5
        selector: { "app.kubernetes.io/name": labels["app.kubernetes.io/name"] },
        ports: [{ name: "postgres", port: DATABASE_PORT, targetPort: DATABASE_PORT }],
      },
    },
  ];
}

/**
 * Who may reach a database, on top of the namespace's default deny: pods that say they are its clients, and only the
 * one database of their own environment (C2.9, E3.6).
 */
export function databasePolicies(spec: ApplicationSpec): Manifest[] {
  const policy = (name: string, rules: object): Manifest => ({
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace: spec.names.namespace },
    spec: rules,
  });
  const ports = [{ protocol: "TCP", port: DATABASE_PORT }];
  const clients = { podSelector: { matchLabels: CLIENT } };
  const to = (peers: object[]) =>
    policy("allow-to-database", { ...clients, policyTypes: ["Egress"], egress: [{ to: peers, ports }] });
  if (spec.kind !== "preview") return [to(spec.database.cidrs.map((cidr) => ({ ipBlock: { cidr } })))];
  const database = {
    podSelector: { matchLabels: { "app.kubernetes.io/name": databaseLabels(spec)["app.kubernetes.io/name"] } },
  };
  return [
    to([database]),
    policy("allow-from-clients", { ...database, policyTypes: ["Ingress"], ingress: [{ from: [clients], ports }] }),
  ];
}
