import { expect } from "chai";
import type { CheckContext } from "../../../orchestrator/checks/check";
import { diagnosis, each, examine, outside, traffic } from "../../../orchestrator/checks/finding";

const promised = { requirement: "A1.4", title: "all is well" };

describe("findings", () => {
  it("pass only when something was looked at and nothing was wrong", async () => {
    const finding = await examine(promised, () => Promise.resolve({ looked: 2, wrong: [], detail: "two" }));
    expect(finding).to.deep.equal({ ...promised, verdict: "passed", detail: "two", subjects: [] });
  });
  it("that rest on AWS, traffic or operators claim no more than AWS does, whatever the cluster is", async () => {
    const context = { clients: { proof: { aws: "stand-in", kubernetes: "real control plane" } } } as CheckContext;
    const look = () => Promise.resolve({ looked: 1, wrong: [], detail: "one" });
    expect((await outside(context, examine(promised, look))).proof).to.equal("stand-in");
    expect((await traffic(context, examine(promised, look))).proof).to.equal("computed");
    const cloud = { clients: { proof: { aws: "real cloud", kubernetes: "real cloud" } } } as CheckContext;
    expect((await traffic(cloud, examine(promised, look))).proof).to.equal("real cloud");
  });
  it("are inconclusive when there was nothing to look at: missing data is never a pass", async () => {
    expect((await examine(promised, () => Promise.resolve({ looked: 0, wrong: [], detail: "" }))).verdict).to.equal(
      "inconclusive",
    );
  });
  it("fail with every offender and its reason", async () => {
    const wrong = [
      { subject: "a", reason: "is red" },
      { subject: "b", reason: "is blue" },
    ];
    const finding = await examine(promised, () => Promise.resolve({ looked: 2, wrong, detail: "" }));
    expect(finding).to.deep.include({ verdict: "failed", detail: "a: is red; b: is blue", subjects: ["a", "b"] });
  });
  it("are errored, with the text, when the world could not be asked", async () => {
    expect(await examine(promised, () => Promise.reject(new Error("no route to host")))).to.deep.include({
      verdict: "errored",
      detail: "no route to host",
    });
  });
  it("judges each item and keeps those with a reason", () => {
    expect(each([1, 2, 3], String, (n) => (n > 1 ? "too big" : undefined))).to.deep.equal([
      { subject: "2", reason: "too big" },
      { subject: "3", reason: "too big" },
    ]);
  });
  it("make no diagnosis without a subject", () => {
    expect(diagnosis("A1.5", "cause", "fix", [])).to.deep.equal([]);
    expect(diagnosis("A1.5", "cause", "fix", ["x"])).to.have.length(1);
  });
});
