import { expect } from "chai";
import { specOf } from "../../../../orchestrator/sandbox/cluster/object";
import { refusal, useWorld, WRITE } from "./fixture";

const service = (name: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "default" },
  spec: { ports: [{ port: 80 }], ...spec },
});

describe("Services of the embedded API", () => {
  const world = useWorld();
  const merge = (name: string, spec: object) =>
    world().verbs.patch(
      world().resource("v1", "Service"),
      name,
      "default",
      "application/merge-patch+json",
      { spec },
      undefined,
      WRITE,
    );

  it("get an address of the Service range each, and complete ports", () => {
    const [one, two] = ["one", "two"].map((name) => specOf(world().create(service(name))));
    expect(one).to.deep.include({ type: "ClusterIP", ports: [{ protocol: "TCP", port: 80, targetPort: 80 }] });
    expect(one?.["clusterIP"]).to.match(/^172\.20\./);
    expect(two?.["clusterIP"]).not.to.equal(one?.["clusterIP"]);
  });
  it("keep their address for life", () => {
    const { clusterIP } = specOf(world().create(service("one")));
    expect(refusal(() => merge("one", { clusterIP: "172.20.7.7" })).message).to.include("may not change once set");
    expect(specOf(merge("one", { clusterIP: null, ports: [{ port: 81 }] }))["clusterIP"]).to.equal(clusterIP);
    expect(specOf(merge("one", { clusterIP: "" }))["clusterIP"]).to.equal(clusterIP);
  });
  it("share no address", () => {
    world().create(service("one", { clusterIP: "172.20.7.7" }));
    expect(refusal(() => world().create(service("two", { clusterIP: "172.20.7.7" }))).message).to.include(
      "provided IP is already allocated",
    );
    world().create(service("three", { clusterIP: "None" }));
    expect(specOf(world().create(service("four", { clusterIP: "None" })))["clusterIP"]).to.equal("None");
  });
  it("need ports unless nothing listens", () => {
    expect(refusal(() => world().create(service("one", { ports: [] }))).message).to.include(
      "spec.ports: Required value",
    );
    world().create(service("two", { ports: [], clusterIP: "None" }));
    expect(
      specOf(world().create(service("three", { type: "ExternalName", externalName: "a.b", ports: [] })))["clusterIP"],
    ).to.equal(undefined);
  });
});
