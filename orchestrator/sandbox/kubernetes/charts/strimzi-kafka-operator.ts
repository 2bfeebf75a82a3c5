import { z } from "zod";
import { type ChartTable } from "./chart";
import { strimziDefinitions } from "./definitions/strimzi";
import {
  anything,
  budget,
  budgetValues,
  configMap,
  filled,
  httpProbe,
  placement,
  serviceAccount,
  workload,
} from "./workload";

const NAME = "strimzi-cluster-operator";
const VERSION = "1.2.0";
const values = z.strictObject({
  ...placement,
  resources: anything.default({
    limits: { memory: "384Mi", cpu: "1000m" },
    requests: { memory: "384Mi", cpu: "200m" },
  }),
  replicas: z.int().min(0).default(1),
  watchNamespaces: z.array(z.string()).default([]),
  watchAnyNamespace: z.boolean().default(false),
  podDisruptionBudget: z.strictObject({ enabled: z.boolean().default(false), ...budgetValues }).prefault({}),
  podSecurityContext: anything.default({}),
  generateNetworkPolicy: z.boolean().default(true),
});
type Values = z.infer<typeof values>;

const restricted = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** Strimzi 1.2.0: one operator, which makes brokers of `Kafka` and `KafkaNodePool` by itself. */
export const strimziKafkaOperator: ChartTable<Values> = {
  version: VERSION,
  appVersion: VERSION,
  values,
  definitions: strimziDefinitions,
  objects(given, { release, namespace }) {
    const labels = { app: "strimzi", chart: `strimzi-kafka-operator-${VERSION}`, component: "deployment", release };
    const selector = { name: NAME, "strimzi.io/kind": "cluster-operator" };
    const watched = given.watchAnyNamespace ? "*" : [namespace, ...given.watchNamespaces].join(",");
    const timing = { initialDelaySeconds: 10, periodSeconds: 30 };
    return [
      serviceAccount(NAME, namespace, labels, false),
      configMap(NAME, namespace, labels, { "log4j2.properties": "name = COConfig\n" }),
      workload({
        name: NAME,
        namespace,
        labels: selector,
        replicas: given.replicas,
        serviceAccount: NAME,
        podSecurityContext: given.podSecurityContext,
        containers: [
          {
            name: NAME,
            image: `quay.io/strimzi/operator:${VERSION}`,
            ports: [{ name: "http", containerPort: 8080 }],
            args: ["/opt/strimzi/bin/cluster_operator_run.sh"],
            env: [
              { name: "STRIMZI_NAMESPACE", value: watched },
              { name: "STRIMZI_NETWORK_POLICY_GENERATION", value: String(given.generateNetworkPolicy) },
              { name: "STRIMZI_LEADER_ELECTION_ENABLED", value: "true" },
            ],
            resources: given.resources,
            securityContext: restricted,
            livenessProbe: httpProbe("/healthy", "http", timing),
            readinessProbe: httpProbe("/ready", "http", timing),
          },
        ],
        volumes: [
          { name: "strimzi-tmp", emptyDir: { medium: "Memory", sizeLimit: "1Mi" } },
          { name: "co-config-volume", configMap: { name: NAME } },
        ],
        pod: filled({
          nodeSelector: given.nodeSelector,
          tolerations: given.tolerations,
          affinity: given.affinity,
          topologySpreadConstraints: given.topologySpreadConstraints,
        }),
      }),
      ...(given.podDisruptionBudget.enabled
        ? [
            budget(`${NAME}-pdb`, namespace, selector, {
              minAvailable: given.podDisruptionBudget.minAvailable ?? 1,
              maxUnavailable: given.podDisruptionBudget.maxUnavailable,
            }),
          ]
        : []),
    ];
  },
};
