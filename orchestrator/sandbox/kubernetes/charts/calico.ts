import { z } from "zod";
import type { ChartTable } from "./chart";
import { calicoDefinitions } from "./definitions/calico";
import { anything, serviceAccount, workload } from "./workload";

const VERSION = "v3.32.1";
const off = z.strictObject({ enabled: z.boolean().default(true) }).prefault({});
const nothing = z.strictObject({});

/** The chart crd.projectcalico.org.v1: kinds alone, since 3.32 apart from the operator's. */
export const calicoCrds: ChartTable<z.infer<typeof nothing>> = {
  version: VERSION,
  appVersion: VERSION,
  values: nothing,
  objects: () => [...calicoDefinitions],
};

const values = z.strictObject({
  installation: z
    .strictObject({
      enabled: z.boolean().default(true),
      kubernetesProvider: z.string().default(""),
      cni: z.strictObject({ type: z.string() }).optional(),
      calicoNetwork: z.strictObject({ bgp: z.enum(["Enabled", "Disabled"]) }).optional(),
      calicoNodeDaemonSet: anything.optional(),
      typhaDeployment: anything.optional(),
      calicoKubeControllersDeployment: anything.optional(),
    })
    .prefault({}),
  apiServer: off,
  goldmane: off,
  whisker: off,
  kubeletVolumePluginPath: z.string().default("None"),
  resources: anything.default({}),
});

/** Calico's operator, and the one object by which it is told what to install. */
export const tigeraOperator: ChartTable<z.infer<typeof values>> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  objects({ installation, apiServer, goldmane, whisker, kubeletVolumePluginPath, resources }, { namespace }) {
    const { enabled, ...spec } = installation;
    const labels = { "k8s-app": "tigera-operator" };
    const more = Object.entries({ APIServer: apiServer, Goldmane: goldmane, Whisker: whisker }).filter(
      ([, one]) => one.enabled,
    );
    if (more.length > 0) throw new RangeError(`the rehearsal plays no ${more.map(([kind]) => kind).join(", ")}`);
    return [
      serviceAccount("tigera-operator", namespace, labels),
      workload({
        name: "tigera-operator",
        namespace,
        labels: { ...labels, name: "tigera-operator" },
        serviceAccount: "tigera-operator",
        containers: [
          {
            name: "tigera-operator",
            image: "quay.io/tigera/operator:v1.42.3",
            command: ["operator"],
            resources,
            volumeMounts: [{ name: "var-lib-calico", mountPath: "/var/lib/calico", readOnly: true }],
          },
        ],
        volumes: [{ name: "var-lib-calico", hostPath: { path: "/var/lib/calico" } }],
        pod: {
          hostNetwork: true,
          dnsPolicy: "ClusterFirstWithHostNet",
          terminationGracePeriodSeconds: 60,
          nodeSelector: { "kubernetes.io/os": "linux" },
          tolerations: [
            { effect: "NoExecute", operator: "Exists" },
            { effect: "NoSchedule", operator: "Exists" },
          ],
        },
      }),
      ...(enabled
        ? [
            {
              apiVersion: "operator.tigera.io/v1",
              kind: "Installation",
              metadata: { name: "default" },
              spec: { ...spec, imagePullSecrets: [], kubeletVolumePluginPath },
            },
          ]
        : []),
    ];
  },
};
