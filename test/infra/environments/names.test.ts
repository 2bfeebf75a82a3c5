import { expect } from "chai";
import { imageTag, listenersOf, namesOf } from "../../../infra/environments/names";
import { imageOf } from "../../support/environments";

describe("names of environments", () => {
  it("[C2.2] a preview's namespace, host and address come of one function", () => {
    expect(namesOf({ kind: "preview", pullRequest: 12, domain: "dev.example.com" })).to.deep.equal({
      namespace: "feature-pr-12",
      host: "pr-12.preview.dev.example.com",
      url: "https://pr-12.preview.dev.example.com",
      listener: "previews",
    });
  });
  it("[C3.4] [C4.3] [C5.3] qa, staging and api hosts", () => {
    expect([
      namesOf({ kind: "qa", domain: "dev.example.com" }).host,
      namesOf({ kind: "staging", domain: "staging.example.com" }).host,
      namesOf({ kind: "staging", domain: "example.com" }).host,
      namesOf({ kind: "production", domain: "example.com" }).host,
    ]).to.deep.equal(["qa.dev.example.com", "staging.example.com", "staging.example.com", "api.example.com"]);
  });
  for (const pullRequest of [undefined, 0, -1, 1.5, Number.NaN])
    it(`takes ${String(pullRequest)} for no pull request`, () => {
      expect(() =>
        namesOf({ kind: "preview", domain: "example.com", ...(pullRequest !== undefined && { pullRequest }) }),
      ).to.throw(RangeError);
    });
  it("a cluster holds a way in ready for what is on it, one certificate for all previews", () => {
    expect(listenersOf("dev", "dev.example.com").map(({ name, hostname }) => `${name} ${hostname}`)).to.deep.equal([
      "previews *.preview.dev.example.com",
      "qa qa.dev.example.com",
    ]);
    expect(listenersOf("production", "example.com")).to.deep.equal([
      { name: "application", hostname: "api.example.com", kind: "production" },
    ]);
  });
  it("[D3.8] an image is named by digits of its digest", () => {
    expect(imageTag(imageOf("c"))).to.equal("c".repeat(12));
    expect(imageTag("app")).to.match(/^[0-9a-f]{12}$/);
  });
});
