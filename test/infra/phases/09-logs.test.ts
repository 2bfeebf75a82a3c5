import { expect } from "chai";
import { buildPlatform } from "../../../infra/platform";
import { configOf, record, type Registered } from "../../support/pulumi";

describe("phase 09: logs", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  const values = (name: string) => inputsOf("kubernetes:helm.sh/v3:Release", name)?.["values"];
  const policies = (namespace: string) =>
    Object.fromEntries(
      seen
        .filter(({ type, name }) => type.endsWith(":NetworkPolicy") && name.startsWith(`logs-${namespace}-`))
        .map(({ inputs }) => [(inputs["metadata"] as { name: string }).name, JSON.stringify(inputs["spec"])]),
    );
  before(async () => {
    seen = (await record("production", () => buildPlatform(configOf("production")))).seen;
  });

  it("[A9.1] keeps logs in an encrypted bucket of their own, and knows it by nothing else", () => {
    expect(inputsOf("aws:s3/bucket:Bucket", "logs-bucket")?.["bucket"]).to.equal(
      "slipway-production-logs-333333333333",
    );
    expect(inputsOf("aws:kms/key:Key", "logs-key")?.["enableKeyRotation"]).to.equal(true);
    expect(values("logs-loki")).to.have.nested.property("loki.storage.bucketNames.chunks");
    expect(JSON.stringify(values("logs-loki"))).to.not.match(/accessKey|secretAccessKey/i);
  });
  it("[A1.3] lets the store reach its bucket and key, and nothing else", () => {
    const policy = JSON.parse(String(inputsOf("aws:iam/rolePolicy:RolePolicy", "logs-loki-role")?.["policy"])) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(policy.Statement.map(({ Action }) => Action)).to.deep.equal([
      ["s3:ListBucket"],
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      ["kms:Decrypt", "kms:GenerateDataKey"],
    ]);
    expect(policy.Statement.flatMap(({ Resource }) => Resource)).to.not.include("*");
    expect(inputsOf("aws:eks/podIdentityAssociation:PodIdentityAssociation", "logs-loki-identity")).to.deep.include({
      namespace: "loki",
      serviceAccount: "loki",
    });
  });
  it("[A9.1] collects in namespace logging, which alone may see the host", () => {
    const level = (name: string) =>
      (inputsOf("kubernetes:core/v1:Namespace", name)?.["metadata"] as { labels: Record<string, string> }).labels[
        "pod-security.kubernetes.io/enforce"
      ];
    expect(level("logs-logging")).to.equal("privileged");
    expect(level("logs-loki")).to.equal("restricted");
  });
  it("lets collectors write to the store, and out to nothing else", () => {
    expect(policies("loki")["allow-callers"]).to.include('"kubernetes.io/metadata.name":"logging"');
    expect(policies("logging")["allow-namespaces"]).to.include('"kubernetes.io/metadata.name":"loki"');
    expect(policies("logging")).to.not.have.property("allow-internet");
  });
  it("shows Grafana where the logs are", () => {
    const source = inputsOf("kubernetes:core/v1:ConfigMap", "logs-data-source");
    expect(source).to.have.nested.property("metadata.labels.grafana_datasource", "1");
    expect(JSON.stringify(source?.["data"])).to.include("http://loki.loki.svc.cluster.local:3100");
  });
});
