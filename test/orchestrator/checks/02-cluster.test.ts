import { expect } from "chai";
import { clusterCheck } from "../../../orchestrator/checks/02-cluster";
import type { AwsReader, Cluster, NodeGroup } from "../../../orchestrator/checks/aws/reader";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { networkOutput, soundAws } from "../../support/world";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const sound: Cluster = {
  name: "slipway-dev",
  status: "ACTIVE",
  version: "1.36",
  endpoint: "https://example.eks.amazonaws.com",
  publicEndpoint: false,
  publicAccessCidrs: [],
  privateEndpoint: true,
  subnetIds: ["private-0", "private-1", "private-2"],
  roleArn: networkOutput.clusterRoleArn,
  logTypes: ["api", "audit", "authenticator", "controllerManager", "scheduler"],
  secretsKeyArn: "arn:aws:kms:eu-central-1:111122223333:key/k",
  authenticationMode: "API",
  creatorIsAdmin: false,
  supportType: "STANDARD",
  deletionProtection: false,
  healthIssues: [],
};
const group: NodeGroup = {
  name: "system",
  status: "ACTIVE",
  subnetIds: [...sound.subnetIds],
  desired: 3,
  healthIssues: [],
};
const outputs = {
  network: networkOutput,
  cluster: {
    name: "slipway-dev",
    version: "1.36",
    publicEndpoint: false,
    publicAccessCidrs: [],
    systemNodeGroup: "system",
  },
};
const pod = (name: string, more: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "kube-system" },
  spec: { containers: [{ name: "c", image: "c:1" }], ...more },
});

describe("check 02 control plane", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    await world.fixture.make("kubernetes:core/v1:Pod", "coredns", pod("coredns") as never);
  });
  after(() => world.fixture.close());
  const run = (cluster: Partial<Cluster> = {}, aws: Partial<AwsReader> = {}) =>
    world.run(clusterCheck, outputs, {
      waitUntil: impatient,
      aws: {
        cluster: () => Promise.resolve({ ...sound, ...cluster }),
        clusterInsights: () => Promise.resolve([]),
        nodeGroups: () => Promise.resolve([group]),
        ...aws,
      },
    });

  it("[A2.1] [A2.3] [A2.4] [A2.6] passes a control plane that is as declared, and has nothing to diagnose", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings).to.have.length(7);
    expect(diagnoses).to.deep.equal([]);
  });

  const cases: { title: string; cluster: Partial<Cluster>; bad: string }[] = [
    {
      title: "[A2.1] is still being made",
      cluster: { status: "CREATING" },
      bad: "A2.1 failed: slipway-dev: status is CREATING",
    },
    {
      title: "[A2.1] runs another version than declared",
      cluster: { version: "1.35" },
      bad: "A2.1 failed: slipway-dev: runs 1.35, declared 1.36",
    },
    {
      title: "[A2.1] bills extended support",
      cluster: { supportType: "EXTENDED" },
      bad: "A2.1 failed: slipway-dev: support type is EXTENDED, which bills extended support",
    },
    {
      title: "[A2.1] lies in one zone",
      cluster: { subnetIds: ["private-0"] },
      bad: "A2.1 failed: slipway-dev: its subnets lie in 1 zones",
    },
    {
      title: "[A2.4] is open to the world",
      cluster: { publicEndpoint: true, publicAccessCidrs: ["0.0.0.0/0"] },
      bad: "A2.4 failed: slipway-dev: its public endpoint is open to the world",
    },
    {
      title: "[A2.4] has no private endpoint",
      cluster: { privateEndpoint: false },
      bad: "A2.4 failed: slipway-dev: has no private endpoint",
    },
    {
      title: "[A2.6] keeps Secrets without a key",
      cluster: { secretsKeyArn: undefined as never },
      bad: "A2.6 failed: slipway-dev: no KMS key encrypts Kubernetes Secrets",
    },
    {
      title: "[A2.6] leaves logs off",
      cluster: { logTypes: ["api"] },
      bad: "A2.6 failed: slipway-dev: logs off: audit, authenticator, controllerManager, scheduler",
    },
    {
      title: "[A2.6] still takes the old access map",
      cluster: { authenticationMode: "CONFIG_MAP" },
      bad: "A2.6 failed: slipway-dev: authentication mode is CONFIG_MAP",
    },
    {
      title: "[A2.2] [A2.6] lets its creator in by the back door",
      cluster: { creatorIsAdmin: true },
      bad: "A2.6 failed: slipway-dev: its creator is admin without a declared access entry",
    },
  ];
  for (const { title, cluster, bad } of cases)
    it(`fails when it ${title}`, async () => {
      const result = await run(cluster);
      expect(
        result.bad.some((line) => line.startsWith(bad)),
        result.bad.join("\n"),
      ).to.equal(true);
    });

  it("[A2.3] fails when a system pod does not run, and says why", async () => {
    const remove = await world.put(pod("stuck", { nodeSelector: { nowhere: "true" } }));
    const { bad } = await world.run(clusterCheck, outputs, {
      aws: {
        cluster: () => Promise.resolve(sound),
        clusterInsights: () => Promise.resolve([]),
        nodeGroups: () => Promise.resolve([group]),
      },
      waitUntil: impatient,
    });
    expect(bad.join()).to.contain("A2.3 failed: kube-system/stuck:");
    await remove();
  });
  it("[A2.3] fails on an upgrade insight of EKS", async () => {
    const { bad } = await run(
      {},
      {
        clusterInsights: () => Promise.resolve([{ name: "Deprecated APIs", status: "ERROR", reason: "used 3 times" }]),
      },
    );
    expect(bad).to.deep.equal(["A2.3 failed: Deprecated APIs: used 3 times"]);
  });
  it("[A2.1] errors, and does not pass, when EKS knows no such cluster", async () => {
    const { bad } = await run({}, { cluster: () => Promise.resolve(undefined) });
    expect(bad[0]).to.contain("A2.1 errored: EKS knows no cluster slipway-dev");
  });
  it("[A2.4] explains a control plane in public subnets", async () => {
    const tables = soundAws().routeTables.map((table) =>
      table.id === "rt-0"
        ? { ...table, routes: [{ destination: "0.0.0.0/0", gatewayId: "igw-1", state: "active" as const }] }
        : table,
    );
    const { bad, diagnoses } = await run({}, { routeTables: () => Promise.resolve(tables) });
    expect(bad[0]).to.contain("subnet private-0 is routed to an internet gateway");
    expect(diagnoses).to.deep.equal(["A2.4 private-0"]);
  });
  it("[A2.5] explains a role that EKS may not assume", async () => {
    const role = {
      name: "cluster",
      arn: networkOutput.clusterRoleArn,
      trustedServices: ["ec2.amazonaws.com"],
      attachedPolicyArns: [],
    };
    const { causes } = await run({}, { role: () => Promise.resolve(role) });
    expect(causes).to.deep.equal(["the trust policy of cluster does not let EKS assume it"]);
    expect((await run({}, { role: () => Promise.resolve(undefined) })).causes).to.deep.equal([
      "the cluster role cluster does not exist",
    ]);
  });
  it("[A2.3] passes on what EKS says of nodes that do not join", async () => {
    const sick = {
      ...group,
      healthIssues: [{ code: "NodeCreationFailure", message: "Instances failed to join the kubernetes cluster" }],
    };
    const { causes } = await run({}, { nodeGroups: () => Promise.resolve([sick]) });
    expect(causes).to.deep.equal(["node group system is unhealthy: Instances failed to join the kubernetes cluster"]);
  });
});
