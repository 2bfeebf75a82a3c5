import { expect } from "chai";
import { needs, Targets } from "../../../../../orchestrator/engine/builtin/deploy/targets";
import type { OperationOptions } from "../../../../../orchestrator/engine/builtin/model";
import { plainOptions } from "../../../../support/deployments";

const options = (given: Partial<OperationOptions>): OperationOptions => ({ ...plainOptions, ...given });
const urn = (name: string, type = "t:i:T") => `urn:pulumi:dev::p::${type}::${name}`;
const stack = urn("p-dev", "pulumi:pulumi:Stack");

describe("targets", () => {
  it("leave everything in when none is named", () => {
    const targets = new Targets(options({}));
    expect(targets.constrained).to.equal(false);
    expect(targets.includes(urn("a"))).to.equal(true);
    expect(targets.deletes(stack, () => [])).to.equal(true);
  });

  it("leave in what is named, and the root stack, which is never deleted by another's name", () => {
    const targets = new Targets(options({ targets: [urn("a")] }));
    expect(targets.includes(urn("a"))).to.equal(true);
    expect(targets.includes(urn("b"))).to.equal(false);
    expect(targets.includes(stack)).to.equal(true);
    expect(targets.deletes(stack, () => [])).to.equal(false);
  });

  it("draw dependents in, over several steps, only when asked to", () => {
    const drawn = new Targets(options({ targets: [urn("a")], targetDependents: true }));
    drawn.includes(urn("a"));
    expect(drawn.includes(urn("b"), () => [urn("a")])).to.equal(true);
    expect(drawn.includes(urn("c"), () => [urn("b")])).to.equal(true);
    const plain = new Targets(options({ targets: [urn("a")] }));
    plain.includes(urn("a"));
    expect(plain.includes(urn("b"), () => [urn("a")])).to.equal(false);
  });

  it("leave out what is excluded, with its dependents when asked to", () => {
    const targets = new Targets(options({ excludes: [urn("a")], excludeDependents: true }));
    expect(targets.includes(urn("a"))).to.equal(false);
    expect(targets.includes(urn("b"), () => [urn("a")])).to.equal(false);
    expect(targets.includes(urn("c"))).to.equal(true);
  });

  it("name literal targets that nothing met, patterns never", () => {
    const targets = new Targets(options({ targets: [urn("a"), urn("typo"), "**::none"] }));
    targets.includes(urn("a"));
    expect(targets.unknownTargets()).to.deep.equal([urn("typo")]);
  });

  it("refuse targets together with excludes", () => {
    expect(() => new Targets(options({ targets: [urn("a")], excludes: [urn("b")] }))).to.throw(
      "--target and --exclude",
    );
  });

  it("know everything a state stands on, each once", () => {
    const state = {
      urn: urn("x"),
      custom: true,
      type: "t:i:T",
      inputs: {},
      outputs: {},
      parent: urn("box"),
      provider: `${urn("p", "pulumi:providers:t")}::id`,
      dependencies: [urn("a")],
      propertyDependencies: { v: [urn("a"), urn("b")] },
      deletedWith: urn("host"),
    };
    expect(needs(state)).to.have.members([urn("a"), urn("b"), urn("box"), urn("host"), urn("p", "pulumi:providers:t")]);
  });
});
