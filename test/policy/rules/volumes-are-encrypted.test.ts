import { expect } from "chai";
import { volumesAreEncrypted as rule } from "../../../policy/rules/volumes-are-encrypted";
import { judge, unknown } from "../../support/policy";

const good: Readonly<Record<string, object>> = {
  "aws:ebs/volume:Volume": { encrypted: true },
  "aws:efs/fileSystem:FileSystem": { encrypted: true },
  "aws:rds/instance:Instance": { storageEncrypted: true },
  "aws:rds/cluster:Cluster": { storageEncrypted: true },
  "aws:ec2/launchTemplate:LaunchTemplate": {
    blockDeviceMappings: [{ deviceName: "/dev/xvda", ebs: { encrypted: "true" } }],
  },
  "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": { spec: { blockDeviceMappings: [{ ebs: { encrypted: true } }] } },
  "kubernetes:storage.k8s.io/v1:StorageClass": { provisioner: "ebs.csi.aws.com", parameters: { encrypted: "true" } },
};
const bad: Readonly<Record<string, object>> = {
  "aws:ebs/volume:Volume": {},
  "aws:efs/fileSystem:FileSystem": { encrypted: false },
  "aws:rds/instance:Instance": {},
  "aws:rds/cluster:Cluster": { storageEncrypted: null },
  "aws:ec2/launchTemplate:LaunchTemplate": {},
  "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass": { spec: { blockDeviceMappings: [{ ebs: {} }] } },
  "kubernetes:storage.k8s.io/v1:StorageClass": { provisioner: "ebs.csi.aws.com" },
};

describe("policy volumes-are-encrypted", () => {
  for (const [type, props] of Object.entries(good)) {
    it(`accepts an encrypted ${type}`, () => expect(judge(rule, type, props).violations).to.deep.equal([]));
  }
  for (const [type, props] of Object.entries(bad)) {
    it(`refuses an unencrypted ${type}`, () => expect(judge(rule, type, props).violations).to.have.length(1));
  }
  it("asks nothing of storage classes of other drivers", () => {
    expect(judge(rule, "kubernetes:storage.k8s.io/v1:StorageClass", { provisioner: "nfs" }).violations).to.deep.equal(
      [],
    );
  });
  it("leaves an unknown value open", () => {
    expect(judge(rule, "aws:ebs/volume:Volume", { encrypted: unknown }).undecided).to.have.length(1);
    expect(
      judge(rule, "aws:ec2/launchTemplate:LaunchTemplate", { blockDeviceMappings: unknown }).undecided,
    ).to.have.length(1);
  });
  it("leaves other types alone", () => expect(judge(rule, "aws:ec2/vpc:Vpc", {}).notApplicable).to.equal(true));
});
