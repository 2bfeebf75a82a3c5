import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { projectStore } from "../../../orchestrator/cli/store";
import { S3Fake } from "../../support/fake-s3";
import { useFolder } from "../../support/folder";

const SHARED = "ledger: { bucket: ledger-of-ours, region: eu-central-1 }\n";
const VARIABLES = ["AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

describe("where releases and ledger are", () => {
  const folder = useFolder();
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  let fake: S3Fake;
  beforeEach(async () => {
    fake = new S3Fake("ledger-of-ours");
    const given = [await fake.start(), "AKIDEXAMPLE", "s3cret-of-tests"];
    VARIABLES.forEach((name, index) => (process.env[name] = given[index]));
  });
  afterEach(async () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    await fake.close();
  });
  /** Whether the bucket was asked. */
  const asked = async (target: "rehearsal" | "aws", more: string | undefined) => {
    if (more !== undefined) {
      mkdirSync(path.join(folder(), "promotion"), { recursive: true });
      const rules = `people: []\napprovalHours: 1\nenvironments: { dev: {}, staging: {}, production: {} }\n${more}`;
      writeFileSync(path.join(folder(), "promotion", "rules.yaml"), rules);
      writeFileSync(path.join(folder(), "promotion", "allowed_signers"), "");
    }
    const { ledger, releases } = projectStore(folder(), { target, stateDir: path.join(folder(), "state") });
    expect(await ledger.read()).to.deep.equal([]);
    expect(await releases.all()).to.deep.equal([]);
    return fake.asked.length > 0;
  };
  it("is the state directory without a bucket in the rules, and without rules", async () => {
    expect(await asked("aws", undefined)).to.equal(false);
    expect(await asked("aws", "")).to.equal(false);
  });
  it("is the bucket of the rules for real environments, and never for a rehearsal", async () => {
    expect(await asked("rehearsal", SHARED)).to.equal(false);
    expect(await asked("aws", SHARED)).to.equal(true);
  });
});
