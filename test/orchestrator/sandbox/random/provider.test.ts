import { expect } from "chai";
import { UNKNOWN } from "../../../../orchestrator/engine/builtin/model";
import { createRandomStandIn } from "../../../../orchestrator/sandbox/random/provider";
import type { Properties, ResourceCall } from "../../../../orchestrator/sandbox/provider/serve";

const provider = createRandomStandIn();
const typed = (kind: string) => `random:index/${kind.charAt(0).toLowerCase()}${kind.slice(1)}:${kind}`;
const call = (kind: string): ResourceCall => ({
  urn: `urn:pulumi:s::p::${typed(kind)}::x`,
  type: typed(kind),
  name: "x",
  peer: "p",
});
const make = async (kind: string, inputs: Properties) => provider.create(call(kind), inputs, false);
const text = (value: unknown): string => value as string;

describe("the random provider", () => {
  it("draws another value each time", async () => {
    const values = await Promise.all(Array.from({ length: 20 }, () => make("RandomId", { byteLength: 8 })));
    expect(new Set(values.map(({ id }) => id)).size).to.equal(20);
  });

  it("writes the same bytes in every form of a RandomId", async () => {
    const { id, outputs } = await make("RandomId", { byteLength: 6, prefix: "p-" });
    const bytes = Buffer.from(id, "base64url");
    expect(bytes).to.have.length(6);
    expect(outputs["hex"]).to.equal(`p-${bytes.toString("hex")}`);
    expect(outputs["b64Std"]).to.equal(`p-${bytes.toString("base64")}`);
    expect(outputs["b64Url"]).to.equal(`p-${id}`);
    expect(outputs["dec"]).to.equal(`p-${BigInt(`0x${bytes.toString("hex")}`)}`);
  });

  it("keeps to length, classes and minimum counts", async () => {
    const { outputs } = await make("RandomPassword", { length: 24, special: false, minNumeric: 5, minUpper: 3 });
    const result = text(outputs["result"]);
    expect(result).to.match(/^[A-Za-z0-9]{24}$/);
    expect(result.replace(/\D/g, "").length).to.be.at.least(5);
    expect(result.replace(/[^A-Z]/g, "").length).to.be.at.least(3);
    const own = await make("RandomString", {
      length: 12,
      lower: false,
      upper: false,
      numeric: false,
      overrideSpecial: "_",
    });
    expect(own.outputs["result"]).to.equal("_".repeat(12));
  });

  it("stays inside the bounds of an integer, bounds included", async () => {
    const values = await Promise.all(Array.from({ length: 60 }, () => make("RandomInteger", { min: 3, max: 5 })));
    expect(new Set(values.map(({ outputs }) => outputs["result"]))).to.deep.equal(new Set([3, 4, 5]));
  });

  it("shuffles without loss, and gives as many as asked", async () => {
    const { outputs } = await make("RandomShuffle", { inputs: ["a", "b", "c"] });
    expect(outputs["results"]).to.have.members(["a", "b", "c"]);
    expect((await make("RandomShuffle", { inputs: ["a", "b"], resultCount: 5 })).outputs["results"]).to.have.length(5);
  });

  it("makes names and UUIDs of their form", async () => {
    expect((await make("RandomPet", { length: 3, separator: "_", prefix: "my" })).id).to.match(
      /^my_[a-z]+_[a-z]+_[a-z]+$/,
    );
    expect((await make("RandomUuid", {})).id).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect((await make("RandomUuid7", {})).id).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it("keeps a value while the inputs stay, and replaces it when a keeper changes", async () => {
    const diff = (olds: Properties, news: Properties) =>
      provider.diff?.(call("RandomId"), { id: "x", inputs: olds, outputs: {} }, news);
    expect(await diff({ byteLength: 4, keepers: { a: "1" } }, { byteLength: 4, keepers: { a: "1" } })).to.deep.include({
      changes: false,
    });
    expect(await diff({ byteLength: 4, keepers: { a: "1" } }, { byteLength: 4, keepers: { a: "2" } })).to.deep.include({
      changes: true,
      replaces: ["keepers"],
    });
  });

  it("knows nothing in a preview", async () => {
    expect((await provider.create(call("RandomPassword"), { length: 8 }, true)).outputs).to.deep.equal({
      length: 8,
      result: UNKNOWN,
    });
  });

  it("marks passwords and bytes secret, and strings not", () => {
    expect(provider.secretOutputs?.(typed("RandomPassword"))).to.deep.equal(["result"]);
    expect(provider.secretOutputs?.(typed("RandomBytes"))).to.deep.equal(["base64", "hex"]);
    expect(provider.secretOutputs?.(typed("RandomString"))).to.deep.equal([]);
  });

  it("takes up existing values, and says which it cannot", async () => {
    const { id, outputs } = await make("RandomId", { byteLength: 4 });
    const read = await provider.read?.(call("RandomId"), id, {}, {});
    expect(read?.outputs["hex"]).to.equal(outputs["hex"]);
    const error = await provider.read?.(call("RandomPet"), "a-b", {}, {}).catch((reason: Error) => reason);
    expect((error as Error).message).to.contain("cannot be imported");
  });

  const mistakes: { title: string; kind: string; inputs: Properties; property: string; reason: RegExp }[] = [
    { title: "a missing length", kind: "RandomString", inputs: {}, property: "length", reason: /required/ },
    {
      title: "a length of nothing",
      kind: "RandomPassword",
      inputs: { length: 0 },
      property: "length",
      reason: /at least 1/,
    },
    {
      title: "minimums beyond the length",
      kind: "RandomPassword",
      inputs: { length: 4, minUpper: 5 },
      property: "length",
      reason: /more than the length/,
    },
    {
      title: "no class of characters at all",
      kind: "RandomString",
      inputs: { length: 4, lower: false, upper: false, numeric: false, special: false },
      property: "length",
      reason: /at least one/,
    },
    {
      title: "bounds the wrong way round",
      kind: "RandomInteger",
      inputs: { min: 5, max: 1 },
      property: "min",
      reason: /smaller than or equal/,
    },
    {
      title: "a seed",
      kind: "RandomInteger",
      inputs: { min: 1, max: 5, seed: "s" },
      property: "seed",
      reason: /cannot reproduce a seed/,
    },
  ];
  for (const { title, kind, inputs, property, reason } of mistakes)
    it(`refuses ${title}`, async () => {
      const checked = await provider.check?.(call(kind), undefined, inputs);
      expect(checked?.failures?.[0]?.property).to.equal(property);
      expect(checked?.failures?.[0]?.reason).to.match(reason);
    });

  it("refuses a resource it does not have, by name", () => {
    expect(() => provider.check?.(call("RandomThing"), undefined, {})).to.throw(
      /no resource random:index\/randomThing:RandomThing; it has RandomId/,
    );
  });
});
