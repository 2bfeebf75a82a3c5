import { expect } from "chai";
import { absentOn, once, pages } from "../../../../orchestrator/checks/aws/paging";
import { sdkError } from "./fixture";

describe("calls to AWS", () => {
  for (const name of ["NextToken", "nextToken", "NextMarker", "Marker", "PaginationToken"])
    it(`go on from ${name} until there is none`, async () => {
      const asked: (string | undefined)[] = [];
      const all = await pages(
        (token) => {
          asked.push(token);
          const next = { a: "b", b: "c" }[token ?? "a"];
          return Promise.resolve({ items: [token ?? "a"], ...(next !== undefined && { [name]: next }) });
        },
        (page) => page.items,
      );
      expect(all).to.deep.equal(["a", "b", "c"]);
      expect(asked).to.deep.equal([undefined, "b", "c"]);
    });
  it("end at an empty token and at a page without items", async () => {
    const all = await pages(
      () => Promise.resolve({ NextToken: "" }),
      () => undefined,
    );
    expect(all).to.deep.equal([]);
  });
  it("take one error for absence, and only that", async () => {
    const fail = (name: string) => absentOn("NotFound", () => Promise.reject(sdkError(name)));
    expect(await absentOn("NotFound", () => Promise.resolve(1))).to.equal(1);
    expect(await fail("NotFound")).to.equal(undefined);
    expect(await fail("Throttling").catch((error: Error) => error.name)).to.equal("Throttling");
  });
  it("are made with a client that is made once, and only when it is needed", async () => {
    let made = 0;
    const client = once(() => Promise.resolve(++made));
    expect(made).to.equal(0);
    expect([await client(), await client()]).to.deep.equal([1, 1]);
  });
});
