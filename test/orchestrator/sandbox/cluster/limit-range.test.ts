import { expect } from "chai";
import { withLimits } from "../../../../orchestrator/sandbox/cluster/limit-range";
import { pod, refusal, useWorld } from "./fixture";

describe("limit ranges", () => {
  const world = useWorld();
  const range = (...limits: object[]) =>
    world().put({
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "range", namespace: "default" },
      spec: { limits },
    });
  const asking = (...all: object[]) =>
    pod("a", { containers: all.map((resources, i) => ({ name: `c${i}`, image: "x", resources })) });
  const resources = (...all: object[]) =>
    (withLimits(world().store, asking(...all))["spec"] as { containers: { resources: object }[] }).containers.map(
      (one) => one.resources,
    );
  const refuses = (...all: object[]) => refusal(() => withLimits(world().store, asking(...all))).message;

  it("fill in what a container leaves out; a bound without default is one", () => {
    range({ type: "Container", default: { cpu: "500m" }, defaultRequest: { cpu: "100m" }, max: { memory: "1Gi" } });
    expect(resources({})).to.deep.equal([
      { limits: { cpu: "500m", memory: "1Gi" }, requests: { cpu: "100m", memory: "1Gi" } },
    ]);
    expect(resources({ limits: { cpu: "200m" } })[0]).to.deep.include({ requests: { cpu: "200m", memory: "1Gi" } });
  });
  it("refuse less than the least and more than the most", () => {
    range({ type: "Container", min: { cpu: "100m" }, max: { cpu: "1" } });
    expect(refuses({ requests: { cpu: "50m" } })).to.include(
      "minimum cpu usage per Container is 100m, but request is 50m",
    );
    expect(refuses({ limits: { cpu: "2" } })).to.include("maximum cpu usage per Container is 1, but limit is 2");
  });
  it("count a pod's containers together", () => {
    range({ type: "Pod", max: { memory: "1Gi" } });
    const half = { limits: { memory: "600Mi" } };
    expect(refuses(half, half)).to.include("maximum memory usage per Pod is 1Gi, but limit is 1200Mi");
    expect(resources(half)).to.deep.equal([{ limits: { memory: "600Mi" }, requests: { memory: "600Mi" } }]);
  });
  it("leave a container without resources as it is where nothing is said", () => {
    expect(withLimits(world().store, pod("a"))).to.deep.equal(pod("a"));
  });
});
