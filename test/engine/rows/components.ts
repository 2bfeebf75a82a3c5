import * as pulumi from "@pulumi/pulumi";
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
  "a transform on a remote component reaches the children its provider registers": async (h) => {
    const louder: pulumi.ResourceTransform = ({ type, props, opts }) =>
      type === "test:index:Thing" ? { props: { ...props, value: "loud" }, opts } : undefined;
    await h.up(() => void [new Group("g", { value: "x" }, { transforms: [louder] }), new Group("h", { value: "x" })]);
    expect((await h.state("g-child"))?.inputs["value"]).to.equal("loud");
    expect((await h.state("h-child"))?.inputs["value"]).to.equal("x");
  },
  "a transform leaves unknowns unknown and secrets secret, deep inside an input too": async (h) => {
    const same: pulumi.ResourceTransform = ({ props, opts }) => ({ props: { ...props, identity: "i" }, opts });
    const program = () => {
      const first = new Thing("first", { value: "x" });
      new Thing("second", { value: { deep: [first.size] } }, { transforms: [same] });
      new Thing("third", { value: { deep: pulumi.secret("s3cret") } }, { transforms: [same] });
    };
    const planned = await h.preview(program);
    const second = planned.events.find(({ resourcePreEvent: event }) => event?.metadata.urn.endsWith("::second"));
    expect(second?.resourcePreEvent?.metadata.new?.inputs).to.deep.equal({
      identity: "i",
      value: { deep: ["04da6b54-80e4-46f7-96ec-b56ff0331ba9"] },
    });
    expect((await h.up(program)).error).to.equal("");
    expect((await h.state("third"))?.inputs["identity"]).to.equal("i");
    expect((await h.state("third"))?.inputs["value"]).to.deep.include({ plaintext: '{"deep":"s3cret"}' });
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
