import { expect } from "chai";
import type { Behaviours } from "../behaviours";
import { Box, Thing } from "../thing";

const two =
  (value = 1) =>
  () => {
    const first = new Thing("a", { value }, { parent: new Box("one") });
    new Thing("b", { value: first.size }, { parent: new Box("two") });
  };
const box = "urn:pulumi:test::conformance::test:index:Box";

export const targets: Behaviours = {
  "--target with wildcards builds one part and leaves the rest for later": async (h) => {
    const { changes } = await h.up(two(), { target: [`${box}::one`, `${box}$**::a`] });
    expect(changes).to.deep.equal({ create: 3, same: 2 });
    expect((await h.names()).sort()).to.deep.equal(["a", "one"]);
    await h.up(two(), { target: [`${box}::two`, `${box}$**::b`] });
    expect((await h.names()).sort()).to.deep.equal(["a", "b", "one", "two"]);
    expect((await h.preview(two())).changes).to.deep.equal({ same: 5 });
  },
  "an untargeted resource keeps its old inputs": async (h) => {
    await h.up(two(1));
    await h.up(two(2), { target: [`${box}$**::b`] });
    expect((await h.state("a"))?.inputs["value"]).to.equal(1);
  },
  "a literal target that is nowhere fails": async (h) => {
    await h.up(two());
    expect((await h.up(two(), { target: ["urn:pulumi:test::conformance::test:index:Thing::nope"] })).error).to.include(
      "could not be found",
    );
  },
  "destroy --target takes down one part": async (h) => {
    await h.up(two());
    await h.destroy({ target: [`${box}$**::b`] });
    expect((await h.names()).sort()).to.deep.equal(["a", "one", "two"]);
  },
};
