import { z } from "zod";
import { stringify } from "yaml";
import { fullName, type ChartTable } from "./chart";
import { argoRolloutsDefinitions } from "./definitions/argo-rollouts";
import { anything, budget, budgetValues, configMap, httpProbe, labelsOf, serviceAccount, workload } from "./workload";

const plugin = z.strictObject({ name: z.string(), location: z.string() });
const provider = z.boolean().default(true);
const values = z.strictObject({
  installCRDs: z.boolean().default(true),
  keepCRDs: z.boolean().default(true),
  controller: z
    .strictObject({
      replicas: z.int().min(0).default(2),
      pdb: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
      resources: anything.default({}),
      initContainers: z.array(anything).default([]),
      volumes: z.array(anything).default([]),
      volumeMounts: z.array(anything).default([]),
      trafficRouterPlugins: z.array(plugin).default([]),
    })
    .prefault({}),
  providerRBAC: z
    .strictObject({
      providers: z
        .strictObject({
          istio: provider,
          smi: provider,
          ambassador: provider,
          awsLoadBalancerController: provider,
          awsAppMesh: provider,
          traefik: provider,
          apisix: provider,
          contour: provider,
          glooPlatform: provider,
          gatewayAPI: provider,
        })
        .prefault({}),
    })
    .prefault({}),
  dashboard: z.strictObject({ enabled: z.literal(false).default(false) }).prefault({}),
});
type Values = z.infer<typeof values>;

/** Argo Rollouts 2.41.0: the controller of Rollouts, with the plugins it is told of. */
export const argoRollouts: ChartTable<Values> = {
  version: "2.41.0",
  appVersion: "v1.9.0",
  values,
  objects({ installCRDs, keepCRDs, controller }, { release, namespace }) {
    const name = fullName(release, "argo-rollouts");
    const labels = labelsOf("argo-rollouts", release, "rollouts-controller");
    const definitions = argoRolloutsDefinitions.map(({ metadata: { annotations, ...metadata }, ...definition }) => ({
      ...definition,
      metadata: { ...metadata, ...(keepCRDs && annotations && { annotations }) },
    }));
    const plugins = controller.trafficRouterPlugins;
    return [
      ...(installCRDs ? definitions : []),
      serviceAccount(name, namespace, labels),
      configMap(
        "argo-rollouts-config",
        namespace,
        labels,
        plugins.length === 0 ? {} : { trafficRouterPlugins: stringify(plugins) },
      ),
      configMap("argo-rollouts-notification-configmap", namespace, labels, {}),
      workload({
        name,
        namespace,
        labels,
        replicas: controller.replicas,
        serviceAccount: name,
        podSecurityContext: { runAsNonRoot: true },
        initContainers: controller.initContainers,
        containers: [
          {
            name: "argo-rollouts",
            image: "quay.io/argoproj/argo-rollouts:v1.9.0",
            args: [
              "--healthzPort=8080",
              "--metricsport=8090",
              "--loglevel=info",
              ...(controller.replicas > 1 ? ["--leader-elect"] : []),
            ],
            ports: [
              { name: "metrics", containerPort: 8090, protocol: "TCP" },
              { name: "healthz", containerPort: 8080, protocol: "TCP" },
            ],
            resources: controller.resources,
            securityContext: {
              allowPrivilegeEscalation: false,
              capabilities: { drop: ["ALL"] },
              readOnlyRootFilesystem: true,
              seccompProfile: { type: "RuntimeDefault" },
            },
            livenessProbe: httpProbe("/healthz", "healthz", { initialDelaySeconds: 30, periodSeconds: 20 }),
            readinessProbe: httpProbe("/metrics", "metrics", { initialDelaySeconds: 15, periodSeconds: 5 }),
            volumeMounts: [
              { name: "plugin-bin", mountPath: "/home/argo-rollouts/plugin-bin" },
              { name: "tmp", mountPath: "/tmp" },
              ...controller.volumeMounts,
            ],
          },
        ],
        volumes: [{ name: "plugin-bin", emptyDir: {} }, { name: "tmp", emptyDir: {} }, ...controller.volumes],
      }),
      ...(controller.pdb.enabled ? [budget(name, namespace, labels, controller.pdb)] : []),
    ];
  },
};
