import { expect } from "chai";
import { crowded } from "../../../../orchestrator/sandbox/cluster/spread";
import { node, pod, useWorld } from "./fixture";

const ZONE = "topology.kubernetes.io/zone";
const selector = { matchLabels: { app: "db" } };
const labelled = (name: string, spec: object) => ({
  ...pod(name, spec),
  metadata: { ...pod(name, spec).metadata, labels: { app: "db" } },
});
const inZone = (name: string, zone: string) => {
  const one = node(name);
  return { ...one, metadata: { ...one.metadata, labels: { ...one.metadata.labels, [ZONE]: zone } } };
};
const spread = {
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: ZONE, whenUnsatisfiable: "DoNotSchedule", labelSelector: selector },
  ],
};
const alone = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: ZONE, labelSelector: selector }],
    },
  },
};

describe("hard rules of spreading in the embedded cluster", () => {
  const world = useWorld();
  const nodes = () => ["a", "b"].map((name) => inZone(name, `zone-${name}`));
  const refused = (spec: object) =>
    nodes().map((one) => crowded(world().store, one as never, labelled("new", spec) as never));
  beforeEach(() => nodes().forEach((one) => world().put(one as never)));

  it("keeps a zone from getting ahead of the emptiest by more than the skew", () => {
    expect(refused(spread)).to.deep.equal([undefined, undefined]);
    world().put(labelled("old", { nodeName: "a" }) as never);
    expect(refused(spread)).to.deep.equal(["node(s) didn't match pod topology spread constraints", undefined]);
  });
  it("keeps pods that repel one another out of one zone", () => {
    world().put(labelled("old", { nodeName: "b" }) as never);
    expect(refused(alone)).to.deep.equal([undefined, "node(s) didn't match pod anti-affinity rules"]);
  });
  it("counts neither pods of others nor rules that are only wishes", () => {
    world().put(pod("other", { nodeName: "a" }));
    world().put(labelled("old", { nodeName: "b" }) as never);
    const wish = {
      topologySpreadConstraints: [{ ...spread.topologySpreadConstraints[0], whenUnsatisfiable: "ScheduleAnyway" }],
    };
    expect(refused(wish)).to.deep.equal([undefined, undefined]);
  });
});
