import { expect } from "chai";
import { differences, parseRecord, recordText, releaseHash } from "../../../orchestrator/promotion/record";
import { refusal } from "../../support/refusal";
import { aRecord } from "./values";

describe("a release record's text", () => {
  const record = aRecord();
  const hash = releaseHash(record);

  it("reads back as what was written", () => {
    expect(parseRecord(recordText(record), hash)).to.deep.equal(record);
  });

  for (const [what, text] of [
    ["cut off", recordText(record).slice(0, -10)],
    ["changed by one digit", recordText(record).replace('"version":"1.2.3"', '"version":"1.2.4"')],
    ["another record", recordText(aRecord({ images: { app: `app@sha256:${"b".repeat(64)}` } }))],
    ["the same data in other words", ` ${recordText(record)}`],
    ["the same data with a member twice", recordText(record).replace("{", '{"schemaVersion":1,')],
    ["given another member", recordText(record).replace("{", '{"approved":true,')],
    ["empty", ""],
  ] as const) {
    it(`is refused when it is ${what}, by the release's name`, async () => {
      const { code, message, kind } = await refusal(() => parseRecord(text, hash));
      expect([code, kind]).to.deep.equal(["release-corrupt", "refused"]);
      expect(message).to.include(hash);
    });
  }

  it("differs from another exactly where they differ", () => {
    const changed = aRecord({ charts: { karpenter: { chart: "karpenter", version: "2.0.0" } } });
    expect(differences(record, record)).to.deep.equal([]);
    expect(differences(record, changed)).to.deep.equal([
      { path: "charts.karpenter.version", before: "1.2.3", after: "2.0.0" },
    ]);
    expect(differences(record, aRecord({ charts: {} }))).to.deep.equal([
      { path: "charts.karpenter", before: { chart: "karpenter", version: "1.2.3" }, after: undefined },
    ]);
  });
});
