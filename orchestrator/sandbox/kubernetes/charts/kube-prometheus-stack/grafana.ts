import { z } from "zod";
import type { KubeObject } from "../../object";
import type { Installation } from "../chart";
import { anything, httpProbe, labelsOf, service, serviceAccount, workload } from "../workload";
import { monitor } from "./monitor";

const container = {
  allowPrivilegeEscalation: false,
  privileged: false,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};
export const grafanaValues = z
  .strictObject({
    initChownData: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    persistence: z
      .strictObject({
        enabled: z.boolean().default(false),
        storageClassName: z.string().optional(),
        size: z.string().default("10Gi"),
      })
      .prefault({}),
    deploymentStrategy: anything.default({ type: "RollingUpdate" }),
    admin: z
      .strictObject({
        existingSecret: z.string().default(""),
        userKey: z.string().default("admin-user"),
        passwordKey: z.string().default("admin-password"),
      })
      .prefault({}),
    securityContext: anything.default({ runAsNonRoot: true, runAsUser: 472, runAsGroup: 472, fsGroup: 472 }),
    containerSecurityContext: anything.default(container),
    resources: anything.default({}),
    sidecar: z
      .strictObject({
        resources: anything.default({}),
        datasources: z.strictObject({ exemplarTraceIdDestinations: anything.default({}) }).prefault({}),
      })
      .prefault({}),
    testFramework: z.strictObject({ enabled: z.boolean().default(true) }).prefault({}),
    additionalDataSources: z.array(anything).default([]),
  })
  .prefault({});

/** Grafana with the sidecars that bring it dashboards and data sources. */
export function grafana(
  name: string,
  given: z.infer<typeof grafanaValues>,
  { release, namespace }: Installation,
): KubeObject[] {
  const labels = labelsOf("grafana", release);
  const { persistence, admin } = given;
  const secretName = admin.existingSecret === "" ? name : admin.existingSecret;
  const fromSecret = (key: string) => ({ valueFrom: { secretKeyRef: { name: secretName, key } } });
  const sidecar = (kind: string) => ({
    name: `grafana-sc-${kind}`,
    image: "quay.io/kiwigrid/k8s-sidecar:2.10.1",
    resources: given.sidecar.resources,
    securityContext: container,
  });
  return [
    serviceAccount(name, namespace, labels, true),
    ...(admin.existingSecret === ""
      ? [{ apiVersion: "v1", kind: "Secret", metadata: { name, namespace, labels }, type: "Opaque" } as KubeObject]
      : []),
    ...(persistence.enabled
      ? [
          {
            apiVersion: "v1",
            kind: "PersistentVolumeClaim",
            metadata: { name, namespace, labels },
            spec: {
              accessModes: ["ReadWriteOnce"],
              ...(persistence.storageClassName !== undefined && { storageClassName: persistence.storageClassName }),
              resources: { requests: { storage: persistence.size } },
            },
          } as KubeObject,
        ]
      : []),
    workload({
      name,
      namespace,
      labels,
      strategy: given.deploymentStrategy,
      serviceAccount: name,
      podSecurityContext: given.securityContext,
      ...(persistence.enabled &&
        given.initChownData.enabled && {
          initContainers: [
            {
              name: "init-chown-data",
              image: "docker.io/library/busybox:1.38.0",
              securityContext: { runAsNonRoot: false, runAsUser: 0, capabilities: { add: ["CHOWN"], drop: ["ALL"] } },
            },
          ],
        }),
      containers: [
        sidecar("dashboard"),
        sidecar("datasources"),
        {
          name: "grafana",
          image: "docker.io/grafana/grafana:13.2.0",
          env: [
            { name: "GF_SECURITY_ADMIN_USER", ...fromSecret(admin.userKey) },
            { name: "GF_SECURITY_ADMIN_PASSWORD", ...fromSecret(admin.passwordKey) },
          ],
          ports: [
            { name: "grafana", containerPort: 3000, protocol: "TCP" },
            { name: "gossip-tcp", containerPort: 9094, protocol: "TCP" },
            { name: "gossip-udp", containerPort: 9094, protocol: "UDP" },
            { name: "profiling", containerPort: 6060, protocol: "TCP" },
          ],
          resources: given.resources,
          securityContext: given.containerSecurityContext,
          livenessProbe: httpProbe("/api/health", "grafana", { initialDelaySeconds: 60, timeoutSeconds: 30 }),
          readinessProbe: httpProbe("/api/health", "grafana"),
          ...(persistence.enabled && { volumeMounts: [{ name: "storage", mountPath: "/var/lib/grafana" }] }),
        },
      ],
      ...(persistence.enabled && { volumes: [{ name: "storage", persistentVolumeClaim: { claimName: name } }] }),
      pod: { automountServiceAccountToken: true, enableServiceLinks: true },
    }),
    service(name, namespace, labels, [{ name: "http-web", port: 80, targetPort: "grafana" }]),
    monitor(name, namespace, labels, "http-web"),
  ];
}
