import { expect } from "chai";
import * as words from "../../../../orchestrator/sandbox/random/words";

describe("words of RandomPet", () => {
  for (const [kind, list] of Object.entries(words))
    it(`${kind} are many, each there once, and fit into names of Kubernetes`, () => {
      expect(list.length).to.be.at.least(20);
      expect(new Set(list).size).to.equal(list.length);
      expect(list.filter((word) => !/^[a-z]+$/.test(word))).to.deep.equal([]);
    });
});
