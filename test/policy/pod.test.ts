import { expect } from "chai";
import { containerName, eachContainer, effective, isPatch, isWorkload, podOf } from "../../policy/pod";
import type { Subject } from "../../policy/rule";
import { UNKNOWN, type Fields } from "../../policy/value";

const subject = (type: string, properties: Fields): Subject => ({ urn: "urn", type, name: "subject", properties });
const pod: Fields = { containers: [{ name: "app" }] };

describe("the pod of a workload", () => {
  const shapes: Readonly<Record<string, Fields>> = {
    "kubernetes:core/v1:Pod": { spec: pod },
    "kubernetes:apps/v1:Deployment": { spec: { template: { spec: pod } } },
    "kubernetes:apps/v1:StatefulSet": { spec: { template: { spec: pod } } },
    "kubernetes:apps/v1:DaemonSet": { spec: { template: { spec: pod } } },
    "kubernetes:apps/v1:ReplicaSet": { spec: { template: { spec: pod } } },
    "kubernetes:core/v1:ReplicationController": { spec: { template: { spec: pod } } },
    "kubernetes:batch/v1:Job": { spec: { template: { spec: pod } } },
    "kubernetes:batch/v1:CronJob": { spec: { jobTemplate: { spec: { template: { spec: pod } } } } },
    "kubernetes:apps/v1:DeploymentPatch": { spec: { template: { spec: pod } } },
  };
  for (const [type, properties] of Object.entries(shapes)) {
    it(`is found in a ${type}`, () => {
      const found = podOf(subject(type, properties));
      expect(found).to.not.equal(UNKNOWN);
      expect(found !== UNKNOWN && found?.containers.map(containerName).join()).to.match(/containers\[0\] \(app\)$/);
    });
  }
  it("is not looked for elsewhere", () => {
    expect(isWorkload("kubernetes:core/v1:Service")).to.equal(false);
    expect(isWorkload("kubernetes:apps/v1:DeploymentList")).to.equal(false);
    expect(podOf(subject("aws:ec2/vpc:Vpc", { spec: pod }))).to.equal(undefined);
  });
  it("tells patches apart", () => {
    expect(isPatch("kubernetes:apps/v1:DeploymentPatch")).to.equal(true);
    expect(isPatch("kubernetes:apps/v1:Deployment")).to.equal(false);
  });
  it("lets the container's security context win over the pod's, and null count as silence", () => {
    const spec: Fields = {
      securityContext: { runAsUser: 1 },
      containers: [{ securityContext: { runAsUser: 2 } }, { securityContext: { runAsUser: null } }, {}],
    };
    const seen: unknown[] = [];
    const silent = { violation: () => expect.fail(), undecided: () => expect.fail() };
    eachContainer(subject("kubernetes:core/v1:Pod", { spec }), silent, (container, whole) =>
      seen.push(effective(whole, container, "runAsUser")),
    );
    expect(seen).to.deep.equal([2, 1, 1]);
  });
  it("leaves a template open that is not known yet", () => {
    const open: string[] = [];
    const verdict = { violation: () => expect.fail(), undecided: (what: string) => void open.push(what) };
    eachContainer(subject("kubernetes:core/v1:Pod", { spec: UNKNOWN }), verdict, () => expect.fail());
    expect(open).to.deep.equal(["the pod template"]);
  });
});
