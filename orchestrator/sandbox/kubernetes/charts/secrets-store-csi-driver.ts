import { z } from "zod";
import type { ChartTable } from "./chart";
import { secretsStoreDefinitions } from "./definitions/secrets-store-csi-driver";
import { anything, serviceAccount, workload } from "./workload";

const VERSION = "1.6.0";
const values = z.strictObject({
  enableSecretRotation: z.boolean().default(false),
  rotationPollInterval: z.string().default(""),
  syncSecret: z.strictObject({ enabled: z.boolean().default(false) }).prefault({}),
  tokenRequests: z.array(anything).default([]),
  linux: z.strictObject({ priorityClassName: z.string().default("") }).prefault({}),
});
type Values = z.infer<typeof values>;

const folder = (name: string, path: string) => ({ name, hostPath: { path, type: "DirectoryOrCreate" } });
const small = { limits: { cpu: "100m", memory: "100Mi" }, requests: { cpu: "10m", memory: "20Mi" } };

/** The Secrets Store CSI driver, one on each node, privileged: it mounts into other pods. */
export const secretsStoreCsiDriver: ChartTable<Values> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  // Put there by a hook before the rest, and kept by another when the chart goes.
  definitions: secretsStoreDefinitions,
  objects(given, { release: name, namespace }) {
    const labels = { app: "secrets-store-csi-driver", "app.kubernetes.io/name": "secrets-store-csi-driver" };
    return [
      serviceAccount(name, namespace, labels),
      {
        apiVersion: "storage.k8s.io/v1",
        kind: "CSIDriver",
        metadata: { name: "secrets-store.csi.k8s.io", labels },
        spec: {
          podInfoOnMount: true,
          attachRequired: false,
          volumeLifecycleModes: ["Ephemeral"],
          ...(given.tokenRequests.length > 0 && { tokenRequests: given.tokenRequests }),
          ...(given.enableSecretRotation && { requiresRepublish: true }),
        },
      },
      workload({
        kind: "DaemonSet",
        name,
        namespace,
        labels,
        serviceAccount: name,
        containers: [
          {
            name: "node-driver-registrar",
            image: "registry.k8s.io/sig-storage/csi-node-driver-registrar:v2.16.0",
            resources: small,
          },
          {
            name: "secrets-store",
            image: `registry.k8s.io/csi-secrets-store/driver:v${VERSION}`,
            args: [
              ...(given.enableSecretRotation ? ["--enable-secret-rotation=true"] : []),
              ...(given.rotationPollInterval === "" ? [] : [`--rotation-poll-interval=${given.rotationPollInterval}`]),
            ],
            ports: [
              { name: "healthz", containerPort: 9808, protocol: "TCP" },
              { name: "metrics", containerPort: 8095, protocol: "TCP" },
            ],
            livenessProbe: { httpGet: { path: "/healthz", port: "healthz" }, initialDelaySeconds: 30 },
            resources: { limits: { cpu: "200m", memory: "200Mi" }, requests: { cpu: "50m", memory: "100Mi" } },
            securityContext: { privileged: true },
          },
          {
            name: "liveness-probe",
            image: "registry.k8s.io/sig-storage/livenessprobe:v2.18.0",
            resources: small,
          },
        ],
        volumes: [
          folder("mountpoint-dir", "/var/lib/kubelet/pods"),
          folder("registration-dir", "/var/lib/kubelet/plugins_registry/"),
          folder("plugin-dir", "/var/lib/kubelet/plugins/csi-secrets-store/"),
          folder("providers-dir", "/var/run/secrets-store-csi-providers"),
          folder("providers-dir-0", "/etc/kubernetes/secrets-store-csi-providers"),
        ],
        pod: {
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: [{ operator: "Exists" }],
          priorityClassName: given.linux.priorityClassName,
        },
      }),
    ];
  },
};
