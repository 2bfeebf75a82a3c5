import { expect } from "chai";
import { controlPlaneValues, crdsValues } from "../../../../infra/mesh/linkerd-values";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../../support/pulumi";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

const LABEL = "linkerd.io/control-plane-ns";

describe("Linkerd in a rehearsal", () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await open({ operators: { cloud: new FakeCloud() } });
    for (const name of ["linkerd", "demo"])
      await fixture.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "test" });
    await fixture.api.create(pod("early"));
    const install = (name: string, values: object) =>
      fixture.make("kubernetes:helm.sh/v3:Release", name, {
        name,
        chart: name,
        version: "2026.6.3",
        namespace: "linkerd",
        values,
      } as never);
    await install("linkerd-crds", crdsValues());
    await install("linkerd-control-plane", controlPlaneValues(configOf("dev")));
  });
  after(() => fixture.close());
  const pod = (name: string, annotations: Record<string, string> = {}): KubeObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "demo", annotations },
    spec: { containers: [{ name: "web", image: "web:1" }] },
  });
  const ref = (name: string) => ({ apiVersion: "v1", kind: "Pod", name, namespace: "demo" });
  const proxied = (name: string) => until(fixture, ref(name), (one) => one?.metadata.labels?.[LABEL] === "linkerd");

  it("[A10.2] gives a proxy to a pod that asks for one, whatever its namespace does", async () => {
    await fixture.api.create(pod("asks", { "linkerd.io/inject": "enabled" }));
    await proxied("asks");
  });
  it("[A10.2] gives one to pods made after their namespace joined, and to none that was there", async () => {
    await fixture.api.merge(
      { apiVersion: "v1", kind: "Namespace", name: "demo" },
      { metadata: { annotations: { "linkerd.io/inject": "enabled" } } },
    );
    // A marked one shows that the injector has seen the namespace.
    await fixture.api.create(pod("seen", { "linkerd.io/inject": "enabled" }));
    await proxied("seen");
    await fixture.api.create(pod("late"));
    await proxied("late");
    expect((await fixture.api.get(ref("early")))?.metadata.labels?.[LABEL]).to.equal(undefined);
  });
});
