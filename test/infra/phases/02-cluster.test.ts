import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { platformTags } from "../../../infra/naming";
import { configOf, root, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 02: control plane", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  before(async () => {
    seen = (await recorded("staging")).seen;
  });
  it("[A2.1] is 1.36 in standard support, over the private subnets", () => {
    const cluster = inputsOf("eks:index:Cluster", "cluster");
    expect(cluster).to.deep.include({
      version: "1.36",
      upgradePolicy: { supportType: "STANDARD" },
      skipDefaultNodeGroup: true,
    });
    expect(cluster?.["privateSubnetIds"]).to.have.length(3);
    expect(cluster).to.not.have.property("publicSubnetIds");
  });
  it("[A0.2] [H1.3] is managed in every environment, as README and decisions say, with backups of objects for copies of etcd", () => {
    for (const environment of ["dev", "staging", "production"]) {
      const made = fs.readFileSync(path.join(root, "test", "golden", `${environment}.txt`), "utf8").split("\n");
      expect(made, environment).to.include.members([
        "eks:index:Cluster  cluster",
        "kubernetes:helm.sh/v3:Release  backup-velero",
      ]);
    }
    const words = (file: string) => fs.readFileSync(path.join(root, file), "utf8").replace(/\s+/g, " ");
    for (const other of ["GKE", "AKS", "on-premises", "kubeadm", "kubespray"]) {
      expect(
        words("README.md")
          .split(". ")
          .find((sentence) => sentence.includes("EKS only")),
      ).to.include(other);
      expect(
        words("docs/decisions.md")
          .split("**")
          .find((part) => part.includes(other)),
        other,
      ).to.include("managed");
    }
  });
  it("[A2.2] gives access by entries to the named roles only", () =>
    expect(Object.keys(inputsOf("eks:index:Cluster", "cluster")?.["accessEntries"] as object)).to.deep.equal([
      "platform-admin",
    ]));
  it("[A2.4] names networks for a public endpoint, and where there is none leaves the key out, which EKS's component demands", async () => {
    expect(inputsOf("eks:index:Cluster", "cluster")).to.not.have.property("publicAccessCidrs");
    const dev = (await recorded("dev")).seen;
    expect(dev.find(({ type }) => type === "eks:index:Cluster")?.inputs).to.deep.include({
      endpointPublicAccess: true,
      publicAccessCidrs: ["203.0.113.0/24"],
    });
  });
  it("[B2.3] [A21.4] has volumes and snapshots of pods tagged like everything else, so that a sweep sees them", () => {
    const addon = inputsOf("aws:eks/addon:Addon", "cluster-aws-ebs-csi-driver");
    expect(JSON.parse(String(addon?.["configurationValues"]))).to.deep.equal({
      controller: { extraVolumeTags: platformTags(configOf("staging")) },
    });
  });
  it("[A1.3] attaches AWS's own policies by the ARNs that AWS gives them", () => {
    const attached = seen
      .filter(({ type }) => type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment")
      .map(({ inputs }) => inputs["policyArn"]);
    // Not below service-role, where its first version is (AWS Managed Policy Reference Guide).
    expect(attached).to.include("arn:aws:iam::aws:policy/AmazonEBSCSIDriverPolicyV2");
  });
  it("[B1.1] is refused in any account but its own, whoever is signed in where", () => {
    expect(inputsOf("pulumi:providers:aws", "aws")).to.deep.include({
      allowedAccountIds: JSON.stringify(["222222222222"]),
    });
  });
  it("[C6.6] lets groups of the identity provider in by entries of their own, apart from the administrators, and keeps the audit log", async () => {
    const role = (name: string) => `arn:aws:iam::222222222222:role/sso/${name}`;
    const plain = configOf("staging");
    const members = { developers: [role("developer")], qaEngineers: [role("qa")], viewers: [role("viewer")] };
    const config = { ...plain, security: { ...plain.security, members } };
    const { seen: all } = await recorded("staging", config);
    const cluster = all.find(({ type }) => type === "eks:index:Cluster")?.inputs as {
      accessEntries: Record<string, { principalArn: string; kubernetesGroups?: string[]; accessPolicies?: object }>;
      enabledClusterLogTypes: string[];
      authenticationMode: string;
    };
    const { "platform-admin": admin, ...groups } = cluster.accessEntries;
    expect(Object.values(groups)).to.deep.equal([
      { principalArn: role("developer"), kubernetesGroups: ["slipway:developers"] },
      { principalArn: role("qa"), kubernetesGroups: ["slipway:qa-engineers"] },
      { principalArn: role("viewer"), kubernetesGroups: ["slipway:viewers"] },
    ]);
    // The administrators are in no group, and nobody else has a policy of EKS: one role, and what it does is in the audit log.
    expect(admin).to.have.property("accessPolicies").and.not.to.equal(undefined);
    expect(admin).to.not.have.property("kubernetesGroups");
    expect(cluster.enabledClusterLogTypes).to.include.members(["audit", "authenticator"]);
    expect(cluster.authenticationMode).to.equal("API");
    // Nor does RBAC make anybody an administrator beside them.
    const bound = all
      .filter(({ type }) => /ClusterRoleBinding$/.test(type))
      .map(({ inputs }) => JSON.stringify(inputs));
    expect(bound.filter((text) => /"cluster-admin"/.test(text))).to.deep.equal([]);
  });
  it("[B6.1] keeps control plane logs in a group that is there before EKS makes one without an end", () => {
    const group = inputsOf("aws:cloudwatch/logGroup:LogGroup", "cluster-logs");
    expect(group).to.deep.include({ name: "/aws/eks/slipway-staging/cluster" });
    expect(group?.["retentionInDays"]).to.equal(configOf("staging").monitoring.logRetentionDays);
  });
  it("pins the version of an add-on that the configuration names, and asks EKS for the others", async () => {
    const config = configOf("dev");
    const pinned = {
      ...config,
      cluster: { ...config.cluster, addonVersions: { coredns: "v1.14.2-eksbuild.4" } },
    };
    const addons = (await recorded("dev", pinned)).seen.filter(({ type }) => type === "aws:eks/addon:Addon");
    const versions = Object.fromEntries(
      addons.map(({ inputs }) => [inputs["addonName"], inputs["addonVersion"]] as const),
    );
    expect(versions).to.include({ coredns: "v1.14.2-eksbuild.4", "kube-proxy": "v1.0.0-eksbuild.1" });
  });
  it("[A4.1] turns the VPC CNI's network policy on", () =>
    expect(
      JSON.parse(String(inputsOf("aws:eks/addon:Addon", "cluster-vpc-cni")?.["configurationValues"])),
    ).to.deep.include({ enableNetworkPolicy: "true" }));
  it("starts system nodes that demand IMDSv2 and encrypt their disk", () => {
    const template = inputsOf("aws:ec2/launchTemplate:LaunchTemplate", "cluster-system");
    expect(template?.["metadataOptions"]).to.deep.include({ httpTokens: "required", httpPutResponseHopLimit: 1 });
    expect(JSON.stringify(template?.["blockDeviceMappings"])).to.include('"encrypted":"true"');
  });
  it("uses AL2023, since AL2 is gone [A3.3]", () =>
    expect(inputsOf("aws:eks/nodeGroup:NodeGroup", "cluster-system")?.["amiType"]).to.equal("AL2023_ARM_64_STANDARD"));
  it("makes encrypted gp3 the default storage", () =>
    expect(inputsOf("kubernetes:storage.k8s.io/v1:StorageClass", "cluster-gp3")?.["parameters"]).to.deep.include({
      type: "gp3",
      encrypted: "true",
      tagSpecification_1: "backup=staging",
    }));
});
