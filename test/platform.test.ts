import * as fs from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { buildInPhases, buildPlatform } from "../infra/platform";
import { levelOf } from "../policy/rule";
import { rules } from "../policy/rules";
import { judge } from "./support/policy";
import { phases } from "../orchestrator/rollout/phases";
import { configOf, record, root, valueOf, type Registered } from "./support/pulumi";
import { recorded } from "./support/recorded";

const environments = ["dev", "staging", "production"] as const;

/** The layers of B1.6, and what of AWS, Kubernetes and charts makes each. */
const layers = {
  compute: ["aws:eks/nodeGroup:NodeGroup", "chart karpenter"],
  "load balancer": ["chart aws-load-balancer-controller", "kubernetes:gateway.networking.k8s.io/v1:Gateway"],
  firewall: ["aws:ec2/defaultSecurityGroup:DefaultSecurityGroup", "kubernetes:networking.k8s.io/v1:NetworkPolicy"],
  names: ["aws:route53/zone:Zone", "chart external-dns"],
  storage: ["kubernetes:storage.k8s.io/v1:StorageClass", "aws:s3/bucket:Bucket"],
  observability: ["chart kube-prometheus-stack", "chart loki", "chart tempo", "chart opentelemetry-collector"],
  secrets: ["chart external-secrets", "aws:secretsmanager/secret:Secret"],
  rights: ["kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding", "aws:iam/role:Role"],
  certificates: ["chart cert-manager"],
};

/** `npm test -- unit` with GOLDEN=write takes what is built as what is expected; the diff is then read in review. */
function golden(environment: string, lines: string): string {
  const file = path.join(root, "test", "golden", `${environment}.txt`);
  if (process.env["GOLDEN"] === "write") fs.writeFileSync(file, lines);
  return fs.readFileSync(file, "utf8");
}

for (const environment of environments) {
  describe(`the platform of ${environment}`, () => {
    let seen: Registered[];
    let outputs: ReturnType<typeof buildPlatform>;

    before(async () => {
      const built = await recorded(environment);
      seen = built.seen;
      outputs = built.result;
    });

    it("makes exactly the resources of its golden list", () => {
      const lines = seen
        .map(({ type, name }) => `${type}  ${name}\n`)
        .sort()
        .join("");
      expect(lines).to.equal(golden(environment, lines));
    });
    it("[E1.4] satisfies every rule of the policy pack that judges a resource", () => {
      const found = rules.flatMap((rule) =>
        // What is asked of written manifests only is not asked of a program.
        rule.scope === "stack" || rule.only !== undefined || levelOf(rule, environment) === "disabled"
          ? []
          : seen.flatMap(({ type, name, inputs }) =>
              judge(rule, type, inputs, rule.tuned?.[environment]).violations.map(
                (violation) => `${rule.name} ${name}: ${violation}`,
              ),
            ),
      );
      expect(found).to.deep.equal([]);
    });
    it("[B1.6] has every layer: compute, network, storage, observability with tracing, security", () => {
      const made = new Set(
        seen.map(({ type, inputs }) =>
          type === "kubernetes:helm.sh/v3:Release" ? `chart ${String(inputs["chart"]).split("/").at(-1)}` : type,
        ),
      );
      for (const [layer, parts] of Object.entries(layers))
        for (const part of parts) expect([...made], layer).to.include(part);
      // Machines are nodes of EKS, objects lie in S3, segments are VPCs.
      expect([...made].filter((one) => /^aws:ec2\/instance:|minio/i.test(one))).to.deep.equal([]);
      const vpcs = seen.filter(({ type }) => type === "aws:ec2/vpc:Vpc");
      expect(vpcs.map(({ inputs }) => inputs["cidrBlock"])).to.deep.equal([configOf(environment).network.cidr]);
    });
    it("[H5.2] has every key rotate", () => {
      const keys = seen.filter(({ type }) => type === "aws:kms/key:Key");
      expect(keys).to.not.have.length(0);
      for (const { name, inputs } of keys) expect(inputs["enableKeyRotation"], name).to.equal(true);
    });
    it("[A21.5] installs every chart at an exact version", () => {
      const releases = seen.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
      expect(releases).to.not.have.length(0);
      for (const { name, inputs } of releases) expect(inputs["version"], name).to.match(/^v?\d+\.\d+\.\d+$/);
    });
    it("[A4.2] deploys nothing into the default namespace", () => {
      const placed = seen.filter(
        ({ inputs }) =>
          (inputs["metadata"] as { namespace?: string } | undefined)?.namespace === "default" ||
          inputs["namespace"] === "default",
      );
      expect(placed).to.deep.equal([]);
    });
    it("fills the whole contract of outputs, with the kubeconfig secret [A2.2]", async () => {
      expect(Object.keys(outputs)).to.have.members(phases.flatMap((phase) => phase.outputs));
      expect(await pulumi.isSecret(outputs.kubeconfig)).to.equal(true);
      for (const [key, output] of Object.entries(outputs)) {
        if (key !== "kubeconfig") expect(await pulumi.isSecret(output as pulumi.Output<unknown>), key).to.equal(false);
      }
      expect(await valueOf(outputs.network))
        .to.have.property("zones")
        .with.length(3);
    });
  });
}

