import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: string[];
  readonly Condition?: object;
}

describe("phase 15: backup", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "staging", "production"]) built[environment] = (await recorded(environment)).seen;
  });
  const inputsOf = (type: string, name: string, environment = "production") =>
    built[environment]?.find((one) => one.type === type && one.name === name)?.inputs ?? {};
  const schedules = (environment: string) =>
    (built[environment] ?? [])
      .filter(({ type }) => type === "kubernetes:velero.io/v1:Schedule")
      .map(({ inputs }) => ({
        name: (inputs["metadata"] as { name: string }).name,
        ...(inputs["spec"] as { schedule: string; template: Record<string, unknown> }),
      }));
  const values = (environment = "production") =>
    inputsOf("kubernetes:helm.sh/v3:Release", "backup-velero", environment)["values"] as Record<string, never>;
  const statements = (type: string, name: string) =>
    (JSON.parse(String(inputsOf(type, name)["policy"])) as { Statement: Statement[] }).Statement;

  it("[B4.1] [B4.2] schedules nothing in dev, a daily copy in staging, and hourly steps besides in production", () => {
    expect(schedules("dev")).to.deep.equal([]);
    expect(schedules("staging").map(({ name }) => name)).to.deep.equal(["daily"]);
    expect(schedules("production").map(({ name }) => name)).to.have.members(["hourly", "daily"]);
    const kept = schedules("production").map(({ name, template }) => [name, template["ttl"]]);
    expect(kept).to.have.deep.members([
      ["hourly", "48h0m0s"],
      ["daily", "840h0m0s"],
    ]);
  });
  it("[A15.2] saves every namespace and moves the data of volumes into the bucket", () => {
    for (const { template } of schedules("production"))
      expect(template).to.deep.include({ includedNamespaces: ["*"], snapshotMoveData: true });
    expect(values()["configuration"]).to.deep.include({ features: "EnableCSI", defaultSnapshotMoveData: true });
    expect(values()).to.include({ deployNodeAgent: true, snapshotsEnabled: false });
  });
  it("[A15.2] has no credentials file", () => {
    expect(values()["credentials"]).to.deep.equal({ useSecret: false });
    expect(inputsOf("aws:eks/podIdentityAssociation:PodIdentityAssociation", "backup-velero-identity")).to.include({
      namespace: "velero",
      serviceAccount: "velero-server",
    });
  });
  it("pins Velero and its plugin together", () => {
    const [plugin] = values()["initContainers"] as unknown as { image: string }[];
    expect([values()["image"], plugin?.image]).to.deep.equal([
      { tag: "v1.18.2" },
      "docker.io/velero/velero-plugin-for-aws:v1.14.2",
    ]);
  });
  it("lets Velero use one bucket with one key and nothing of EC2", () => {
    const all = statements("aws:iam/rolePolicy:RolePolicy", "backup-velero-role");
    const actions = all.flatMap(({ Action }) => Action);
    expect(actions.filter((action) => !/^(s3|kms):/.test(action) || action.includes("*"))).to.deep.equal([]);
    expect(all.map(({ Resource }) => Resource)).to.deep.equal([
      ["arn:backup-bucket"],
      ["arn:backup-bucket/*"],
      ["arn:backup-key"],
    ]);
  });
  it("keeps the bucket private, encrypted by its own key, versioned and on TLS", () => {
    const name = "backup-bucket";
    expect(inputsOf("aws:s3/bucket:Bucket", name)).to.include({ bucket: "slipway-production-backup-333333333333" });
    expect(inputsOf("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", name)).to.include({
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(inputsOf("aws:s3/bucketVersioning:BucketVersioning", name)["versioningConfiguration"]).to.deep.equal({
      status: "Enabled",
    });
    const encryption = inputsOf(
      "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      name,
    );
    expect(JSON.stringify(encryption)).to.include("aws:kms").and.include("arn:backup-key");
    expect(inputsOf("aws:kms/key:Key", "backup-key")).to.include({ enableKeyRotation: true });
    const [tls] = statements("aws:s3/bucketPolicy:BucketPolicy", name);
    expect(tls).to.include({ Effect: "Deny", Action: "s3:*" });
    expect(tls?.Condition).to.deep.equal({ Bool: { "aws:SecureTransport": "false" } });
    const [rule] = inputsOf("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", name)[
      "rules"
    ] as object[];
    expect(rule).to.deep.include({ noncurrentVersionExpiration: { noncurrentDays: 35 } });
  });
  it("deletes a bucket that holds backups in dev only", () => {
    const held = ["dev", "staging", "production"].map(
      (environment) => inputsOf("aws:s3/bucket:Bucket", "backup-bucket", environment)["forceDestroy"],
    );
    expect(held).to.deep.equal([true, false, false]);
  });
  it("[A15.4] tells Velero how EBS volumes are snapshotted, and keeps a snapshot whose object goes", () => {
    const given = inputsOf("kubernetes:snapshot.storage.k8s.io/v1:VolumeSnapshotClass", "backup-snapshot-class");
    expect(given).to.include({ driver: "ebs.csi.aws.com", deletionPolicy: "Retain" });
    expect((given["metadata"] as { labels: object }).labels).to.deep.equal({
      "velero.io/csi-volumesnapshot-class": "true",
    });
  });
  it("has room for an agent on every node", () => {
    const quota = inputsOf("kubernetes:core/v1:ResourceQuota", "backup-namespace-quota")["spec"] as {
      hard: Record<string, string>;
    };
    expect(quota.hard["limits.cpu"]).to.equal("100");
  });
});
