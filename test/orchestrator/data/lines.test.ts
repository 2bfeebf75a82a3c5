import { Readable } from "node:stream";
import { expect } from "chai";
import { linesOf } from "../../../orchestrator/data/lines";

async function of(...chunks: (string | Uint8Array)[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(Readable.from(chunks))) lines.push(line);
  return lines;
}

describe("lines of a dump", () => {
  it("end at a line feed, wherever chunks end, and at nothing else", async () => {
    expect(await of("a\nb", "c\n\nd")).to.deep.equal(["a", "bc", "", "d"]);
    expect(await of("a\u2028b\rc\n")).to.deep.equal(["a\u2028b\rc"]);
    expect(await of()).to.deep.equal([]);
  });
  it("keep a letter whole that is cut in two", async () => {
    const bytes = Buffer.from("größe\n");
    expect(await of(bytes.subarray(0, 3), bytes.subarray(3))).to.deep.equal(["größe"]);
  });
});
