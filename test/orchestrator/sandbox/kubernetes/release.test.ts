import { expect } from "chai";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { call, open, type Fixture } from "./fixture";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const chart = (values: Properties, more: Properties = {}): Properties => ({
  name: "cert-manager",
  chart: "oci://quay.io/jetstack/charts/cert-manager",
  version: "v1.21.1",
  namespace: "cert-manager",
  atomic: true,
  values,
  ...more,
});

describe("a Helm release in a rehearsal", () => {
  let world: Fixture;
  before(async () => {
    world = await open({ awaitSeconds: 10 });
    await world.api.apply(
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "cert-manager" } },
      { manager: "test" },
    );
  });
  after(() => world.close());

  const deployments = async () =>
    (await world.api.list("apps/v1", "Deployment", "cert-manager")).items.map(({ metadata }) => metadata.name);

  it("refuses a misspelt value at check", async () => {
    const checked = await world.standIn.check?.(call(RELEASE), undefined, chart({ replicaCont: 2 }));
    expect(checked?.failures?.[0]?.reason).to.contain("replicaCont is not among the values");
  });

  it("installs, upgrades with pruning and uninstalls, and keeps what the chart keeps", async () => {
    const values = { crds: { enabled: true, keep: true }, replicaCount: 2, podDisruptionBudget: { enabled: true } };
    const made = await world.make(RELEASE, "cert-manager", chart(values));
    expect(made.id).to.equal("cert-manager/cert-manager");
    expect(made.outputs["status"]).to.include({
      name: "cert-manager",
      namespace: "cert-manager",
      revision: 1,
      version: "v1.21.1",
      status: "deployed",
    });
    expect(await deployments()).to.have.members(["cert-manager", "cert-manager-webhook", "cert-manager-cainjector"]);

    const old = { id: made.id, inputs: made.inputs, outputs: made.outputs };
    const news = chart({ crds: { enabled: true, keep: true }, cainjector: { enabled: false } });
    const updated = await world.standIn.update?.(call(RELEASE), old, news, false);
    expect(updated?.["status"]).to.include({ revision: 2 });
    expect(await deployments()).to.have.members(["cert-manager", "cert-manager-webhook"]);
    expect((await world.api.list("policy/v1", "PodDisruptionBudget", "cert-manager")).items).to.deep.equal([]);

    await world.standIn.delete(call(RELEASE), made.id, updated as Properties);
    expect(await deployments()).to.deep.equal([]);
    expect((await world.api.list("cert-manager.io/v1", "Certificate")).items).to.deep.equal([]);
  });

  it("removes what it made by its own record, also when the chart's version is no longer on record", async () => {
    const made = await world.make(RELEASE, "cert-manager", chart({}));
    const older = { ...made.outputs, version: "v1.0.0" };
    expect(
      (await world.standIn.read?.(call(RELEASE), made.id, { ...made.inputs, version: "v1.0.0" }, older))?.id,
    ).to.equal(made.id);
    await world.standIn.delete(call(RELEASE), made.id, older);
    expect(await deployments()).to.deep.equal([]);
    expect(await world.standIn.read?.(call(RELEASE), made.id, made.inputs, made.outputs)).to.equal(undefined);
  });

  it("leaves nothing behind when an atomic install fails", async () => {
    const values = { nodeSelector: { "node-role": "nowhere" } };
    const error = await world.make(RELEASE, "cert-manager", chart(values, { timeout: 1 })).then(
      () => expect.fail("it succeeded"),
      (reason: unknown) => reason as Error,
    );
    expect(error.message).to.contain(
      "failed to initialize completely: the release is uninstalled, atomic is set: Deployment cert-manager",
    );
    expect(await deployments()).to.deep.equal([]);
  });

  it("does not take over what another release made", async () => {
    const first = await world.make(RELEASE, "cert-manager", chart({}));
    const error = await world.make(RELEASE, "other", chart({}, { name: "other-cert-manager", atomic: false })).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    expect(error).to.equal(undefined);
    const clash = await world
      .make(RELEASE, "again", chart({ serviceAccount: { name: "cert-manager" } }, { name: "cert-manager-2" }))
      .then(
        () => undefined,
        (reason: unknown) => reason as Error,
      );
    expect(clash?.message).to.contain(
      'ServiceAccount "cert-manager" in namespace "cert-manager" exists and cannot be imported into the current release',
    );
    await world.standIn.delete(call(RELEASE), first.id, first.outputs);
  });
});
