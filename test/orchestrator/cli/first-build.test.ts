import path from "node:path";
import { expect } from "chai";
import { requireFirstBuild } from "../../../orchestrator/cli/first-build";
import { contentHash } from "../../../orchestrator/promotion/canonical";
import { openStore } from "../../../orchestrator/promotion/store";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("a build without a promotion", () => {
  const folder = useFolder();
  const asked = (target: "rehearsal" | "aws", environment: string[]) => () =>
    requireFirstBuild({ target, stateDir: path.join(folder(), "state"), environment }, folder());

  it("is the first one of a real environment; once a release was promoted there, it is refused [D1.9]", async () => {
    await asked("aws", ["production"])();
    const digest = contentHash("x");
    openStore(path.join(folder(), "state", "aws"), () => new Date()).ledger.append("ada", () => ({
      ...{ kind: "started", environment: "production", release: digest, purpose: "promotion" },
      ...{ plan: digest, state: digest, approvals: [], rules: digest },
    }));
    const { code, kind, message } = await refusal(asked("aws", ["dev", "production"]));
    expect([code, kind]).to.deep.equal(["promote-instead", "refused"]);
    expect(message).to.include("production is promoted to");
    await asked("aws", ["dev", "staging"])();
    await asked("rehearsal", ["production"])();
  });
});
