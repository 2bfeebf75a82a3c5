import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Box, Group, TestPackage, Thing } from "../thing";

export const components: Behaviours = {
  "a component parents its children, and its type is in their URNs": async (h) => {
    const { changes } = await h.up(() => void new Thing("a", {}, { parent: new Box("box") }));
    expect(changes).to.deep.equal({ create: 3 });
    expect((await h.state("a"))?.urn).to.equal("urn:pulumi:test::conformance::test:index:Box$test:index:Thing::a");
    expect(await h.state("box")).to.deep.include({ custom: false, outputs: { name: "box" } });
  },
  "a remote component is constructed by its provider": async (h) => {
    const { changes } = await h.up(() => ({ size: new Group("g", { value: "x" }).childSize }));
    expect(changes).to.deep.equal({ create: 3 });
    expect((await h.state("g-child"))?.urn).to.include("test:index:Group$test:index:Thing");
    expect((await h.stack.outputs())["size"]?.value).to.equal(3);
    expect((await h.up(() => ({ size: new Group("g", { value: "x" }).childSize }))).changes).to.deep.equal({ same: 3 });
  },
  "the default provider is registered once and not counted": async (h) => {
    const { changes } = await h.up(() => void [new Thing("a"), new Thing("b")]);
    expect(changes).to.deep.equal({ create: 3 });
    const { resources = [] } = (await h.exported()).deployment;
    expect(
      resources
        .filter((resource) => resource.type === "pulumi:providers:test")
        .map((resource) => resource.urn.split("::").at(-1)),
    ).to.deep.equal(["default"]);
  },
  "an explicit provider is a resource, and serves those that name it": async (h) => {
    const { changes } = await h.up(
      () => void new Thing("a", {}, { provider: new TestPackage("mine", { region: "here" }) }),
    );
    expect(changes).to.deep.equal({ create: 3 });
    const provider = await h.state("mine");
    expect((await h.state("a"))?.provider).to.equal(`${provider?.urn}::${provider?.id}`);
    expect(provider?.inputs["region"]).to.equal("here");
  },
  "a component hands its providers down": async (h) => {
    await h.up(() => {
      const mine = new TestPackage("mine");
      new Thing("a", {}, { parent: new Box("box", { providers: [mine] }) });
    });
    expect((await h.state("a"))?.provider).to.include("::mine::");
  },
};
