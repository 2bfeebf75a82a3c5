import { expect } from "chai";
import type { AwsReader } from "../../../../orchestrator/checks/aws/reader";
import { perform } from "../../../../orchestrator/rollout/steps";
import type { Step, StepKind } from "../../../../orchestrator/rollout/step";
import { strict } from "../../../support/rollout";
import { network, stepContext } from "./fixture";

const step = (kind: StepKind, phase = true): Step => ({
  id: `dev/${kind}`,
  environment: "dev",
  kind,
  title: kind,
  ...(phase && { phase: network }),
});

describe("doing one step", () => {
  for (const [kind, call] of [
    ["up", "up Network"],
    ["destroy", "destroy Network"],
    ["remove", "destroy all"],
  ] as const)
    it(`does what "${kind}" says`, async () => {
      const { context, stack, build } = stepContext();
      if (kind === "destroy") build(network);
      expect((await perform(step(kind), context)).status).to.equal("succeeded");
      expect(stack.calls[0]).to.equal(call);
    });
  it("looks and touches nothing when it is to look", async () => {
    const aws = strict<AwsReader>("aws", { tagged: () => Promise.resolve([]) });
    const { context, stack } = stepContext({ aws, preflight: () => Promise.resolve([]) });
    for (const kind of ["preflight", "sweep"] as const)
      expect((await perform(step(kind, false), context)).status, kind).to.equal("succeeded");
    expect(stack.calls).to.deep.equal([]);
  });
  it("cannot build without a phase to build", async () => {
    const { context } = stepContext();
    const error = await Promise.resolve()
      .then(() => perform(step("up", false), context))
      .catch((reason: Error) => reason);
    expect(error).to.have.property("message", "step dev/up has no phase");
  });
});
