import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 12: secrets", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "production"]) built[environment] = (await recorded(environment)).seen;
  });
  const inputsOf = (type: string, name: string, environment = "production") =>
    built[environment]?.find((one) => one.type === type && one.name === name)?.inputs ?? {};
  const of = (type: string, environment = "production") =>
    (built[environment] ?? []).filter((one) => one.type === type).map(({ inputs }) => inputs);

  it("[A12.3] keeps credentials, keys and certificates below a prefix of each environment", () => {
    const names = (environment: string) =>
      (built[environment] ?? [])
        .filter(({ type, name }) => type === "aws:secretsmanager/secret:Secret" && name.startsWith("secrets-"))
        .map(({ inputs }) => inputs["name"]);
    expect(names("production")).to.have.members(
      ["database-credentials", "api-keys", "certificates"].map((path) => `slipway/production/${path}`),
    );
    expect(names("dev")).to.include("slipway/dev/api-keys");
  });
  it("can have back what was deleted by mistake, except in dev", () => {
    const windows = (environment: string) =>
      of("aws:secretsmanager/secret:Secret", environment).map((inputs) => inputs["recoveryWindowInDays"]);
    expect(new Set(windows("production"))).to.deep.equal(new Set([30]));
    expect(new Set(windows("dev"))).to.deep.equal(new Set([0]));
  });
  it("[A12.1] encrypts with a key of its own that is rotated", () => {
    expect(inputsOf("aws:kms/key:Key", "secrets-key")).to.include({ enableKeyRotation: true });
    for (const secret of of("aws:secretsmanager/secret:Secret")) expect(secret["kmsKeyId"]).to.equal("arn:secrets-key");
  });
  it("[A12.3] lets its role read this environment's prefix and nothing else", () => {
    const { policy } = inputsOf("aws:iam/rolePolicy:RolePolicy", "secrets-reader-role");
    const { Statement } = JSON.parse(String(policy)) as {
      Statement: { Action: string[]; Resource: string[]; Condition?: object }[];
    };
    expect(Statement.flatMap(({ Action }) => Action)).to.have.members([
      "secretsmanager:GetSecretValue",
      "secretsmanager:DescribeSecret",
      "kms:Decrypt",
    ]);
    expect(Statement[0]?.Resource[0]).to.match(/:secret:slipway\/production\/\*$/);
    expect(Statement[1]?.Resource).to.deep.equal(["arn:secrets-key"]);
    expect(JSON.stringify(Statement[1]?.Condition)).to.include("kms:ViaService").and.include("slipway/production/*");
  });
  it("[A12.1] runs every part twice with a budget, and one leader", () => {
    const values = inputsOf("kubernetes:helm.sh/v3:Release", "secrets-external-secrets")["values"];
    const twice = { replicaCount: 2, podDisruptionBudget: { enabled: true, minAvailable: 1 } };
    expect(values).to.deep.include({ ...twice, leaderElect: true });
    expect((values as { webhook: object }).webhook).to.deep.include(twice);
    expect((values as { certController: object }).certController).to.deep.include(twice);
  });
  it("keeps the kinds when the chart goes, and with them every Secret they own", () => {
    expect(inputsOf("kubernetes:helm.sh/v3:Release", "secrets-external-secrets")["values"]).to.deep.include({
      installCRDs: true,
      crds: { annotations: { "helm.sh/resource-policy": "keep" } },
    });
  });
  it("[A12.3] refreshes the example hourly, owns its Secret and uses the version that is served", () => {
    const example = inputsOf("kubernetes:external-secrets.io/v1:ExternalSecret", "secrets-example");
    expect(example["spec"]).to.deep.include({
      refreshInterval: "1h",
      target: { name: "demo-api-key", creationPolicy: "Owner", deletionPolicy: "Retain" },
    });
    const old = (built["production"] ?? []).filter(({ type }) => type.includes("external-secrets.io/v1beta1"));
    expect(old).to.deep.equal([]);
  });
  it("opens the store to named namespaces only", () => {
    const store = inputsOf("kubernetes:external-secrets.io/v1:ClusterSecretStore", "secrets-store");
    expect((store["spec"] as { conditions: unknown }).conditions).to.deep.equal([
      { namespaces: ["demo", "monitoring", "production"] },
    ]);
  });
});
