import { expect } from "chai";
import { up } from "../../../../orchestrator/rollout/steps/up";
import { refusal } from "../../../support/refusal";
import { cluster, network, stepContext } from "./fixture";

describe("building a phase", () => {
  it("builds it and nothing else, and says what proves it", async () => {
    const { context, stack } = stepContext();
    expect(await up(context, network)).to.deep.equal({
      status: "succeeded",
      proof: "stand-in",
      changes: { create: 1 },
      notes: [],
    });
    expect(stack.calls).to.deep.equal(["up Network"]);
  });
  it("is proven by the real cloud on the real target", async () => {
    const { context } = stepContext({ target: "aws" });
    expect((await up(context, network)).proof).to.equal("real cloud");
  });
  it("does not begin before the phases it stands on, and says where to start", async () => {
    const { context, stack } = stepContext();
    expect(await up(context, cluster)).to.deep.include({
      status: "failed",
      kind: "usage",
      reason: "dev: phase 1 (network and IAM) must stand before phase 2",
      fix: "start with --from 1",
    });
    expect(stack.calls).to.deep.equal([]);
  });
  it("goes on where the earlier phases stand", async () => {
    const { context, build } = stepContext();
    build(network);
    expect((await up(context, cluster)).status).to.equal("succeeded");
  });
  it("declares what comes later only where some of it stands", async () => {
    const { context, stack, build } = stepContext();
    await up(context, network);
    build(cluster);
    await up(context, network);
    expect(stack.declared).to.deep.equal([1, "all"]);
  });
  it("never asks for a phase of which the preview planned nothing", async () => {
    const { context, stack } = stepContext({ planned: { Network: 3 } });
    expect((await refusal(() => up(context, cluster))).code).to.equal("target-matches-nothing");
    expect(stack.calls).to.deep.equal([]);
  });
  it("[A10.6] asks the phase's check before it changes what stands, and makes no change that is refused", async () => {
    const words = { reason: "too much at once", fix: "less" };
    const check = { verify: () => Promise.resolve([]), diagnose: () => Promise.resolve([]) };
    const { context, stack, build } = stepContext({
      checkOf: () => Promise.resolve({ ...check, admit: () => Promise.resolve(words) }),
      clientsFor: () => Promise.resolve({} as never),
      config: {} as never,
      waitUntil: ({ attempt }) => attempt(),
    });
    expect((await up(context, network)).status, "nothing stands").to.equal("succeeded");
    build(network);
    expect(await up(context, network)).to.deep.equal({ status: "failed", kind: "refused", ...words });
    expect(stack.calls).to.deep.equal(["up Network"]);
  });
  it("passes on why it failed", async () => {
    const { context, stack } = stepContext();
    stack.upResult = { result: "failed", failures: [{ urn: "urn:a", message: "VpcLimitExceeded" }] };
    const ended = await up(context, network);
    expect(ended).to.include({ status: "failed", kind: "engine" });
    expect(ended.reason).to.include("building network and IAM of dev failed");
    expect(ended.failures?.[0]?.message).to.equal("VpcLimitExceeded");
  });
});
