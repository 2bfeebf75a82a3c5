import type { V1Container, V1Job } from "@kubernetes/client-node";
import type { CompatibilitySettings } from "./compatibility-settings";

/** Images of one test, by digest. */
export interface Versions {
  /** The version that runs now, and goes on running while the schema is changed. */
  readonly running: string;
  /** The version that brings the migrations. */
  readonly next: string;
}

/** User of the image of Postgres, as in `infra/environments/database.ts`. */
const POSTGRES_UID = 999;
/** Where the image keeps data, sockets and what is short-lived: all of it gone with the pod. */
const FOLDERS = { data: "/var/lib/postgresql/data", run: "/var/run/postgresql", tmp: "/tmp" };
const NAME = "compatibility";

const restricted = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };
/** A suite and an empty database: no more than a preview has (C2.3). */
const resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };

/**
 * The test as a Job: an empty Postgres that only this pod reaches, every migration of the next version applied to it by
 * that version's own image, then the running version's own suite on what came of it (D3.5). Nothing of the environment
 * is touched: neither its database nor its secrets are known to the pod. Pure.
 */
export function compatibilityJob(settings: CompatibilitySettings, { running, next }: Versions): V1Job {
  const { application, database, migrate, test } = settings;
  const labels = {
    "app.kubernetes.io/name": `${application}-${NAME}`,
    "app.kubernetes.io/component": NAME,
    "app.kubernetes.io/part-of": application,
  };
  // As the application knows them in every environment; the pod's own database asks for no password.
  const env = Object.entries({
    DATABASE_HOST: "127.0.0.1",
    DATABASE_PORT: "5432",
    DATABASE_NAME: application,
    DATABASE_USER: application,
  }).map(([name, value]) => ({ name, value }));
  const step = (name: string, image: string, args: readonly string[]): V1Container => ({
    name,
    image,
    args: [...args],
    env,
    resources,
    securityContext: restricted,
    volumeMounts: [{ name: "tmp", mountPath: FOLDERS.tmp }],
  });
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${application}-${NAME}`, labels },
    spec: {
      template: {
        metadata: { labels },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          securityContext: {
            runAsNonRoot: true,
            runAsUser: POSTGRES_UID,
            fsGroup: POSTGRES_UID,
            seccompProfile: { type: "RuntimeDefault" },
          },
          initContainers: [scratch(database, application), step("migrate", next, migrate)],
          containers: [step("test", running, test)],
          volumes: Object.keys(FOLDERS).map((name) => ({ name, emptyDir: { sizeLimit: "256Mi" } })),
        },
      },
    },
  };
}

/** A database that lives as long as the pod and listens to it alone. */
function scratch(image: string, application: string): V1Container {
  const ready = { exec: { command: ["pg_isready", "--host", "127.0.0.1", "--dbname", application] } };
  return {
    name: "database",
    image,
    // A sidecar: it is up before the next step begins, and does not keep the Job from ending.
    restartPolicy: "Always",
    args: ["-c", "listen_addresses=127.0.0.1"],
    env: Object.entries({
      POSTGRES_DB: application,
      POSTGRES_USER: application,
      POSTGRES_HOST_AUTH_METHOD: "trust",
      PGDATA: `${FOLDERS.data}/pgdata`,
    }).map(([name, value]) => ({ name, value })),
    resources,
    securityContext: restricted,
    startupProbe: { ...ready, periodSeconds: 2, failureThreshold: 60 },
    volumeMounts: Object.entries(FOLDERS).map(([name, mountPath]) => ({ name, mountPath })),
  };
}
