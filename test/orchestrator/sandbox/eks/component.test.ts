import { mkdirSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { createBuiltinEngine } from "../../../../orchestrator/engine/builtin/engine";
import { eksStandIn } from "../../../../orchestrator/sandbox/eks/component";
import { serveProvider, type Properties, type ServedProvider } from "../../../../orchestrator/sandbox/provider/serve";
import { FakeClusters } from "../aws/fixture";
import { useFolder } from "../../../support/folder";

interface Made {
  readonly type: string;
  readonly name: string;
  readonly inputs: Properties;
}

describe("the eks component of the rehearsal", () => {
  const folder = useFolder();
  const served: ServedProvider[] = [];
  const made: Made[] = [];
  let clusters: FakeClusters;
  beforeEach(() => {
    clusters = new FakeClusters();
    made.splice(0);
  });
  afterEach(async () => {
    for (const provider of served.splice(0)) await provider.close();
  });

  /** Builds one component with these arguments; its outputs, and the state's children. */
  async function build(args: Record<string, unknown>, type = "eks:index:Cluster") {
    const aws = await serveProvider("1.0.0", {
      create: async ({ type: kind, name }, inputs, preview) => {
        if (preview) return { id: "", outputs: inputs };
        made.push({ type: kind, name, inputs });
        if (kind !== "aws:eks/cluster:Cluster") return { id: `${name}-id`, outputs: { ...inputs, arn: `arn:${name}` } };
        await clusters.ensure(String(inputs["name"]), String(inputs["version"]));
        const identities = [{ oidcs: [{ issuer: "https://oidc.example/id/1" }] }];
        const vpcConfig = { clusterSecurityGroupId: "sg-1" };
        return { id: String(inputs["name"]), outputs: { ...inputs, identities, vpcConfig, arn: "arn:cluster" } };
      },
      delete: () => Promise.resolve(),
    });
    const eks = await serveProvider("1.0.0", eksStandIn(clusters));
    served.push(aws, eks);
    const [state, work] = ["state", "work"].map((name) => path.join(folder(), name)) as [string, string];
    for (const each of [state, work]) mkdirSync(each);
    const program: PulumiFn = async () => {
      const pulumi = await import("@pulumi/pulumi");
      class Component extends pulumi.ComponentResource {
        constructor() {
          const outputs = { kubeconfigJson: undefined, oidcProviderArn: undefined, oidcIssuer: undefined };
          super(type, "platform", { ...args, ...outputs }, {}, true);
        }
      }
      const component = new Component() as unknown as Record<string, unknown>;
      return {
        kubeconfig: component["kubeconfigJson"],
        provider: component["oidcProviderArn"],
        issuer: component["oidcIssuer"],
      };
    };
    const { LocalWorkspace } = await import("@pulumi/pulumi/automation/index.js");
    const stack = await LocalWorkspace.createOrSelectStack(
      { stackName: "dev", projectName: "proj", program },
      {
        workDir: work,
        pulumiCommand: createBuiltinEngine({ environment: process.env }).pulumiCommand,
        envVars: {
          PULUMI_BACKEND_URL: `file://${state}`,
          PULUMI_CONFIG_PASSPHRASE: "p",
          PULUMI_DEBUG_PROVIDERS: `aws:${aws.port},eks:${eks.port}`,
        },
      },
    );
    const { outputs } = await stack.up();
    const { deployment } = (await stack.exportStack()) as {
      deployment: { resources: { urn: string; type: string; parent?: string }[] };
    };
    return { outputs, resources: deployment.resources };
  }
  const args = (more: Record<string, unknown> = {}) => ({
    name: "slipway-dev",
    version: "1.36",
    serviceRole: "arn:role",
    privateSubnetIds: ["subnet-1", "subnet-2"],
    endpointPrivateAccess: true,
    endpointPublicAccess: false,
    authenticationMode: "API",
    ...more,
  });
  const failure = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it was built"),
      (error: unknown) => String(error),
    );
  const input = (name: string) => made.find((one) => one.name === name)?.inputs;

  it("makes the children of the real one, under its names and below the component [A2.1]", async () => {
    const { resources } = await build(args({ createOidcProvider: true }));
    expect(made.map(({ type, name }) => `${type} ${name}`)).to.deep.equal([
      "aws:eks/cluster:Cluster platform-eksCluster",
      "aws:iam/openIdConnectProvider:OpenIdConnectProvider platform-oidcProvider",
    ]);
    const component = resources.find(({ type }) => type === "eks:index:Cluster");
    for (const name of ["platform-eksCluster", "platform-oidcProvider"])
      expect(resources.find(({ urn }) => urn.endsWith(`::${name}`))?.parent, name).to.equal(component?.urn);
  });
  it("passes on what it was told, and what the real one leaves no choice of [A2.2, A2.6]", async () => {
    await build(
      args({ encryptionConfigKeyArn: "arn:key", enabledClusterLogTypes: ["audit"], deletionProtection: true }),
    );
    expect(input("platform-eksCluster")).to.deep.include({
      name: "slipway-dev",
      version: "1.36",
      roleArn: "arn:role",
      accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: true },
      encryptionConfig: { provider: { keyArn: "arn:key" }, resources: ["secrets"] },
      enabledClusterLogTypes: ["audit"],
      deletionProtection: true,
      vpcConfig: {
        subnetIds: ["subnet-1", "subnet-2"],
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
        publicAccessCidrs: [],
      },
    });
  });
  it("refuses networks for a public endpoint that is not there, an empty list too, as the real one does [A2.4]", async () => {
    expect(await failure(build(args({ publicAccessCidrs: [] })))).to.include(
      "`publicAccessCidrs` can only be set when `endpointPublicAccess` is true",
    );
  });
  it("hands out a kubeconfig that leads to the cluster, as a secret, and the issuer of its identities", async () => {
    const { outputs } = await build(args({ createOidcProvider: true }));
    expect(outputs["kubeconfig"]?.secret).to.equal(true);
    const config = JSON.parse(String(outputs["kubeconfig"]?.value)) as {
      clusters: { cluster: { server: string } }[];
      users: { user: { token: string } }[];
    };
    expect(config.clusters[0]?.cluster.server).to.equal("https://127.0.0.1:6443");
    expect(config.users[0]?.user.token).to.equal("the token");
    expect(outputs["provider"]?.value).to.equal("arn:platform-oidcProvider");
    expect(outputs["issuer"]?.value).to.equal("oidc.example/id/1");
  });
  it("lets in whom it is told, each policy below its entry [A2.2]", async () => {
    const accessPolicies = { admin: { policyArn: "arn:policy", accessScope: { type: "cluster" } } };
    await build(args({ accessEntries: { team: { principalArn: "arn:team", accessPolicies } } }));
    expect(input("platform-team")).to.deep.include({ clusterName: "slipway-dev", principalArn: "arn:team" });
    expect(input("platform-team-admin")).to.deep.include({
      clusterName: "slipway-dev",
      principalArn: "arn:team",
      policyArn: "arn:policy",
      accessScope: { type: "cluster" },
    });
  });
  it("puts whom it is told into groups, without a policy [C6.6]", async () => {
    await build(args({ accessEntries: { team: { principalArn: "arn:team", kubernetesGroups: ["slipway:viewers"] } } }));
    expect(input("platform-team")).to.deep.include({ principalArn: "arn:team", kubernetesGroups: ["slipway:viewers"] });
  });
  it("refuses options it would silently do nothing for, by name, and makes nothing", async () => {
    const error = await failure(build(args({ fargate: true, nodeGroupOptions: {} })));
    expect(error).to.include("the rehearsal's eks:index:Cluster does not know").and.include("fargate");
    expect(error).to.include("nodeGroupOptions");
    expect(made).to.deep.equal([]);
  });
  it("needs a role, since it makes none", async () => {
    const { serviceRole: _role, ...rest } = args();
    expect(await failure(build(rest))).to.include("needs serviceRole: it makes no role of its own");
  });
  it("offers no other component", async () => {
    expect(await failure(build({}, "eks:index:ManagedNodeGroup"))).to.include(
      "the rehearsal's eks has no eks:index:ManagedNodeGroup: it offers eks:index:Cluster",
    );
  });
});
