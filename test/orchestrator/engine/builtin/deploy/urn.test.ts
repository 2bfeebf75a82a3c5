import { expect } from "chai";
import {
  makeUrn,
  nameOf,
  packageOf,
  parseReference,
  qualifiedType,
  typeOf,
  urnPattern,
  writeReference,
} from "../../../../../orchestrator/engine/builtin/deploy/urn";

describe("URNs", () => {
  const stack = makeUrn("dev", "shop", undefined, "pulumi:pulumi:Stack", "shop-dev");
  const box = makeUrn("dev", "shop", stack, "my:index:Box", "box");
  const thing = makeUrn("dev", "shop", box, "aws:s3/bucket:Bucket", "a::b");

  it("chain the types of parents but leave the root stack out", () => {
    expect(stack).to.equal("urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev");
    expect(box).to.equal("urn:pulumi:dev::shop::my:index:Box::box");
    expect(thing).to.equal("urn:pulumi:dev::shop::my:index:Box$aws:s3/bucket:Bucket::a::b");
  });

  it("are taken apart again, also when the name holds ::", () => {
    expect(qualifiedType(thing)).to.equal("my:index:Box$aws:s3/bucket:Bucket");
    expect(typeOf(thing)).to.equal("aws:s3/bucket:Bucket");
    expect(nameOf(thing)).to.equal("a::b");
    expect(packageOf(typeOf(thing))).to.equal("aws");
    expect(packageOf("pulumi:providers:aws")).to.equal("aws");
  });

  it("make provider references with an id at the end", () => {
    const reference = { urn: makeUrn("dev", "shop", stack, "pulumi:providers:aws", "p"), id: "some-id" };
    expect(parseReference(writeReference(reference))).to.deep.equal(reference);
  });

  it("match patterns: * stops at a colon, ** does not, everything else is literal", () => {
    expect(urnPattern("**Bucket::a::b")(thing)).to.equal(true);
    expect(urnPattern("urn:pulumi:*::shop::my:index:Box::*")(box)).to.equal(true);
    expect(urnPattern("urn:*::box")(box)).to.equal(false);
    expect(urnPattern("urn:pulumi:dev::shop::my.index.Box::*")(box)).to.equal(false);
    expect(urnPattern(box)(box)).to.equal(true);
  });
});
