import { expect } from "chai";
import { possibleUrns } from "../../../../../orchestrator/engine/builtin/deploy/aliases";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { makeUrn } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import { staged } from "../../../../support/deployments";
import { urnOf } from "../../../../support/states";

const ROOT = urnOf("proj-dev", "pulumi:pulumi:Stack");

describe("aliases of a resource", () => {
  const goal = (rest: Partial<Goal> = {}): Goal => ({ ...emptyGoal("x:y:Thing", "a"), parent: ROOT, ...rest });
  const found = (wanted: Goal, aliasesOf: Record<string, string[]> = {}) => {
    const { deployment } = staged();
    Object.entries(aliasesOf).forEach(([urn, former]) => deployment.aliasesOf.set(urn, former));
    return possibleUrns(deployment, wanted, makeUrn("dev", "proj", wanted.parent, wanted.type, wanted.name));
  };

  it("are none without any: it is looked for under its own URN only", () => {
    expect(found(goal())).to.deep.equal([urnOf("a")]);
  });

  it("come after its own URN, and take from the goal what they do not say", () => {
    const aliases = [{ name: "was" }, { type: "x:y:Old" }, { stack: "prod" }, { project: "other" }];
    expect(found(goal({ aliases }))).to.deep.equal([
      urnOf("a"),
      urnOf("was"),
      urnOf("a", "x:y:Old"),
      "urn:pulumi:prod::proj::x:y:Thing::a",
      "urn:pulumi:dev::other::x:y:Thing::a",
    ]);
  });

  it("as whole URNs are taken as they are, each once", () => {
    const urn = "urn:pulumi:prod::other::z:z:Z::z";
    expect(found(goal({ aliases: [{ urn }, { urn }, { urn: urnOf("a") }] }))).to.deep.equal([urnOf("a"), urn]);
  });

  it("tell a former parent from no parent at all", () => {
    const box = urnOf("box", "x:y:Box");
    const [own, moved, freed, ...rest] = found(
      goal({ parent: box, aliases: [{ parentUrn: urnOf("crate", "x:y:Crate") }, { noParent: true }, {}] }),
    );
    expect([own, moved, freed, ...rest]).to.deep.equal([
      urnOf("a", "x:y:Box$x:y:Thing"),
      urnOf("a", "x:y:Crate$x:y:Thing"),
      urnOf("a"),
    ]);
  });

  it("follow a renamed parent into its former type chain, for every name the child may have had", () => {
    const box = urnOf("box", "x:y:Box");
    const urns = found(goal({ parent: box, aliases: [{ name: "was" }] }), { [box]: [urnOf("box", "x:y:Crate")] });
    expect(urns).to.include.members([urnOf("a", "x:y:Crate$x:y:Thing"), urnOf("was", "x:y:Crate$x:y:Thing")]);
  });

  it("carry the parent's former name over to a child that is named after it", () => {
    const box = urnOf("newapp", "x:y:Box");
    const former = { [box]: [urnOf("app", "x:y:Box")] };
    expect(found(goal({ name: "newapp-function", parent: box }), former)).to.include(
      urnOf("app-function", "x:y:Box$x:y:Thing"),
    );
    expect(found(goal({ name: "function", parent: box }), former)).to.include(urnOf("function", "x:y:Box$x:y:Thing"));
  });
});
