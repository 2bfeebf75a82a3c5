/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import { expect } from "chai";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import {
  readGoal,
  readTransformed,
  writeAlias,
  writeRegistered,
  writeTransformRequest,
} from "../../../../../orchestrator/engine/builtin/deploy/requests";
import { UNKNOWN } from "../../../../../orchestrator/engine/builtin/model";
import { fromStruct, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER } from "../../../../support/deployments";
import { urnOf } from "../../../../support/states";

const messages = require("@pulumi/pulumi/proto/resource_pb") as any;

/** A goal that says something about everything a transform may see. */
const full: Goal = {
  ...emptyGoal("x:y:Thing", "a"),
  parent: urnOf("box", "x:y:Box"),
  properties: { size: 1, password: secret("hush"), later: UNKNOWN },
  dependencies: [urnOf("b")],
  propertyDependencies: { size: [urnOf("b")], password: [], later: [] },
  provider: PROVIDER,
  providers: { x: PROVIDER },
  version: "1.2.3",
  protect: false,
  retainOnDelete: true,
  deleteBeforeReplace: false,
  ignoreChanges: ["size"],
  replaceOnChanges: ["*"],
  additionalSecretOutputs: ["token"],
  hideDiffs: ["size"],
  aliases: [{ urn: urnOf("was") }, { name: "former", type: "", stack: "", project: "", noParent: true }],
  importId: "i-1",
  customTimeouts: { create: 90, update: 0, delete: 0.5 },
  deletedWith: urnOf("host"),
  replaceWith: [urnOf("twin")],
  replacementTrigger: "v2",
};

/** What a transform that changes nothing answers. */
function echo(goal: Goal, change: (reply: any) => void = () => undefined): any {
  const asked = writeTransformRequest(goal);
  const reply = new messages.TransformResponse();
  reply.setProperties(asked.getProperties());
  reply.setOptions(asked.getOptions());
  change(reply);
  return messages.TransformResponse.deserializeBinary(reply.serializeBinary());
}

describe("requests of a program", () => {
  const register = (change: (request: any) => void = () => undefined) => {
    const request = new messages.RegisterResourceRequest();
    request.setType("x:y:Thing");
    request.setName("a");
    change(request);
    return readGoal(messages.RegisterResourceRequest.deserializeBinary(request.serializeBinary()));
  };

  it("that say nothing leave every option open: false is not the same as unsaid", () => {
    const goal = register();
    expect(goal).to.deep.include({ protect: undefined, retainOnDelete: undefined, deleteBeforeReplace: undefined });
    expect(goal).to.deep.include({ parent: undefined, provider: undefined, version: undefined, customTimeouts: {} });
    const said = register((request) => {
      request.setProtect(false);
      request.setRetainondelete(false);
      request.setDeletebeforereplacedefined(true);
    });
    expect(said).to.deep.include({ protect: false, retainOnDelete: false, deleteBeforeReplace: false });
  });

  it("keep secrets and unknowns as they travel", () => {
    const properties = { password: secret("hush"), later: UNKNOWN, list: [null, { a: true }] };
    expect(register((request) => request.setObject(toStruct(properties))).properties).to.deep.equal(properties);
  });

  it("give timeouts in seconds, and refuse one that is no duration", () => {
    const timed = (create: string) =>
      register((request) => {
        const timeouts = new messages.RegisterResourceRequest.CustomTimeouts();
        timeouts.setCreate(create);
        request.setCustomtimeouts(timeouts);
      }).customTimeouts;
    expect(timed("1h2m3.5s")).to.deep.equal({ create: 3723.5, update: 0, delete: 0 });
    expect(() => timed("soon")).to.throw('invalid duration "soon"');
  });

  it("name former places by URN or by what was different", () => {
    const { aliases } = register((request) => {
      request.setAliasurnsList([urnOf("old")]);
      request.setAliasesList([
        writeAlias({ name: "was", type: "x:y:Old", parentUrn: urnOf("box") }),
        writeAlias({ noParent: true }),
      ]);
    });
    const blank = { name: "", type: "", stack: "", project: "" };
    expect(aliases).to.deep.equal([
      { urn: urnOf("old") },
      { ...blank, name: "was", type: "x:y:Old", noParent: false, parentUrn: urnOf("box") },
      { ...blank, noParent: true },
    ]);
  });
});

describe("what a program is told of its resource", () => {
  it("is the URN, id, outputs with their secrets, and what remote outputs were made of", () => {
    const reply = writeRegistered({
      urn: urnOf("a"),
      id: "i-1",
      outputs: { password: secret("hush") },
      result: "skip",
      unknown: true,
      outputDependencies: { password: [urnOf("b")] },
    });
    expect([reply.getUrn(), reply.getId(), reply.getResult(), reply.getUnknown()]).to.deep.equal([
      urnOf("a"),
      "i-1",
      2,
      true,
    ]);
    expect(fromStruct(reply.getObject())).to.deep.equal({ password: secret("hush") });
    expect(reply.getPropertydependenciesMap().get("password").getUrnsList()).to.deep.equal([urnOf("b")]);
  });
});

describe("a goal that goes through a transform", () => {
  it("comes back whole from one that changes nothing", () => {
    expect(readTransformed(full, echo(full))).to.deep.equal(full);
    const bare = { ...emptyGoal("x:y:Thing", "a"), customTimeouts: { create: 0, update: 0, delete: 0 } };
    expect(readTransformed(bare, echo(bare))).to.deep.equal(bare);
  });

  it("keeps what inputs were made of, and says that added inputs were made of nothing known", () => {
    const reply = echo(full, (answer) => answer.setProperties(toStruct({ size: 2, tag: "x" })));
    const { properties, propertyDependencies } = readTransformed(full, reply);
    expect(properties).to.deep.equal({ size: 2, tag: "x" });
    expect(propertyDependencies).to.deep.equal({ size: [urnOf("b")], tag: [] });
  });

  it("keeps its options when the transform answers with properties only", () => {
    const reply = echo(full, (answer) => answer.clearOptions());
    expect(readTransformed(full, reply)).to.deep.equal(full);
  });
});
