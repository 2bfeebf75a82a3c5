import { expect } from "chai";
import { watchSchema } from "../../../../orchestrator/promotion/watch/settings";

describe("what the rules say of a watch", () => {
  it("is 30 minutes, a look a minute, unless they say otherwise [D6.1]", () => {
    expect(watchSchema.parse({ namespaces: ["production"] })).to.deep.equal({
      namespaces: ["production"],
      minutes: 30,
      everySeconds: 60,
    });
  });
  for (const [what, given] of [
    ["no namespace", { namespaces: [] }],
    ["a namespace that would be another query", { namespaces: ['a"} or up'] }],
    ["a watch of no length", { namespaces: ["a"], minutes: 0 }],
    ["an address of a file", { namespaces: ["a"], prometheus: "file:///etc/passwd" }],
    ["a misspelt key", { namespaces: ["a"], minuts: 5 }],
  ] as const) {
    it(`refuses ${what}`, () => expect(watchSchema.safeParse(given).success).to.equal(false));
  }
});
