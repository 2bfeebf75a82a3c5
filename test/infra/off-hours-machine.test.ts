import { expect } from "chai";
import { HOLD_TAG } from "../../infra/naming";
import { eveningMachine, LOOK_AGAIN_SECONDS, morningMachine } from "../../infra/off-hours-machine";
import { play, type Call } from "../support/state-machine";

const groups = [
  { name: "system", minimum: 3 },
  { name: "general", minimum: 5 },
];
const cluster = "slipway-staging";
const evening = eveningMachine({ cluster, groups, longestHours: 10 });
const EVENING = new Date("2026-11-24T19:00:00Z");

/** An account with a hold and instances; keeps what was asked of it. */
function account({ hold, instances = [] }: { hold?: string; instances?: string[] } = {}) {
  const calls: Call[] = [];
  const answer = (call: Call): unknown => {
    calls.push(call);
    if (call.action === "eks:describeCluster")
      return { Cluster: { Tags: { environment: "staging", ...(hold === undefined ? {} : { [HOLD_TAG]: hold }) } } };
    if (call.action === "ec2:describeInstances")
      return { Reservations: instances.map((InstanceId) => ({ Instances: [{ InstanceId }] })) };
    return {};
  };
  return { calls, answer };
}
const told = (calls: readonly Call[]) =>
  calls
    .filter(({ action }) => !action.includes("describe"))
    .map(({ action, parameters }) =>
      action === "ec2:terminateInstances"
        ? `terminate ${(parameters["InstanceIds"] as string[]).join(" ")}`
        : `${String(parameters["NodegroupName"])} ${JSON.stringify(parameters["ScalingConfig"])}`,
    );
const none = '{"MinSize":0,"DesiredSize":0}';

describe("the evening of an environment that rests [H4.3]", () => {
  it("takes away what carries Karpenter before all else, then the nodes it made", () => {
    const { calls, answer } = account({ instances: ["i-1", "i-2"] });
    expect(play(evening, answer, EVENING).ended).to.equal("Asleep");
    expect(told(calls)).to.deep.equal([`system ${none}`, `general ${none}`, "terminate i-1 i-2"]);
  });
  it("ends none but nodes that Karpenter made for this cluster", () => {
    const { calls, answer } = account();
    play(evening, answer, EVENING);
    const filters = calls.find(({ action }) => action === "ec2:describeInstances")?.parameters["Filters"];
    expect(filters).to.deep.include({ Name: "tag:kubernetes.io/cluster/slipway-staging", Values: ["owned"] });
    expect(filters).to.deep.include({ Name: "tag-key", Values: ["karpenter.sh/nodepool"] });
  });
  it("calls nothing to an end when Karpenter made no node", () => {
    const { calls, answer } = account();
    expect(play(evening, answer, EVENING).ended).to.equal("Asleep");
    expect(told(calls)).to.deep.equal([`system ${none}`, `general ${none}`]);
  });
  it("waits while a release or a test holds it, and begins when the hold ends", () => {
    const { calls, answer } = account({ hold: "2026-11-24T20:10:00Z" });
    const { ended, waited } = play(evening, answer, EVENING);
    expect(ended).to.equal("Asleep");
    expect(waited.filter((seconds) => seconds === LOOK_AGAIN_SECONDS)).to.have.length(5);
    expect(told(calls)).to.have.length(2);
  });
  it("gives the evening up when the hold reaches into the morning: nothing is taken away in working hours", () => {
    const { calls, answer } = account({ hold: "2026-11-26T12:00:00Z" });
    expect(play(evening, answer, EVENING).ended).to.equal("States.Timeout");
    expect(told(calls)).to.deep.equal([]);
  });
  it("is not held by a hold that has ended, nor by a text that is no time", () => {
    for (const hold of ["2026-11-24T18:00:00Z", "until Friday"]) {
      const { calls, answer } = account({ hold });
      expect(play(evening, answer, EVENING).ended, hold).to.equal("Asleep");
      expect(told(calls), hold).to.have.length(2);
    }
  });
});

describe("its morning [H4.3]", () => {
  it("brings every group back to what it is in working hours, in the order given", () => {
    const { calls, answer } = account();
    expect(play(morningMachine({ cluster, groups: groups.toReversed() }), answer, EVENING).ended).to.equal("Awake");
    expect(told(calls)).to.deep.equal([
      'general {"MinSize":5,"DesiredSize":5}',
      'system {"MinSize":3,"DesiredSize":3}',
    ]);
  });
});
