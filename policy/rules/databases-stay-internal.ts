import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, isFields, items, UNKNOWN, type Value } from "../value";

/** PostgreSQL, MySQL, SQL Server, Oracle, MongoDB, Redis, Cassandra, Elasticsearch, Kafka, etcd. */
const PORTS: ReadonlySet<Value> = new Set([5432, 3306, 1433, 1521, 27017, 6379, 9042, 9200, 9092, 2379]);

/** No allow list makes a database at the edge a good idea. */
export const databasesStayInternal = resourceRule({
  name: "databases-stay-internal",
  description: "No database or broker is reached from outside the cluster.",
  severity: "high",
  framework: platform("E3.5", "Databases: ClusterIP only, no public route."),
  requirement: "E3.5",
  remediation: "Use type ClusterIP; reach the database over the VPC, or by kubectl port-forward with a logged session.",
  url: "https://kubernetes.io/docs/concepts/services-networking/service/#type-clusterip",
  applies: isKind("/Service", "kafka.strimzi.io/Kafka"),
  judge(subject, verdict) {
    const spec = subject.properties["spec"];
    if (spec === UNKNOWN) return verdict.undecided("spec");
    if (!isFields(spec)) return;
    const kafka = items(at(spec["kafka"], "listeners"));
    if (kafka !== UNKNOWN)
      kafka.forEach((listener, index) => {
        const type = at(listener, "type");
        if (type === "loadbalancer" || type === "nodeport" || type === "ingress")
          verdict.violation(`spec.kafka.listeners[${index}] is of type ${type}`);
      });
    const ports = items(spec["ports"]);
    if (spec["type"] !== "NodePort" && spec["type"] !== "LoadBalancer") return;
    if (ports === UNKNOWN) return verdict.undecided("spec.ports");
    ports.forEach((port, index) => {
      const numbers: Value[] = [at(port, "port"), at(port, "targetPort")];
      if (numbers.some((number) => PORTS.has(number)))
        verdict.violation(`spec.ports[${index}] opens a database port to the outside`);
    });
  },
});
