import { createHash } from "node:crypto";
import { restrictedContainer } from "../release";
import type { ApplicationSpec } from "./application";
import { CLIENT, labelsOf, selector, wave } from "./labels";
import type { Manifest } from "./manifest";
import { APPLICATION, DATABASE_PORT, imageTag } from "./names";
import { sizeOf, SMALL, type JobLimits } from "./sizes";

/** Kubernetes' own test image: it tries connections, and has curl. By digest (E2.9). */
export const TOOLS =
  "registry.k8s.io/e2e-test-images/agnhost:2.53@sha256:99c6b4bb4a1e1df3f0b3752168c89358794d02258ebebc26bf21c29399011a85";
/** Secret with `username` and `password`. */
export const DATABASE_SECRET = "database-credentials";
/** ConfigMap with everything else the application is told. */
export const CONFIG = "app-config";
/** Attempts of the init step, one every 2 s (C1.5): ten minutes at most, then the pod fails and says so. */
const ATTEMPTS = 150;
const { name, port } = APPLICATION;

/** A variable that is read from the secret of the database. */
const credential = (variable: string, key: string) => ({
  name: variable,
  valueFrom: { secretKeyRef: { name: DATABASE_SECRET, key } },
});
const variables = {
  envFrom: [{ configMapRef: { name: CONFIG } }],
  env: [credential("DATABASE_USER", "username"), credential("DATABASE_PASSWORD", "password")],
};

/** Bounded, pinned and with resources of its own (C1.5). */
function waitForDatabase({ database }: ApplicationSpec): object {
  const address = `${database.host}:${DATABASE_PORT}`;
  return {
    name: "wait-for-database",
    image: TOOLS,
    command: [
      "/bin/sh",
      "-c",
      `for try in $(seq ${ATTEMPTS}); do /agnhost connect ${address} --timeout=2s && exit 0; sleep 2; done; echo "no answer from ${address} in ${ATTEMPTS} tries" >&2; exit 1`,
    ],
    resources: SMALL,
    securityContext: restrictedContainer,
  };
}

/** Account, rights and first step of every pod of the application. */
const pod = (spec: ApplicationSpec) => ({
  serviceAccountName: name,
  automountServiceAccountToken: false,
  securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
  initContainers: [waitForDatabase(spec)],
});

/** Pods of the application itself. */
export function podTemplate(spec: ApplicationSpec, config: Record<string, string>): object {
  const probe = (path: string) => ({ httpGet: { path, port } });
  return {
    metadata: {
      labels: { ...labelsOf(spec.kind, "web"), ...CLIENT },
      // Changed settings are a new rollout: what a pod read at its start stays.
      annotations: { "slipway.dev/settings": digestOf(config) },
    },
    spec: {
      ...pod(spec),
      // Ten seconds for the load balancer to notice, then twenty for what is under way (C1.11).
      terminationGracePeriodSeconds: 30,
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: "topology.kubernetes.io/zone",
          whenUnsatisfiable: "ScheduleAnyway",
          labelSelector: { matchLabels: selector },
        },
      ],
      containers: [
        {
          name,
          image: spec.image,
          ...variables,
          ports: [{ name: "http", containerPort: port }],
          resources: sizeOf(spec).resources,
          securityContext: restrictedContainer,
          lifecycle: { preStop: { sleep: { seconds: 10 } } },
          startupProbe: { ...probe(APPLICATION.live), failureThreshold: 30, periodSeconds: 2 },
          readinessProbe: { ...probe(APPLICATION.health), initialDelaySeconds: 5, periodSeconds: 5 }, // C1.6
          livenessProbe: { ...probe(APPLICATION.live), initialDelaySeconds: 15, periodSeconds: 20 }, // C1.6
        },
      ],
    },
  };
}

/** A job of one image: its name carries the digest, for jobs never change (D3.8). */
export function job(spec: ApplicationSpec, what: string, limits: JobLimits, order: number): Manifest {
  const { kind, names, image } = spec;
  const labels = labelsOf(kind, what);
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: `${what}-${imageTag(image)}`,
      namespace: names.namespace,
      labels,
      annotations: {
        ...wave(order),
        // A hook: once its time is over it is gone, which is no difference to be mended.
        "argocd.argoproj.io/hook": "Sync",
        "argocd.argoproj.io/hook-delete-policy": "BeforeHookCreation",
      },
    },
    spec: {
      backoffLimit: limits.retries,
      activeDeadlineSeconds: limits.deadlineSeconds,
      ttlSecondsAfterFinished: limits.keptSeconds,
      template: {
        metadata: { labels: { ...labels, ...CLIENT } },
        spec: {
          ...pod(spec),
          restartPolicy: limits.retries > 0 ? "OnFailure" : "Never",
          containers: [
            { name: what, image, args: [what], ...variables, resources: SMALL, securityContext: restrictedContainer },
          ],
        },
      },
    },
  };
}

function digestOf(data: Readonly<Record<string, string>>): string {
  return createHash("sha256").update(JSON.stringify(data)).digest("hex").slice(0, 16);
}
