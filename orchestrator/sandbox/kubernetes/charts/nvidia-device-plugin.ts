import { z } from "zod";
import type { ChartTable } from "./chart";
import { anything, labelsOf, serviceAccount, workload } from "./workload";

const NAME = "nvidia-device-plugin";

const values = z.strictObject({
  resources: anything.default({}),
  securityContext: anything.default({}),
  nodeSelector: z.record(z.string(), z.string()).default({}),
  tolerations: z.array(anything).default([
    { key: "CriticalAddonsOnly", operator: "Exists" },
    { key: "nvidia.com/gpu", operator: "Exists", effect: "NoSchedule" },
  ]),
  affinity: anything.default({
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [
          {
            matchExpressions: [
              { key: "feature.node.kubernetes.io/pci-10de.present", operator: "In", values: ["true"] },
            ],
          },
          { matchExpressions: [{ key: "nvidia.com/gpu.present", operator: "In", values: ["true"] }] },
        ],
      },
    },
  }),
});

const IMAGE = "nvcr.io/nvidia/k8s-device-plugin:v0.20.0";
const mps = "/run/nvidia/mps";

/** One agent per GPU node; the second DaemonSet, for sharing GPUs, selects a label that nobody sets here. */
export const nvidiaDevicePlugin: ChartTable<z.infer<typeof values>> = {
  version: "0.20.0",
  appVersion: "0.20.0",
  values,
  objects({ resources, securityContext, ...placement }, { release, namespace }) {
    const labels = labelsOf(NAME, release);
    const account = `${NAME}-service-account`;
    return [
      serviceAccount(account, namespace, labels, false),
      workload({
        kind: "DaemonSet",
        name: NAME,
        namespace,
        labels,
        serviceAccount: account,
        containers: [
          {
            name: `${NAME}-ctr`,
            image: IMAGE,
            resources,
            securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, ...securityContext },
            volumeMounts: [{ name: "kubelet-device-plugins-dir", mountPath: "/var/lib/kubelet/device-plugins" }],
          },
        ],
        volumes: [
          {
            name: "kubelet-device-plugins-dir",
            hostPath: { path: "/var/lib/kubelet/device-plugins", type: "Directory" },
          },
        ],
        pod: { priorityClassName: "system-node-critical", ...placement },
      }),
      workload({
        kind: "DaemonSet",
        name: `${NAME}-mps-control-daemon`,
        namespace,
        labels: { ...labels, "app.kubernetes.io/component": "mps-control-daemon" },
        serviceAccount: account,
        initContainers: [
          { name: "mps-control-daemon-mounts", image: IMAGE, securityContext: { privileged: true }, resources },
        ],
        containers: [
          { name: "mps-control-daemon-ctr", image: IMAGE, securityContext: { privileged: true }, resources },
        ],
        volumes: [{ name: "mps-root", hostPath: { path: mps, type: "DirectoryOrCreate" } }],
        pod: {
          hostPID: true,
          priorityClassName: "system-node-critical",
          ...placement,
          nodeSelector: { "nvidia.com/mps.capable": "true", ...placement.nodeSelector },
        },
      }),
    ];
  },
};
