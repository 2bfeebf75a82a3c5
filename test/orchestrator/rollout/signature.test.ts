import { expect } from "chai";
import { RESUMABLE, signatureOf } from "../../../orchestrator/rollout/signature";

describe("the signature of a run", () => {
  const request = { command: "bootstrap", environments: ["dev"], target: "rehearsal" } as const;
  it("is the same for the same work, whether a limit is left out or not given", () =>
    expect(signatureOf({ ...request, from: undefined })).to.equal(signatureOf(request)));
  for (const [what, changed] of Object.entries({
    command: { command: "destroy" as const },
    environments: { environments: ["dev", "staging"] },
    "first phase": { from: 2 },
    "last phase": { to: 2 },
    target: { target: "aws" },
  }))
    it(`is another one for another ${what}`, () =>
      expect(signatureOf({ ...request, ...changed })).to.not.equal(signatureOf(request)));
  it("is of use only to commands that change something", () =>
    expect(RESUMABLE).to.deep.equal(["bootstrap", "destroy"]));
});
