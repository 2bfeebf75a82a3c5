import { expect } from "chai";
import { addonVersions, nodeSpec, offeredVersions } from "../../../../orchestrator/sandbox/aws/eks";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { awsRefusal, cluster, CLUSTER, network, role, useAccount } from "./fixture";

const GROUP = "aws:eks/nodeGroup:NodeGroup";
const ADDON = "aws:eks/addon:Addon";
const ENTRY = "aws:eks/accessEntry:AccessEntry";
const POD_IDENTITY = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
const NODE_POLICIES = ["AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly"];

describe("EKS of the rehearsal", () => {
  const world = useAccount();
  const group = async (more: Properties = {}, policies = NODE_POLICIES): Promise<Properties> => {
    const { subnets } = await cluster(world);
    return {
      clusterName: "slipway-test",
      nodeGroupName: "system",
      nodeRoleArn: await role(world, "nodes", "ec2.amazonaws.com", policies),
      subnetIds: subnets.private,
      instanceTypes: ["m7g.large"],
      scalingConfig: { desiredSize: 3, minSize: 3, maxSize: 6 },
      ...more,
    };
  };

  describe("a control plane", () => {
    it("is made where its host runs it, and tells how it is reached [A2.1]", async () => {
      const { outputs, subnets } = await cluster(world);
      expect(outputs).to.include({ status: "ACTIVE", endpoint: "https://127.0.0.1:6443" });
      expect(outputs["arn"]).to.equal("arn:aws:eks:eu-central-1:111122223333:cluster/slipway-test");
      expect(outputs["certificateAuthority"]).to.deep.equal({
        data: Buffer.from("the authority").toString("base64"),
      });
      expect(outputs["vpcConfig"]).to.include({ vpcId: subnets.vpcId });
      expect(world.clusters.get("slipway-test")?.version).to.equal("1.36");
      await world.remove(CLUSTER, "slipway-test");
      expect(world.clusters.get("slipway-test")).to.equal(undefined);
    });
    it("keeps the issuer of its identities through changes [A2.4]", async () => {
      const { outputs } = await cluster(world);
      const { inputs = {} } = world.account.get("slipway-test", CLUSTER) ?? {};
      const changed = await world.update(CLUSTER, "slipway-test", { ...inputs, enabledClusterLogTypes: ["api"] });
      expect(changed["identities"]).to.deep.equal(outputs["identities"]);
      expect(JSON.stringify(outputs["identities"])).to.match(
        /https:\/\/oidc\.eks\.eu-central-1\.amazonaws\.com\/id\/[0-9A-F]{32}/,
      );
    });
    const wrong = async (more: Properties) => (await awsRefusal(cluster(world, "slipway-test", more))).message;
    it("is of a version on offer [A2.1]", async () => {
      expect(offeredVersions).to.not.include("1.20");
      expect(await wrong({ version: "1.20" })).to.include(
        "InvalidParameterException: unsupported Kubernetes version 1.20",
      );
    });
    it("stands in subnets that exist, in two zones", async () => {
      const subnets = await network(world);
      const roleArn = await role(world, "cluster", "eks.amazonaws.com", ["AmazonEKSClusterPolicy"]);
      const attempt = (...subnetIds: string[]) =>
        awsRefusal(world.make(CLUSTER, { name: "c", version: "1.36", roleArn, vpcConfig: { subnetIds } }));
      expect((await attempt("subnet-0")).message).to.include("The subnet ID 'subnet-0' does not exist");
      expect((await attempt(subnets.private[0] ?? "")).message).to.include("at least two different AZs");
      expect((await attempt()).message).to.include("at least two different AZs");
    });
    it("has a role that EKS may assume and that carries the cluster policy [A1.6]", async () => {
      expect(await wrong({ roleArn: "arn:aws:iam::111122223333:role/nobody" })).to.include(
        "Role with arn: arn:aws:iam::111122223333:role/nobody, could not be assumed because it does not exist",
      );
      const roleArn = await role(world, "bare", "eks.amazonaws.com");
      const error = await awsRefusal(world.make(CLUSTER, { name: "c", version: "1.36", roleArn }));
      expect(error.message).to.include("[arn:aws:iam::aws:policy/AmazonEKSClusterPolicy] are attached");
    });
    it("is the only one of its name", async () => {
      const { roleArn } = await cluster(world);
      const error = await awsRefusal(world.make(CLUSTER, { name: "slipway-test", version: "1.36", roleArn }));
      expect(error.code).to.equal("ResourceInUseException");
      expect(error.message).to.include("StatusCode: 409");
    });
    it("goes up one minor version at a time", async () => {
      await cluster(world, "slipway-test", { version: "1.34" });
      const { inputs = {} } = world.account.get("slipway-test", CLUSTER) ?? {};
      const upgrade = (version: string) => world.update(CLUSTER, "slipway-test", { ...inputs, version });
      expect((await awsRefusal(upgrade("1.36"))).message).to.include(
        "Unsupported Kubernetes minor version update from 1.34 to 1.36",
      );
      await upgrade("1.35");
      expect(world.account.get("slipway-test", CLUSTER)?.inputs["version"]).to.equal("1.35");
    });
    it("is not deleted while it is protected or has node groups [A21.3]", async () => {
      await world.make(GROUP, await group());
      expect((await awsRefusal(world.remove(CLUSTER, "slipway-test"))).message).to.include(
        "ResourceInUseException: Cluster has nodegroups attached",
      );
      await world.remove(GROUP, "slipway-test:system");
      const { inputs = {} } = world.account.get("slipway-test", CLUSTER) ?? {};
      await world.update(CLUSTER, "slipway-test", { ...inputs, deletionProtection: true });
      expect((await awsRefusal(world.remove(CLUSTER, "slipway-test"))).message).to.include(
        "deletion protection is enabled",
      );
    });
  });

  describe("a node group", () => {
    const nodes = () => world.clusters.nodes.get("slipway-test/system") ?? [];
    it("spreads its nodes over its subnets, each with an address of its subnet [A3.5]", async () => {
      await world.make(GROUP, await group());
      expect(nodes().map(({ zone }) => zone)).to.deep.equal(["eu-central-1a", "eu-central-1b", "eu-central-1a"]);
      expect(nodes().map(({ internalIp }) => internalIp)).to.deep.equal(["10.10.1.16", "10.10.65.17", "10.10.1.18"]);
      expect(new Set(nodes().map(({ providerId }) => providerId)).size).to.equal(3);
    });
    it("puts its labels and taints on every node, in Kubernetes' words [A3.1, A3.4]", async () => {
      const taints: Properties[] = [
        { key: "a", value: "1", effect: "NO_SCHEDULE" },
        { key: "b", effect: "NO_EXECUTE" },
        { key: "c", effect: "PREFER_NO_SCHEDULE" },
      ];
      await world.make(GROUP, await group({ labels: { "node-role": "system" }, taints, capacityType: "SPOT" }));
      for (const node of nodes()) {
        expect(node.labels).to.include({
          "node-role": "system",
          "eks.amazonaws.com/nodegroup": "system",
          "eks.amazonaws.com/capacityType": "SPOT",
          "kubernetes.io/arch": "arm64",
          "node.kubernetes.io/instance-type": "m7g.large",
        });
        expect(node.taints).to.deep.equal([
          { key: "a", value: "1", effect: "NoSchedule" },
          { key: "b", value: "", effect: "NoExecute" },
          { key: "c", value: "", effect: "PreferNoSchedule" },
        ]);
        expect(node.capacity).to.include({ cpu: "2", memory: "8Gi" });
      }
    });
    it("follows its size, and leaves no node behind", async () => {
      const inputs = await group();
      await world.make(GROUP, inputs);
      await world.update(GROUP, "slipway-test:system", { ...inputs, scalingConfig: { desiredSize: 5 } });
      expect(nodes()).to.have.length(5);
      await world.remove(GROUP, "slipway-test:system");
      expect(nodes()).to.deep.equal([]);
    });
    const wrong = async (more: Properties, policies?: string[]) =>
      (await awsRefusal(world.make(GROUP, await group(more, policies)))).message;
    it("needs both policies on the role of its nodes, and names the one that lacks [A1.6]", async () =>
      expect(await wrong({}, ["AmazonEKSWorkerNodePolicy"])).to.match(
        /lacks required policies: AmazonEC2ContainerRegistryPullOnly$/,
      ));
    it("has instances that exist, on an image that is still made", async () => {
      expect(await wrong({ instanceTypes: ["m7g.large", "m7g.gigantic"] })).to.include(
        "The following supplied instance types do not exist: [m7g.gigantic]",
      );
    });
    it("does not start on Amazon Linux 2", async () =>
      expect(await wrong({ amiType: "AL2_x86_64" })).to.include("Requested AMI type AL2_x86_64 is not supported"));
    it("needs subnets that exist", async () => {
      expect(await wrong({ subnetIds: ["subnet-0"] })).to.include("The subnet ID 'subnet-0' does not exist");
    });
    it("needs a subnet at all", async () => expect(await wrong({ subnetIds: [] })).to.include("subnets"));
  });

  it("has add-ons of the names EKS knows, in a cluster that exists", async () => {
    const attempt = (clusterName: string, addonName: string) =>
      awsRefusal(world.make(ADDON, { clusterName, addonName }));
    const absent = await attempt("slipway-test", "coredns");
    expect(absent.code).to.equal("ResourceNotFoundException");
    expect(absent.message).to.include("StatusCode: 404").and.include("No cluster found for name: slipway-test.");
    await cluster(world);
    expect((await attempt("slipway-test", "core-dns")).message).to.include("Addon core-dns specified is not supported");
    for (const version of Object.values(addonVersions)) expect(version).to.match(/^v\d+\.\d+\.\d+-eksbuild\.\d+$/);
  });
  it("lets nobody into a cluster that does not exist", async () => {
    const error = await awsRefusal(world.make(ENTRY, { clusterName: "none", principalArn: "arn:aws:iam::1:role/a" }));
    expect(error.code).to.equal("ResourceNotFoundException");
  });
  it("lets the creator in once: by itself, or by an entry [A2.2]", async () => {
    const entry = { clusterName: "slipway-test", principalArn: world.account.callerArn };
    await cluster(world, "slipway-test", { accessConfig: { bootstrapClusterCreatorAdminPermissions: true } });
    const error = await awsRefusal(world.make(ENTRY, entry));
    expect(error.code).to.equal("ResourceInUseException");
    expect(error.message).to.include("The specified access entry resource is already in use on this cluster.");
    await world.make(ENTRY, { ...entry, principalArn: "arn:aws:iam::111122223333:role/other" });
  });
  it("lets the creator have an entry where creating gives no rights [A2.2]", async () => {
    await cluster(world, "slipway-test", { accessConfig: { bootstrapClusterCreatorAdminPermissions: false } });
    await world.make(ENTRY, { clusterName: "slipway-test", principalArn: world.account.callerArn });
  });

  describe("Pod Identity", () => {
    const associate = (roleArn: string, name?: string) =>
      world.make(
        POD_IDENTITY,
        { clusterName: "slipway-test", namespace: "kube-system", serviceAccount: "karpenter", roleArn },
        name,
      );
    it("binds only roles that trust it [A2.5]", async () => {
      await cluster(world);
      const error = await awsRefusal(associate(await role(world, "ec2", "ec2.amazonaws.com")));
      expect(error.message).to.include("Trust policy of role provided is not valid for EKS Pod Identity");
    });
    it("binds a service account once", async () => {
      await cluster(world);
      const roleArn = await role(world, "pods", "pods.eks.amazonaws.com");
      const { id } = await associate(roleArn);
      expect(id).to.match(/^a-[0-9a-f]{17}$/);
      const error = await awsRefusal(associate(roleArn, "second"));
      expect(error.code).to.equal("ResourceInUseException");
      expect(error.message).to.include(`Association already exists: ${id}`);
    });
  });

  it("describes a node as its kubelet and the cloud do", () => {
    const node = nodeSpec({
      region: "eu-central-1",
      zone: "eu-central-1b",
      ip: "10.10.64.17",
      type: "m7i.xlarge",
      capacityType: "ON_DEMAND",
      labels: { own: "label", "kubernetes.io/os": "windows" },
      taints: [],
    });
    expect(node.name).to.equal("ip-10-10-64-17.eu-central-1.compute.internal");
    expect(node.labels).to.include({
      own: "label",
      "kubernetes.io/hostname": node.name,
      "kubernetes.io/os": "linux",
      "kubernetes.io/arch": "amd64",
      "topology.kubernetes.io/zone": "eu-central-1b",
    });
    expect(node.providerId).to.match(/^aws:\/\/\/eu-central-1b\/i-[0-9a-f]{17}$/);
  });
});
