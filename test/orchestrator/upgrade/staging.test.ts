import path from "node:path";
import { expect } from "chai";
import { openStore } from "../../../orchestrator/promotion/store";
import { stagingVersion, versionOf } from "../../../orchestrator/upgrade/staging";
import { useFolder } from "../../support/folder";

describe("what staging runs by the ledger [H1.1]", () => {
  const folder = useFolder();
  it("is not known while nothing was verified there", async () => {
    const store = openStore(path.join(folder(), "rehearsal"), () => new Date(0));
    expect(await stagingVersion(store)).to.equal(undefined);
  });
  it("is read from the settings that the release holds", () => {
    expect(versionOf({ "slipway:cluster": { version: "1.36" } })).to.equal("1.36");
    for (const settings of [{}, null, { "slipway:cluster": "1.36" }, { "slipway:cluster": { version: 1.36 } }])
      expect(versionOf(settings)).to.equal(undefined);
  });
});
