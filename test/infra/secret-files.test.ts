import { expect } from "chai";
import { driverValues, providerValues } from "../../infra/secret-files";
import { builtWith, inputsOf, violationsOf } from "../support/option";
import { configOf, type Registered } from "../support/pulumi";

describe("secrets as files [A12.2]", () => {
  let seen: Registered[];
  before(async () => {
    seen = await builtWith("production", { secrets: { files: "csi-driver", vault: "none" } });
  });

  it("are off in every environment, and then nothing of them is there", async () => {
    for (const environment of ["dev", "staging", "production"])
      expect(configOf(environment).secrets.files, environment).to.equal("none");
    expect((await builtWith("dev", {})).filter(({ name }) => name.includes("secrets-files"))).to.deep.equal([]);
  });
  it("come by a driver and AWS's provider in kube-system, and break no rule of production", () => {
    for (const part of ["driver", "provider"])
      expect(inputsOf(seen, `secrets-files-${part}`)["namespace"], part).to.equal("kube-system");
    expect(violationsOf("production", seen, /secrets-files/)).to.deep.equal([]);
  });
  it("rotate, become no Secret, and are asked for with the pod's own token", () => {
    expect(driverValues()).to.deep.include({
      enableSecretRotation: true,
      rotationPollInterval: "1h",
      syncSecret: { enabled: false },
      tokenRequests: [{ audience: "pods.eks.amazonaws.com" }],
    });
  });
  it("are of one driver: the provider's chart brings none along, and no right to read pods and nodes", () => {
    expect(providerValues(configOf("dev"))).to.deep.include({
      "secrets-store-csi-driver": { install: false },
      awsRegion: "eu-central-1",
    });
  });
  it("[A1.3] are read by Pod Identity, by a role that reads this one secret", () => {
    const example = inputsOf(seen, "secrets-files-example")["spec"] as {
      parameters: { usePodIdentity: string; objects: string };
    };
    expect(example.parameters.usePodIdentity).to.equal("true");
    expect(JSON.parse(example.parameters.objects)).to.deep.equal([
      {
        objectName: "slipway/production/api-keys",
        objectType: "secretsmanager",
        jmesPath: [{ path: "demo", objectAlias: "demo" }],
      },
    ]);
    const policy = JSON.parse(String(policyOf(seen))) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(policy.Statement.map(({ Action }) => Action)).to.deep.equal([
      ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      ["kms:Decrypt"],
    ]);
    expect(policy.Statement[0]?.Resource[0]).to.match(/:secret:slipway\/production\/api-keys-\?{6}$/);
  });
});

const policyOf = (seen: readonly Registered[]) =>
  seen.find(({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "secrets-files-reader-role")
    ?.inputs["policy"];
