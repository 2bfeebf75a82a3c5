import { along, at, isFields, UNKNOWN, type Fields, type Value } from "./value";
import type { OperatedPod } from "./workload";

/** Leaves out what is not set, so that a rule sees an absent field and not an undefined one. */
function present(fields: Record<string, Value>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null));
}

/** The pod of a CloudNativePG Cluster (https://cloudnative-pg.io/documentation/current/cloudnative-pg.v1/#clusterspec). */
export function cnpgPod({ spec }: Fields): OperatedPod | undefined {
  if (!isFields(spec)) return undefined;
  const fields = present({
    name: "postgres",
    image: spec["imageName"],
    resources: spec["resources"],
    env: spec["env"],
    envFrom: spec["envFrom"],
    securityContext: spec["securityContext"],
  });
  const seccompProfile = spec["seccompProfile"];
  return {
    spec: present({
      securityContext: spec["podSecurityContext"] ?? (seccompProfile === undefined ? undefined : { seccompProfile }),
      topologySpreadConstraints: spec["topologySpreadConstraints"],
    }),
    containers: [{ place: "spec", fields }],
    replicas: spec["instances"] ?? 1,
  };
}

/** Where a Strimzi resource sets what one of its pods is made of, and the template key of that pod's container. */
const sections: readonly (readonly [path: readonly string[], container: string])[] = [
  [[], "kafkaContainer"],
  [["kafka"], "kafkaContainer"],
  [["zookeeper"], "zookeeperContainer"],
  [["entityOperator", "topicOperator"], "topicOperatorContainer"],
  [["entityOperator", "userOperator"], "userOperatorContainer"],
  [["cruiseControl"], "cruiseControlContainer"],
  [["kafkaExporter"], "container"],
];
/** Kinds whose spec itself describes the pod, and the key of its container. */
const direct: Readonly<Record<string, string>> = {
  KafkaNodePool: "kafkaContainer",
  KafkaConnect: "connectContainer",
  KafkaMirrorMaker2: "connectContainer",
  KafkaBridge: "bridgeContainer",
};

/** The pods of a Strimzi resource (https://strimzi.io/docs/operators/latest/configuring). */
export function strimziPod({ spec }: Fields, kind: string): OperatedPod | undefined {
  if (!isFields(spec)) return undefined;
  const own = direct[kind];
  const whole = own !== undefined || !isFields(spec["kafka"]);
  const found: readonly (readonly [readonly string[], string])[] = whole
    ? [[[], own ?? "kafkaContainer"]]
    : sections.filter(([path]) => path.length > 0 && isSection(spec, path));
  return {
    spec: {},
    containers: found.map(([path, container]) => {
      const section = along(spec, path);
      const template = at(path[0] === "entityOperator" ? spec["entityOperator"] : section, "template");
      const fields = present({
        name: path.at(-1) ?? "kafka",
        image: at(section, "image"),
        resources: at(section, "resources"),
        env: at(template, container, "env"),
        securityContext: merged(at(template, "pod", "securityContext"), at(template, container, "securityContext")),
      });
      return { place: ["spec", ...path].join("."), fields };
    }),
    replicas: whole ? (spec["replicas"] ?? 1) : undefined,
  };
}

/** With node pools the brokers' resources are on the pools; `kafka.replicas` says that there are none. */
function isSection(spec: Fields, path: readonly string[]): boolean {
  const section = along(spec, path);
  if (path[0] === "kafka") return isFields(section) && section["replicas"] !== undefined;
  return isFields(section);
}

function merged(pod: Value, container: Value): Value {
  if (pod === UNKNOWN || container === UNKNOWN) return UNKNOWN;
  if (!isFields(pod)) return isFields(container) ? container : undefined;
  return isFields(container) ? { ...pod, ...container } : pod;
}
