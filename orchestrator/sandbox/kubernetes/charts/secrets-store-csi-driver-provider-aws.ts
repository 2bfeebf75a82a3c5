import { z } from "zod";
import type { ChartTable } from "./chart";
import { anything, labelsOf, serviceAccount, workload } from "./workload";

const VERSION = "3.1.1";
const values = z.strictObject({
  "secrets-store-csi-driver": z.strictObject({
    install: z.literal(false, { error: "the rehearsal plays the driver as a chart of its own" }),
  }),
  awsRegion: z.string().default(""),
  priorityClassName: z.string().default(""),
  tolerations: z.array(anything).default([]),
  resources: anything.default({ requests: { cpu: "50m", memory: "100Mi" }, limits: { cpu: "50m", memory: "100Mi" } }),
});
type Values = z.infer<typeof values>;

/** AWS's provider for the Secrets Store CSI driver, by the chart's templates: it writes the files of pods of its node. */
export const secretsStoreProviderAws: ChartTable<Values> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  objects(given, { release: name, namespace }) {
    const labels = { ...labelsOf("secrets-store-csi-driver-provider-aws", name), app: name };
    return [
      serviceAccount(name, namespace, labels),
      workload({
        kind: "DaemonSet",
        name,
        namespace,
        labels,
        serviceAccount: name,
        containers: [
          {
            name: "provider-aws-installer",
            image: `public.ecr.aws/aws-secrets-manager/secrets-store-csi-driver-provider-aws:${VERSION}`,
            args: ["--provider-volume=/var/run/secrets-store-csi-providers"],
            env: given.awsRegion === "" ? [] : [{ name: "AWS_REGION", value: given.awsRegion }],
            resources: given.resources,
            securityContext: { privileged: false, allowPrivilegeEscalation: false },
            volumeMounts: [
              { name: "providervol", mountPath: "/var/run/secrets-store-csi-providers" },
              {
                name: "mountpoint-dir",
                mountPath: "/var/lib/kubelet/pods",
                mountPropagation: "HostToContainer",
              },
            ],
          },
        ],
        volumes: [
          { name: "providervol", hostPath: { path: "/var/run/secrets-store-csi-providers" } },
          { name: "mountpoint-dir", hostPath: { path: "/var/lib/kubelet/pods", type: "DirectoryOrCreate" } },
        ],
        pod: {
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: given.tolerations,
          priorityClassName: given.priorityClassName,
        },
      }),
    ];
  },
};
