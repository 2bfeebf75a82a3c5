import { expect } from "chai";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

const API = "external-secrets.io/v1";
const PATH = "slipway/dev/api-keys";

describe("External Secrets in a rehearsal", () => {
  let fixture: Fixture;
  let now = new Date("2026-11-21T10:00:00Z");
  const cloud = new FakeCloud();
  before(async () => {
    cloud.roles.set("external-secrets/external-secrets", ["secretsmanager:GetSecretValue"]);
    cloud.secrets.set(PATH, JSON.stringify({ demo: "first" }));
    fixture = await open({ operators: { cloud, now: () => now } });
    for (const name of ["external-secrets", "demo"])
      await fixture.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "test" });
    await fixture.make("kubernetes:helm.sh/v3:Release", "external-secrets", {
      name: "external-secrets",
      chart: "external-secrets",
      version: "2.9.0",
      namespace: "external-secrets",
      values: {},
    });
    await apply({
      apiVersion: API,
      kind: "ClusterSecretStore",
      metadata: { name: "central" },
      spec: { provider: { aws: { service: "SecretsManager", region: "eu-central-1" } } },
    });
    await apply(wanted());
  });
  after(() => fixture.close());
  const apply = (object: KubeObject) => fixture.api.apply(object, { manager: "test", force: true });
  const wanted = (labels: Record<string, string> = {}): KubeObject => ({
    apiVersion: API,
    kind: "ExternalSecret",
    metadata: { name: "key", namespace: "demo", labels },
    spec: {
      refreshInterval: "1h",
      secretStoreRef: { kind: "ClusterSecretStore", name: "central" },
      data: [{ secretKey: "demo", remoteRef: { key: PATH, property: "demo" } }],
    },
  });
  const secret = { apiVersion: "v1", kind: "Secret", name: "key", namespace: "demo" };
  const holds = (value: string) =>
    until(fixture, secret, (object) => at(object, "data", "demo") === Buffer.from(value).toString("base64"));

  it("[A12.3] makes the Secret and owns it", async () => {
    const made = await holds("first");
    expect(made?.metadata.ownerReferences?.[0]).to.include({ kind: "ExternalSecret", name: "key", controller: true });
    const synced = await until(
      fixture,
      { apiVersion: API, kind: "ExternalSecret", name: "key", namespace: "demo" },
      (object) => conditionOf(object, "Ready")?.status === "True",
    );
    expect(conditionOf(synced, "Ready")).to.include({ reason: "SecretSynced" });
  });
  it("makes it again when somebody deletes it", async () => {
    await fixture.api.delete(secret);
    await holds("first");
  });
  it("[A12.3] takes over a rotated value when its hour has passed, and not before", async () => {
    cloud.secrets.set(PATH, JSON.stringify({ demo: "second" }));
    now = new Date("2026-11-21T10:59:00Z");
    await apply(wanted({ look: "once" }));
    expect(at(await fixture.api.get(secret), "data", "demo")).to.equal(Buffer.from("first").toString("base64"));
    now = new Date("2026-11-21T11:01:00Z");
    await apply(wanted({ look: "twice" }));
    await holds("second");
  });
});
