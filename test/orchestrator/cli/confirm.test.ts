import { PassThrough } from "node:stream";
import { expect } from "chai";
import { confirm } from "../../../orchestrator/cli/confirm";

describe("asking a person", () => {
  const ask = async (answer: string | undefined) => {
    const [stdin, output] = [new PassThrough(), new PassThrough()];
    const asked = confirm("destroy dev?", stdin, output);
    stdin.end(answer);
    return { agreed: await asked, shown: String(output.read() ?? "") };
  };
  for (const answer of ["yes\n", "  yes  \n"])
    it(`takes ${JSON.stringify(answer)} for a yes`, async () => expect((await ask(answer)).agreed).to.equal(true));
  for (const answer of ["y\n", "YES\n", "yes please\n", "no\n", "\n"])
    it(`does not take ${JSON.stringify(answer)} for one`, async () =>
      expect((await ask(answer)).agreed).to.equal(false));
  it("takes the end of the input for a no instead of waiting for ever", async () =>
    expect((await ask(undefined)).agreed).to.equal(false));
  it("shows what is asked and what a yes looks like", async () =>
    expect((await ask("no\n")).shown).to.include('destroy dev? Only "yes" goes on: '));
});
