import { expect } from "chai";
import { Subject } from "../../policy/subject";
import { UNKNOWN, type Fields } from "../../policy/value";
import { eachContainer, effective, isWorkload, type Workload } from "../../policy/workload";

const subject = (type: string, properties: Fields) => new Subject("urn", type, "subject", properties);
const read = (type: string, properties: Fields): Workload => {
  const { workload } = subject(type, properties);
  if (workload === UNKNOWN || workload === undefined) throw new Error(`no workload in ${type}`);
  return workload;
};
const pod: Fields = { containers: [{ name: "app" }] };
const refuse = () => expect.fail();

describe("the one view of every workload", () => {
  const template = { spec: { template: { spec: pod } } };
  const shapes: Readonly<Record<string, Fields>> = {
    "kubernetes:core/v1:Pod": { spec: pod },
    "kubernetes:core/v1:PodTemplate": { template: { spec: pod } },
    "kubernetes:apps/v1:Deployment": template,
    "kubernetes:apps/v1:StatefulSet": template,
    "kubernetes:apps/v1:DaemonSet": template,
    "kubernetes:apps/v1:ReplicaSet": template,
    "kubernetes:extensions/v1beta1:Deployment": template,
    "kubernetes:core/v1:ReplicationController": template,
    "kubernetes:batch/v1:Job": template,
    "kubernetes:argoproj.io/v1alpha1:Rollout": template,
    "kubernetes:batch/v1:CronJob": { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
    "kubernetes:apps/v1:DeploymentPatch": template,
  };
  for (const [type, properties] of Object.entries(shapes)) {
    it(`finds the pod of a ${type}`, () => {
      expect(
        read(type, properties)
          .containers.map(({ title }) => title)
          .join(),
      ).to.match(/containers\[0\] \(app\)$/);
    });
  }
  it("reads what a CloudNativePG Cluster sets of its pods", () => {
    const spec = {
      instances: 3,
      imageName: "ghcr.io/cloudnative-pg/postgresql:18",
      resources: { limits: { cpu: "1" } },
    };
    const cluster = read("kubernetes:postgresql.cnpg.io/v1:Cluster", { spec });
    expect(cluster).to.include({ replicas: 3, partial: true, patch: false });
    expect(cluster.containers[0]).to.deep.include({ base: "spec" });
    expect(cluster.containers[0]?.fields).to.deep.equal({
      name: "postgres",
      image: spec.imageName,
      resources: spec.resources,
    });
  });
  it("reads what a Strimzi resource sets of its pods, wherever its kind keeps it", () => {
    const security = {
      pod: { securityContext: { runAsUser: 1 } },
      kafkaContainer: { securityContext: { privileged: true } },
    };
    const pool = read("kubernetes:kafka.strimzi.io/v1:KafkaNodePool", { spec: { replicas: 3, template: security } });
    expect(pool.containers[0]?.fields["securityContext"]).to.deep.equal({ runAsUser: 1, privileged: true });
    const kafka = { spec: { kafka: { replicas: 3 }, entityOperator: { topicOperator: { image: "x:1" } } } };
    const cluster = read("kubernetes:kafka.strimzi.io/v1beta2:Kafka", kafka);
    expect(cluster.containers.map(({ place }) => place)).to.deep.equal([
      "spec.kafka",
      "spec.entityOperator.topicOperator",
    ]);
  });
  it("is not looked for elsewhere", () => {
    expect(isWorkload("kubernetes:core/v1:Service")).to.equal(false);
    expect(isWorkload("kubernetes:apps/v1:DeploymentList")).to.equal(false);
    expect(subject("aws:ec2/vpc:Vpc", { spec: pod }).workload).to.equal(undefined);
  });
  it("tells patches apart, in which a missing field says nothing", () => {
    expect(read("kubernetes:apps/v1:DeploymentPatch", template).partial).to.equal(true);
    expect(read("kubernetes:apps/v1:Deployment", template).partial).to.equal(false);
  });
  it("tells sidecars from init containers", () => {
    const spec = { initContainers: [{ name: "a" }, { name: "b", restartPolicy: "Always" }], ephemeralContainers: [{}] };
    const roles = read("kubernetes:core/v1:Pod", { spec }).containers.map(({ role }) => role);
    expect(roles).to.deep.equal(["init", "sidecar", "ephemeral"]);
  });
  it("lets the container's security context win over the pod's, and null count as silence", () => {
    const spec: Fields = {
      securityContext: { runAsUser: 1 },
      containers: [{ securityContext: { runAsUser: 2 } }, { securityContext: { runAsUser: null } }, {}],
    };
    const seen: unknown[] = [];
    const silent = { violation: refuse, undecided: refuse, notice: refuse };
    eachContainer(subject("kubernetes:core/v1:Pod", { spec }), silent, (container, whole) =>
      seen.push(effective(whole, container, "runAsUser")),
    );
    expect(seen).to.deep.equal([2, 1, 1]);
  });
  it("leaves a template open that is not known yet, and judges known containers before unknown ones", () => {
    const told: string[] = [];
    const verdict = { violation: refuse, undecided: (what: string) => void told.push(what), notice: refuse };
    eachContainer(subject("kubernetes:core/v1:Pod", { spec: UNKNOWN }), verdict, refuse);
    const spec: Fields = { containers: [UNKNOWN, { name: "b" }] };
    eachContainer(subject("kubernetes:core/v1:Pod", { spec }), verdict, ({ title }) => told.push(title));
    expect(told).to.deep.equal(["the pod template", "spec.containers[1] (b)", "spec.containers[0]"]);
  });
});
