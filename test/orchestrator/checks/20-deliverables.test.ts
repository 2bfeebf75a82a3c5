import { expect } from "chai";
import { deliverablesCheck } from "../../../orchestrator/checks/20-deliverables";
import type { Bucket } from "../../../orchestrator/checks/aws/reader";
import { awsReader, checkContext } from "../../support/world";

const good: Bucket = { name: "evidence", private: true, versioned: true, keyArn: "arn:key", lockedDays: 400 };
const contextOf = (bucket: Bucket | undefined) =>
  checkContext(
    { aws: awsReader({} as never, { bucket: () => Promise.resolve(bucket) }) },
    { deliverables: { bucket: "evidence", keyArn: "arn:key", keptDays: 400 } },
  );

describe("verification of phase 20", () => {
  it("[A20.1] passes for a bucket that nobody can read, rewrite or empty", async () => {
    const findings = await deliverablesCheck.verify(contextOf(good));
    expect(findings.map(({ verdict }) => verdict)).to.deep.equal(["passed"]);
    expect(await deliverablesCheck.diagnose(contextOf(good), findings)).to.deep.equal([]);
  });

  const { keyArn: _, ...unencrypted } = good;
  const changed: [string, Bucket | undefined, string][] = [
    ["is gone", undefined, "no such bucket"],
    ["was opened", { ...good, private: false }, "not blocked in all four ways"],
    ["stopped keeping versions", { ...good, versioned: false }, "keeps no versions"],
    ["encrypts with another key", { ...good, keyArn: "arn:other" }, "encrypts with arn:other"],
    ["encrypts with no key of ours", unencrypted, "no key of ours"],
    ["locks for less", { ...good, lockedDays: 30 }, "locks for 30 days, not 400"],
  ];
  for (const [what, bucket, words] of changed)
    it(`[A20.1] fails and explains a bucket that ${what}`, async () => {
      const [finding] = await deliverablesCheck.verify(contextOf(bucket));
      expect(finding?.verdict).to.equal("failed");
      expect(finding?.detail).to.include(words);
      const [cause] = await deliverablesCheck.diagnose(contextOf(bucket), []);
      expect(cause?.cause).to.include("changed it by hand");
    });
});
