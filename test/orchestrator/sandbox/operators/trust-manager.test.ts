import { expect } from "chai";
import { trustManagerValues } from "../../../../infra/mesh/linkerd-values";
import { certManagerDefinitions } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions";
import { at, conditionOf } from "../../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../../support/pulumi";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

describe("trust-manager in a rehearsal", () => {
  let fixture: Fixture;
  const bundle = { apiVersion: "trust.cert-manager.io/v1alpha1", kind: "Bundle", name: "roots" };
  const copy = (namespace: string) => ({ apiVersion: "v1", kind: "ConfigMap", name: "roots", namespace });
  before(async () => {
    fixture = await open({ operators: { cloud: new FakeCloud() } });
    for (const name of ["cert-manager", "linkerd", "demo"])
      await fixture.api.apply(
        { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { name } } },
        { manager: "test" },
      );
    for (const one of certManagerDefinitions) await fixture.api.apply(one, { manager: "test" });
    await fixture.make("kubernetes:helm.sh/v3:Release", "trust-manager", {
      name: "trust-manager",
      chart: "oci://quay.io/jetstack/charts/trust-manager",
      version: "v0.24.0",
      namespace: "cert-manager",
      values: trustManagerValues(configOf("production")),
    } as never);
    const { kind, apiVersion, name } = bundle;
    const spec = {
      sources: [{ secret: { name: "anchor", key: "tls.crt" } }],
      target: { configMap: { key: "ca.crt" }, namespaceSelector: { matchLabels: { name: "linkerd" } } },
    };
    await fixture.api.apply({ apiVersion, kind, metadata: { name }, spec }, { manager: "test" });
  });
  after(() => fixture.close());

  it("[A10.1] says that a source is missing", async () => {
    const waiting = await until(fixture, bundle, (one) => conditionOf(one, "Synced") !== undefined);
    expect(conditionOf(waiting, "Synced")?.reason).to.equal("SourceNotFound");
  });
  it("[A10.1] copies a certificate, and nothing else of its Secret, where the selector says", async () => {
    const data = { "tls.crt": Buffer.from("PEM").toString("base64"), "tls.key": Buffer.from("KEY").toString("base64") };
    await fixture.api.apply(
      { apiVersion: "v1", kind: "Secret", metadata: { name: "anchor", namespace: "cert-manager" }, data },
      { manager: "test" },
    );
    const made = await until(fixture, copy("linkerd"), (one) => one !== undefined);
    expect(at(made, "data")).to.deep.equal({ "ca.crt": "PEM" });
    await until(fixture, bundle, (one) => conditionOf(one, "Synced")?.status === "True");
    expect(await fixture.api.get(copy("demo"))).to.equal(undefined);
  });
});
