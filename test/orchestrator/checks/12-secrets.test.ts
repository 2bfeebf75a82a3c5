import { expect } from "chai";
import { secretsCheck } from "../../../orchestrator/checks/12-secrets";
import type { SecretRead } from "../../../orchestrator/checks/aws/reader";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { FakeCloud, until } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const API = "external-secrets.io/v1";
const PATH = "slipway/dev/api-keys";
const READER = "arn:aws:iam::123456789012:role/external-secrets";
const outputs = {
  cluster: { name: "slipway-test" },
  secrets: {
    namespace: "external-secrets",
    store: "secrets-manager",
    prefix: "slipway/dev/",
    readerRoleArn: READER,
    example: { namespace: "demo", name: "demo-api-key", secret: "demo-api-key", key: "demo", path: PATH },
    logShipping: "",
    files: { name: "" },
    vault: { name: "" },
  },
};
const guarded = { replicaCount: 2, podDisruptionBudget: { enabled: true } };
const store: KubeObject = {
  apiVersion: API,
  kind: "ClusterSecretStore",
  metadata: { name: "secrets-manager" },
  spec: {
    provider: { aws: { service: "SecretsManager", region: "eu-central-1" } },
    conditions: [{ namespaces: ["demo"] }],
  },
};
const wanted = (name: string, more: object = {}, namespace = "demo", path = PATH): KubeObject => ({
  apiVersion: API,
  kind: "ExternalSecret",
  metadata: { name, namespace },
  spec: {
    refreshInterval: "1h",
    secretStoreRef: { kind: "ClusterSecretStore", name: "secrets-manager" },
    target: { name },
    data: [{ secretKey: "demo", remoteRef: { key: path, property: "demo" } }],
    ...more,
  },
});
const podIdentityAssociations = () =>
  Promise.resolve([{ namespace: "external-secrets", serviceAccount: "external-secrets", roleArn: READER }]);
const reads = (...list: SecretRead[]) => ({ secretReads: () => Promise.resolve(list), podIdentityAssociations });
const sound = reads({ secret: PATH, reader: READER });