describe("the platform in part", () => {
  it("[A21.1] is the phases up to the one that is built, in rollout order, with their outputs", async () => {
    const { seen, result } = await record("dev", () => buildPlatform(configOf("dev"), 4));
    const declared = seen.flatMap(({ type }) => /^slipway:phase:(\w+)$/.exec(type)?.[1] ?? []);
    expect(declared).to.deep.equal(["Network", "Cluster", "NodePools", "NetworkPolicy"]);
    expect(Object.keys(result)).to.have.members(
      phases.filter(({ number }) => number <= 4).flatMap(({ outputs }) => outputs),
    );
  });
  it("[A21.1] asks after each phase whether it may go on, and declares nothing more after a no", async () => {
    const asked: [number, string[]][] = [];
    const { seen, result } = await record("dev", () =>
      buildInPhases(configOf("dev"), (declared, outputs) => {
        asked.push([declared, Object.keys(outputs)]);
        return Promise.resolve(declared < 2);
      }),
    );
    expect(asked).to.deep.equal([
      [1, ["environment", "network"]],
      [2, ["environment", "network", "cluster", "kubeconfig"]],
    ]);
    expect(Object.keys(await result)).to.deep.equal(asked[1]?.[1]);
    const declared = seen.flatMap(({ type }) => /^slipway:phase:(\w+)$/.exec(type)?.[1] ?? []);
    expect(declared).to.deep.equal(["Network", "Cluster"]);
  });
});

describe("the environments differ as they should", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of environments) built[environment] = (await recorded(environment)).seen;
  });
  const count = (environment: string, type: string) =>
    (built[environment] ?? []).filter((one) => one.type === type).length;

  it("[A1.2] one NAT gateway in dev, one per zone elsewhere", () => {
    expect(environments.map((environment) => count(environment, "aws:ec2/natGateway:NatGateway"))).to.deep.equal([
      1, 3, 3,
    ]);
  });
  it("[B4.1] backups in staging and production only", () => {
    expect(environments.map((environment) => count(environment, "aws:backup/plan:Plan"))).to.deep.equal([0, 1, 1]);
  });
  it("[B2.1] 3, 5 and 10 base nodes", () => {
    const base = environments.map(
      (environment) =>
        built[environment]?.find((one) => one.name === "node-pools-general" && one.type.includes("nodeGroup"))?.inputs[
          "scalingConfig"
        ] as { minSize: number },
    );
    expect(base.map(({ minSize }) => minSize)).to.deep.equal([3, 5, 10]);
  });
  it("[A2.4] a public endpoint in dev only, and there for named networks", () => {
    const clusters = environments.map(
      (environment) => built[environment]?.find((one) => one.type === "eks:index:Cluster")?.inputs,
    );
    expect(clusters.map((inputs) => inputs?.["endpointPublicAccess"])).to.deep.equal([true, false, false]);
    expect(clusters[0]?.["publicAccessCidrs"]).to.deep.equal(["203.0.113.0/24"]);
  });
  it("[A2.6] deletion protection, all logs and a KMS key where they belong", () => {
    const cluster = built["production"]?.find((one) => one.type === "eks:index:Cluster")?.inputs;
    expect(cluster?.["deletionProtection"]).to.equal(true);
    expect(cluster?.["enabledClusterLogTypes"]).to.have.length(5);
    expect(cluster?.["encryptionConfigKeyArn"]).to.be.a("string");
  });
});
