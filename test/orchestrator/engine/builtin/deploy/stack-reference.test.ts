import { expect } from "chai";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { StepFailed } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import { readStack, STACK_REFERENCE } from "../../../../../orchestrator/engine/builtin/deploy/stack-reference";
import { UNKNOWN, type Json } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { staged } from "../../../../support/deployments";
import { urnOf } from "../../../../support/states";

const URN = urnOf("ref", STACK_REFERENCE);

describe("a reference to a stack", () => {
  const outputs = { url: "u", token: secret("hush") };
  const stage = () =>
    staged({
      stackOutputs: (name) =>
        name === "prod"
          ? Promise.resolve({ outputs, secretOutputNames: ["token"] })
          : name === "nowhere"
            ? Promise.resolve(undefined)
            : Promise.reject(new Error(`unexpected stack ${name}`)),
    });
  const read = ({ deployment }: ReturnType<typeof stage>, name: Json) =>
    readStack(deployment, { ...emptyGoal(STACK_REFERENCE, "ref"), properties: { name } }, URN, undefined);

  it("reads its outputs with their secrets, and is no resource of this stack", async () => {
    const world = stage();
    expect(await read(world, "prod")).to.deep.include({
      id: "prod",
      external: true,
      outputs: { name: "prod", outputs, secretOutputNames: ["token"] },
    });
    expect(world.finished()).to.deep.equal(["read ref"]);
    expect(world.writer.log).to.deep.equal(["put ref"]);
  });

  it("takes the place of what it read before", async () => {
    const world = stage();
    const old = await read(world, "prod");
    const again = staged({
      resources: [old],
      stackOutputs: () => Promise.resolve({ outputs: {}, secretOutputNames: [] }),
    });
    await readStack(again.deployment, { ...emptyGoal(STACK_REFERENCE, "ref"), properties: { name: "prod" } }, URN, old);
    expect(again.deployment.snapshot.current().resources.map((state) => state.outputs["outputs"])).to.deep.equal([{}]);
    expect(again.deployment.events.changes).to.deep.equal({});
  });

  it("that is not there, or has no name, fails by name", async () => {
    for (const name of ["nowhere", 7] as const) {
      const world = stage();
      expect(await read(world, name).catch((reason: unknown) => reason)).to.be.instanceOf(StepFailed);
      expect(world.errors()).to.deep.equal([`unknown stack ${JSON.stringify(name)}`]);
    }
  });

  it("whose name is not known yet asks nobody", async () => {
    expect((await read(stage(), UNKNOWN)).outputs).to.deep.equal({ name: UNKNOWN, outputs: {}, secretOutputNames: [] });
  });
});