describe("check 12 secrets", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  const cloud = new FakeCloud();
  before(async () => {
    world = await openWorld();
    const { access, clusters } = world.fixture;
    cloud.roles.set("external-secrets/external-secrets", ["secretsmanager:GetSecretValue"]);
    cloud.secrets.set(PATH, JSON.stringify({ demo: "value" }));
    operators = await startOperators({ access, host: clusters, cloud, dnsRecords: () => Promise.resolve([]) });
    for (const name of ["external-secrets", "demo", "other"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await world.fixture.make("kubernetes:helm.sh/v3:Release", "external-secrets", {
      name: "external-secrets",
      chart: "external-secrets",
      version: "2.9.0",
      namespace: "external-secrets",
      values: { ...guarded, webhook: guarded, certController: guarded },
    });
    await world.put(store);
    await world.put(wanted("demo-api-key"));
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (more: object = {}) =>
    world.run(secretsCheck, outputs, { config: { highAvailability: true } as never, aws: sound, ...more });
  const failing = (name: string, namespace = "demo") =>
    until(world.fixture, { apiVersion: API, kind: "ExternalSecret", name, namespace }, (object) =>
      JSON.stringify(object?.["status"] ?? {}).includes("SecretSyncedError"),
    );

  it("[A12.1] [A12.3] [A12.4] passes when a Secret follows its source, a pod reads it and the log shows who read", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A12.1",
      "A12.1",
      "A12.1",
      "A12.3",
      "A12.4",
      "A12.4",
      "H5.2",
    ]);
    expect(diagnoses).to.deep.equal([]);
    expect(JSON.stringify(findings)).to.not.include('value"');
  });
  it("leaves no pod behind in the namespace it tried", async () => {
    await run();
    const { items } = await world.fixture.api.list("v1", "Pod", "demo");
    expect(items).to.deep.equal([]);
  });
  it("[A12.4] fails when the audit log shows no read by the environment's role", async () => {
    const stranger = reads(
      { secret: PATH, reader: "arn:someone" },
      { secret: PATH, reader: READER, error: "AccessDenied" },
    );
    const { bad } = await run({ aws: stranger, waitUntil: impatient });
    expect(bad.at(-1)).to.equal(`A12.4 failed: ${PATH}: no read by ${READER} is on record`);
  });
  it("[A12.3] fails for a secret that is refreshed too rarely", async () => {
    const remove = await world.put(wanted("rare", { refreshInterval: "24h" }));
    await until(world.fixture, { apiVersion: API, kind: "ExternalSecret", name: "rare", namespace: "demo" }, (object) =>
      JSON.stringify(object?.["status"] ?? {}).includes('"SecretSynced"'),
    );
    const { bad } = await run({ waitUntil: impatient });
    expect(bad[0]).to.contain("demo/rare: refreshed every 24h, and a rotated value has to arrive within 1h");
    await remove();
  });
  it("[A12.3] fails and explains a source that is not there", async () => {
    const remove = await world.put(wanted("lost", {}, "demo", "slipway/dev/nothing"));
    await failing("lost");
    const { bad, causes, diagnoses } = await run({ waitUntil: impatient });
    expect(bad[0]).to.match(/^A12\.3 failed: demo\/lost: could not get secret data from provider/);
    expect(diagnoses).to.deep.equal(["A12.3 demo/lost"]);
    expect(causes[0]).to.contain("no such secret, or no value in it yet");
    await remove();
  });
  it("[A12.3] explains a source the role may not read", async () => {
    const read = cloud.readSecret;
    cloud.readSecret = ({ name }) =>
      name === PATH
        ? read.call(cloud, { name })
        : Promise.reject(new Error("api error AccessDeniedException: not authorized"));
    const remove = await world.put(wanted("foreign", {}, "demo", "slipway/production/api-keys"));
    await failing("foreign");
    expect((await run({ waitUntil: impatient })).causes[0]).to.contain("outside its own prefix");
    await remove();
    cloud.readSecret = read;
  });
  it("[A12.3] explains a namespace the store is not open to", async () => {
    const remove = await world.put(wanted("elsewhere", {}, "other"));
    await failing("elsewhere", "other");
    const { diagnoses, causes } = await run({ waitUntil: impatient });
    expect(diagnoses).to.deep.equal(["A12.3 other/elsewhere"]);
    expect(causes[0]).to.contain("not open to the namespace");
    await remove();
  });
  it("[A12.5] fails and explains a service account the store does not know", async () => {
    cloud.roles.clear();
    const remove = await world.put({ ...store, metadata: { name: "unbound" } });
    const bad = { ...outputs, secrets: { ...outputs.secrets, store: "unbound" } };
    await until(world.fixture, { apiVersion: API, kind: "ClusterSecretStore", name: "unbound" }, (object) =>
      JSON.stringify(object?.["status"] ?? {}).includes("ValidationFailed"),
    );
    const unbound = { ...sound, podIdentityAssociations: () => Promise.resolve([]) };
    const settings = { config: { highAvailability: true }, waitUntil: impatient };
    const result = await world.run(secretsCheck, bad, { ...settings, aws: unbound });
    expect(result.bad[0]).to.match(/^A12\.1 failed: unbound: unable to validate store: .*get credentials/);
    expect(result.causes[0]).to.contain("no Pod Identity association gives it a role");
    const bound = await world.run(secretsCheck, bad, { ...settings, aws: sound });
    expect(bound.causes[0]).to.contain("still gets no credentials from it");
    await remove();
    cloud.roles.set("external-secrets/external-secrets", ["secretsmanager:GetSecretValue"]);
  });
  it("[A12.1] fails for a store that is not there", async () => {
    const missing = { ...outputs, secrets: { ...outputs.secrets, store: "missing" } };
    const { bad } = await world.run(secretsCheck, missing, {
      config: { highAvailability: true },
      aws: sound,
      waitUntil: impatient,
    });
    expect(bad[0]).to.equal("A12.1 failed: missing: does not exist");
  });
  it("[A12.1] fails when a part has no budget", async () => {
    await world.fixture.api.delete({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      name: "external-secrets-pdb",
      namespace: "external-secrets",
    });
    expect((await run()).bad[0]).to.equal(
      "A12.1 failed: external-secrets/external-secrets: no PodDisruptionBudget selects it",
    );
    expect((await run({ config: { highAvailability: false } })).bad).to.deep.equal([]);
  });
  it("[A12.4] fails when the mounted Secret lacks the key", async () => {
    const other = {
      ...outputs,
      secrets: { ...outputs.secrets, example: { ...outputs.secrets.example, key: "absent" } },
    };
    const { bad } = await world.run(secretsCheck, other, { config: { highAvailability: false }, aws: sound });
    expect(bad).to.deep.equal(["A12.4 failed: demo/demo-api-key: a pod that mounts it finds no absent"]);
  });
});
