import { expect } from "chai";
import fc from "fast-check";
import { canonical, contentHash, digestOf, DIGEST } from "../../../orchestrator/promotion/canonical";

/** The double with these bits, as RFC 8785 Appendix B writes them. */
function double(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE();
}

describe("canonical JSON", () => {
  it("gives the sample of RFC 8785, 3.2.2 and 3.2.3", () => {
    const sample = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonical(JSON.parse(sample))).to.equal(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it("sorts members by UTF-16 code units, as the RFC's example does (3.2.3)", () => {
    const sample = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect([...canonical(sample).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)).to.deep.equal([
      "Carriage Return",
      "One",
      "Control",
      "Latin Small Letter O With Diaeresis",
      "Euro Sign",
      "Emoji: Grinning Face",
      "Hebrew Letter Dalet With Dagesh",
    ]);
  });

  for (const [bits, text] of [
    ["0000000000000000", "0"],
    ["8000000000000000", "0"],
    ["0000000000000001", "5e-324"],
    ["8000000000000001", "-5e-324"],
    ["7fefffffffffffff", "1.7976931348623157e+308"],
    ["ffefffffffffffff", "-1.7976931348623157e+308"],
    ["4340000000000000", "9007199254740992"],
    ["c340000000000000", "-9007199254740992"],
    ["4430000000000000", "295147905179352830000"],
    ["44b52d02c7e14af5", "9.999999999999997e+22"],
    ["44b52d02c7e14af6", "1e+23"],
    ["44b52d02c7e14af7", "1.0000000000000001e+23"],
    ["444b1ae4d6e2ef4e", "999999999999999700000"],
    ["444b1ae4d6e2ef4f", "999999999999999900000"],
    ["444b1ae4d6e2ef50", "1e+21"],
    ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
    ["3eb0c6f7a0b5ed8d", "0.000001"],
    ["41b3de4355555553", "333333333.3333332"],
    ["41b3de4355555554", "333333333.33333325"],
    ["41b3de4355555555", "333333333.3333333"],
    ["41b3de4355555556", "333333333.3333334"],
    ["41b3de4355555557", "333333333.33333343"],
    ["becbf647612f3696", "-0.0000033333333333333333"],
    ["43143ff3c1cb0959", "1424953923781206.2"],
  ] as const) {
    it(`writes the double ${bits} as ${text} (Appendix B)`, () => expect(canonical(double(bits))).to.equal(text));
  }

  it("refuses what JSON cannot say, naming the place", () => {
    expect(() => canonical({ a: [1, double("7fffffffffffffff")] })).to.throw(TypeError, "$.a[1]");
    expect(() => canonical(double("7ff0000000000000"))).to.throw(TypeError, "Infinity");
    expect(() => canonical({ name: "\ud800" })).to.throw(TypeError, "$.name holds a lone surrogate");
    expect(() => canonical({ "\udc00": 1 })).to.throw(TypeError, "a key of $ holds a lone surrogate");
    expect(() => canonical({ when: new Date(0) })).to.throw(TypeError, "$.when");
    expect(() => canonical({ gone: undefined })).to.throw(TypeError, "$.gone");
    expect(() => canonical(1n)).to.throw(TypeError, "bigint");
  });

  it("says the same data: what is read back is what went in", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(JSON.parse(canonical(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it("gives one text whatever order the members were written in", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue()), (value) => {
        const backwards = Object.fromEntries(Object.entries(value).toReversed());
        expect(canonical(backwards)).to.equal(canonical(value));
        expect(contentHash(backwards)).to.equal(contentHash(value));
      }),
    );
  });

  it("gives different data different texts", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        // Through JSON, which knows no negative zero.
        const same = JSON.stringify(JSON.parse(canonical(a))) === JSON.stringify(JSON.parse(canonical(b)));
        expect(canonical(a) === canonical(b)).to.equal(same);
      }),
    );
  });

  it("names data by SHA-256", () => {
    // NIST's example of one block (FIPS 180).
    expect(digestOf("abc")).to.equal("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(contentHash({})).to.match(DIGEST);
  });
});
