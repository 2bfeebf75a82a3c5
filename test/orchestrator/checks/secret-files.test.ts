import { expect } from "chai";
import { driverValues, providerValues } from "../../../infra/secret-files";
import type { SecretRead } from "../../../orchestrator/checks/aws/reader";
import type { PhaseCheck } from "../../../orchestrator/checks/check";
import { viewCluster } from "../../../orchestrator/checks/cluster-view";
import { secretFiles, secretFilesCauses } from "../../../orchestrator/checks/secret-files";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { configOf } from "../../support/pulumi";
import { FakeCloud } from "../sandbox/kubernetes/fixture";
import { openWorld, type ClusterWorld } from "./cluster-world";

const PATH = "slipway/dev/api-keys";
const ROLE = "arn:aws:iam::123456789012:role/demo-files";
const files = {
  namespace: "demo",
  name: "demo-files",
  serviceAccount: "demo-files",
  key: "demo",
  path: PATH,
  readerRoleArn: ROLE,
};
const check: PhaseCheck = {
  verify: async (context) => secretFiles(context, await viewCluster(context.clients.kubernetes)),
  diagnose: async (context) => secretFilesCauses(context, await viewCluster(context.clients.kubernetes)),
};
const providerClass = (parameters: object): KubeObject => ({
  apiVersion: "secrets-store.csi.x-k8s.io/v1",
  kind: "SecretProviderClass",
  metadata: { name: "demo-files", namespace: "demo" },
  spec: { provider: "aws", parameters },
});
const objects = (path: string) =>
  JSON.stringify([{ objectName: PATH, objectType: "secretsmanager", jmesPath: [{ path, objectAlias: path }] }]);
const sound = { usePodIdentity: "true", objects: objects("demo") };
const audited = (...list: SecretRead[]) => ({ secretReads: () => Promise.resolve(list) });

describe("check of secrets as files", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  const cloud = new FakeCloud();
  before(async () => {
    world = await openWorld();
    const { access, clusters } = world.fixture;
    cloud.roles.set("demo/demo-files", ["secretsmanager:GetSecretValue"]);
    cloud.secrets.set(PATH, JSON.stringify({ demo: "the value" }));
    operators = await startOperators({ access, host: clusters, cloud, dnsRecords: () => Promise.resolve([]) });
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "demo" } });
    await world.put({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "demo-files", namespace: "demo" } });
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (more: object = {}) =>
    world.run(check, { secrets: { files } }, { aws: audited({ secret: PATH, reader: ROLE }) as never, ...more });

  it("says nothing where there are none", async () => {
    const { findings, diagnoses } = await world.run(check, { secrets: { files: { ...files, name: "" } } });
    expect([findings, diagnoses]).to.deep.equal([[], []]);
  });

  describe("with the driver and AWS's provider", () => {
    before(async () => {
      for (const [chart, version, values] of [
        ["secrets-store-csi-driver", "1.6.0", driverValues()],
        ["secrets-store-csi-driver-provider-aws", "3.1.1", providerValues(configOf("dev"))],
      ] as const)
        await world.fixture.make("kubernetes:helm.sh/v3:Release", chart, {
          name: chart,
          chart,
          version,
          namespace: "kube-system",
          values,
        } as never);
      await world.put(providerClass(sound));
    });

    it("[A12.2] [A12.4] passes when a pod reads the file and the audit log shows its own role", async () => {
      const { bad, findings, diagnoses } = await run();
      expect([bad, diagnoses]).to.deep.equal([[], []]);
      expect(findings.map(({ requirement, detail }) => `${requirement} ${detail}`)).to.deep.equal([
        "A12.2 3 nodes",
        "A12.2 3 nodes",
        "A12.2 every 1h",
        "A12.4 demo of demo/demo-files",
        `A12.4 ${PATH} by ${ROLE}`,
      ]);
      expect(JSON.stringify(await world.fixture.api.list("v1", "Pod"))).to.not.include("the value");
    });
    it("[A12.4] fails for a read that is on record for another role only", async () => {
      const { bad } = await run({ aws: audited({ secret: PATH, reader: "arn:other" }) });
      expect(bad).to.deep.equal([`A12.4 failed: ${PATH}: no read by ${ROLE} is on record`]);
    });
    it("[A12.2] fails for a driver that does not rotate", async () => {
      const ref = {
        apiVersion: "apps/v1",
        kind: "DaemonSet",
        name: "secrets-store-csi-driver",
        namespace: "kube-system",
      };
      const set = await world.fixture.api.get(ref);
      const spec = structuredClone(set?.["spec"]) as { template: { spec: { containers: { args?: string[] }[] } } };
      for (const container of spec.template.spec.containers) delete container.args;
      await world.fixture.api.merge(ref, { spec });
      expect((await run()).bad).to.deep.equal([
        "A12.2 failed: kube-system/secrets-store-csi-driver: does not rotate what it has mounted",
      ]);
      await world.fixture.api.merge(ref, { spec: set?.["spec"] });
    });
    for (const [what, parameters, words, diagnosed] of [
      ["a class that asks for a role by annotation", { objects: objects("demo") }, "must be associated", "A12.5"],
      [
        "a class that names what is not there",
        { ...sound, objects: objects("lost") },
        "does not point to a valid object",
        "A12.3",
      ],
    ] as const)
      it(`[${diagnosed}] fails for ${what}, and explains it`, async () => {
        await world.put(providerClass(parameters));
        const { bad, diagnoses } = await run();
        expect(bad[0])
          .to.match(/^A12.4 failed: demo\/demo-files: /)
          .and.include(words);
        expect(diagnoses).to.include(`${diagnosed} demo/demo-files`);
        await world.put(providerClass(sound));
      });
    it("[A12.5] explains a service account without a role", async () => {
      cloud.roles.delete("demo/demo-files");
      const { bad, diagnoses } = await run();
      expect(bad[0]).to.include("no EKS Pod Identity association is found for service account demo-files");
      expect(diagnoses).to.include("A12.5 demo/demo-files");
      cloud.roles.set("demo/demo-files", ["secretsmanager:GetSecretValue"]);
    });
  });
});
