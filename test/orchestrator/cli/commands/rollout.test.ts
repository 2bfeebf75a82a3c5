import { existsSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { rollout } from "../../../../orchestrator/cli/commands/rollout";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";
import { refusal } from "../../../support/refusal";
import { invocation, options } from "../fixture";

describe("commands that change something", () => {
  const folder = useFolder();
  const state = () => path.join(folder(), "state");

  it("ask before destroying, and off a terminal refuse, with nothing touched", async () => {
    const { invocation: made } = invocation(root);
    const error = await refusal(() => rollout("destroy")(options(state()), made));
    expect(error).to.include({ code: "confirmation-needed", kind: "usage" });
    expect(error.message).to.include("destroy dev on target rehearsal");
    expect(error.fix).to.include("--yes");
    expect(existsSync(state())).to.equal(false);
  });
  it("go on only by a yes", async () => {
    const { invocation: made } = invocation(root, { tty: true });
    // The input ends without an answer.
    const error = await refusal(() => rollout("destroy")(options(state()), made));
    expect(error).to.include({ code: "not-confirmed", kind: "refused" });
    expect(existsSync(state())).to.equal(false);
  });
  it("do not ask before they only look, and leave no listener for signals behind", async () => {
    const before = process.listenerCount("SIGINT");
    const { invocation: made } = invocation(folder());
    const error = await rollout("verify")(options(state()), made).catch((reason: Error) => reason);
    expect(process.listenerCount("SIGINT")).to.equal(before);
    expect(error).to.not.have.property("code", "confirmation-needed");
  });
});
