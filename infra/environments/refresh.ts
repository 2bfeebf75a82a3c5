import { restrictedContainer } from "../release";
import type { ApplicationSpec } from "./application";
import { CLIENT, labelsOf, wave } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION, DATABASE_PORT } from "./names";
import { DATABASE_SECRET } from "./pod";

/** What the weekly refresh of staging's data runs with (C4.4). */
export interface RefreshSettings {
  /** Image with `slipway`, `pg_dump` and `psql`; by digest. */
  readonly image: string;
  /** Host of a restored snapshot of production: never production itself. */
  readonly snapshot: { readonly host: string; readonly cidrs: readonly string[] };
  /** Path in the central store with the snapshot's `username` and `password`. */
  readonly secretPath: string;
  /** Table → column → what becomes of it; a column that is not named fails the refresh (C4.5). */
  readonly tables: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const NAME = "data-refresh";
const RULES = "anonymisation.yaml";
/** Sundays, 02:00 UTC (C4.4). */
const SCHEDULE = "0 2 * * 0";
/** Copying and scanning some 100 GB takes an hour; six is a job that hangs. */
const DEADLINE_SECONDS = 6 * 3600;
const RETRIES = 2;

/**
 * Takes a restored snapshot, anonymises and scans it, and only then loads it, whole or not at all (C4.5). The pipe's
 * middle has no option that leaves data as it is.
 */
const SCRIPT = [
  "set -eu",
  'PGPASSWORD="$SNAPSHOT_PASSWORD" pg_dump --no-owner --no-privileges --host "$SNAPSHOT_HOST" --username "$SNAPSHOT_USER" "$DATABASE_NAME" > /scratch/snapshot.sql',
  `slipway data refresh --rules /rules/${RULES} --from /scratch/snapshot.sql --out /scratch/clean.sql`,
  "rm /scratch/snapshot.sql",
  'PGPASSWORD="$DATABASE_PASSWORD" psql --host "$DATABASE_HOST" --username "$DATABASE_USER" --dbname "$DATABASE_NAME" --set ON_ERROR_STOP=1 --single-transaction --command "DROP SCHEMA IF EXISTS public CASCADE" --command "CREATE SCHEMA public" --file /scratch/clean.sql',
].join("\n");

/** The weekly refresh and what it needs; staging only. The rules are a ConfigMap beside it, reviewed like code. */
export function refreshManifests(spec: ApplicationSpec): Manifest[] {
  const settings = spec.refresh;
  if (settings === undefined) return [];
  if (spec.kind !== "staging") throw new RangeError(`the data of ${spec.kind} is never replaced`);
  const { namespace } = spec.names;
  const labels = labelsOf(spec.kind, NAME);
  const metadata = { name: NAME, namespace, labels, annotations: wave(2) };
  const from = (variable: string, secret: string, key: string) => ({
    name: variable,
    valueFrom: { secretKeyRef: { name: secret, key } },
  });
  const container = {
    name: NAME,
    image: settings.image,
    command: ["/bin/sh", "-c", SCRIPT],
    env: [
      { name: "SNAPSHOT_HOST", value: settings.snapshot.host },
      { name: "DATABASE_HOST", value: spec.database.host },
      { name: "DATABASE_NAME", value: APPLICATION.name },
      from("SNAPSHOT_USER", NAME, "username"),
      from("SNAPSHOT_PASSWORD", NAME, "password"),
      from("DATABASE_USER", DATABASE_SECRET, "username"),
      from("DATABASE_PASSWORD", DATABASE_SECRET, "password"),
    ],
    resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1", memory: "1Gi" } },
    securityContext: restrictedContainer,
    volumeMounts: [
      { name: "rules", mountPath: "/rules", readOnly: true },
      { name: "scratch", mountPath: "/scratch" },
    ],
  };
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata, automountServiceAccountToken: false },
    {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata,
      data: { [RULES]: `${JSON.stringify({ tables: settings.tables }, undefined, 2)}\n` },
    },
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata,
      spec: {
        refreshInterval: "1h",
        secretStoreRef: { kind: "ClusterSecretStore", name: "secrets-manager" },
        target: { name: NAME, creationPolicy: "Owner", deletionPolicy: "Retain" },
        data: ["username", "password"].map((property) => ({
          secretKey: property,
          remoteRef: { key: settings.secretPath, property },
        })),
      },
    },
    {
      apiVersion: "batch/v1",
      kind: "CronJob",
      metadata,
      spec: {
        schedule: SCHEDULE,
        timeZone: "Etc/UTC",
        concurrencyPolicy: "Forbid",
        jobTemplate: {
          spec: {
            backoffLimit: RETRIES,
            activeDeadlineSeconds: DEADLINE_SECONDS,
            template: {
              metadata: { labels: { ...labels, ...CLIENT } },
              spec: {
                serviceAccountName: NAME,
                automountServiceAccountToken: false,
                restartPolicy: "Never",
                securityContext: {
                  runAsNonRoot: true,
                  runAsUser: 65534,
                  fsGroup: 65534,
                  seccompProfile: { type: "RuntimeDefault" },
                },
                containers: [container],
                volumes: [
                  { name: "rules", configMap: { name: NAME } },
                  // Holds personal data until the job ends: gone with the pod, and on the node's encrypted disk.
                  { name: "scratch", emptyDir: { sizeLimit: "50Gi" } },
                ],
              },
            },
          },
        },
      },
    },
  ];
}

/** The refresh reaches the snapshot; nothing else does. */
export function refreshPolicies({ kind, names, refresh }: ApplicationSpec): Manifest[] {
  if (refresh === undefined) return [];
  return [
    {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "allow-to-snapshot", namespace: names.namespace },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": labelsOf(kind, NAME)["app.kubernetes.io/name"] } },
        policyTypes: ["Egress"],
        egress: [
          {
            to: refresh.snapshot.cidrs.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [{ protocol: "TCP", port: DATABASE_PORT }],
          },
        ],
      },
    },
  ];
}
