import { expect } from "chai";
import { migrationGate, requireSafeMigrations } from "../../../orchestrator/migrations/gate";
import { checksumsOf, inOrder } from "../../../orchestrator/migrations/migration";
import type { CommittedFile, Repository } from "../../../orchestrator/promotion/git";
import { canonical } from "../../../orchestrator/promotion/canonical";
import type { Store } from "../../../orchestrator/promotion/store";
import { refusal } from "../../support/refusal";
import { strict } from "../../support/strict";

const first = { "migrations/0001_users.sql": "CREATE TABLE users (id bigint, name text);" };
const commits: Record<string, Record<string, string>> = {
  one: first,
  good: {
    ...first,
    "migrations/0002_age.sql": "ALTER TABLE users ADD COLUMN age int;",
    "migrations/old/0001_x.sql": "junk",
  },
  other: { ...first, "migrations/0002_age.sql": "ALTER TABLE users ADD COLUMN years int;" },
  bad: { ...first, "migrations/0002_name.sql": "ALTER TABLE users RENAME COLUMN name TO full_name;" },
  edited: { "migrations/0001_users.sql": "CREATE TABLE users (id int);" },
  none: {},
};
const repository = strict<Repository>("repository", {
  files: (commit): CommittedFile[] =>
    Object.entries(commits[commit] ?? {}).map(([path, text]) => ({ path, mode: "100644", bytes: Buffer.from(text) })),
});
const checksums = (commit: string) =>
  checksumsOf(
    inOrder(
      Object.entries(commits[commit] ?? {})
        .filter(([path]) => path.split("/").length === 2)
        .map(([path, text]) => ({ name: path.split("/").at(-1) ?? "", bytes: Buffer.from(text) })),
    ),
  );
/** A store in which these releases, named as their commits, were verified in dev one after the other. */
const storeOf = (...verified: string[]) =>
  strict<Store>("store", {
    releases: strict<Store["releases"]>("releases", {
      get: (name: string) => Promise.resolve({ source: { commit: name }, migrations: checksums(name) } as never),
    }),
    ledger: strict<Store["ledger"]>("ledger", {
      read: () =>
        Promise.resolve(
          verified.flatMap((release, index) => [
            entry(2 * index, { kind: "started", environment: "dev", release, purpose: "promotion", approvals: [] }),
            entry(2 * index + 1, { kind: "verified", environment: "dev", run: 2 * index }),
          ]) as never,
        ),
    }),
  });
const entry = (sequence: number, event: object) => ({ sequence, at: "2026-01-01T00:00:00.000Z", event });
const gate = (store: Store) => migrationGate({ store, repository, milliseconds: () => 0 });
const pass = (store: Store, release: string) => gate(store).run({ environment: "dev", release, run: 1 });

describe("the migration gate", () => {
  it("[D3.5] lets migrations through that suit what runs, and says how many are new", async () => {
    expect(await pass(storeOf("one"), "good")).to.include({ verdict: "passed" });
    expect((await pass(storeOf("one"), "good")).summary).to.include("1 new migration");
    expect((await pass(storeOf(), "none")).summary).to.include("0 new migrations");
  });
  it("[D3.2] stops one that would break what runs, with the safe way, before anything is applied", async () => {
    const result = await pass(storeOf("one"), "bad");
    expect(result.verdict).to.equal("failed");
    expect(result.summary).to.include("0002_name.sql:1 rename").and.include("later release");
    expect(gate(storeOf())).to.include({ when: "before", onRollback: false });
  });
  it("stops one that changes what was applied", async () => {
    expect((await pass(storeOf("one"), "edited")).summary).to.include("0001_users.sql was applied as");
  });
  it("[D3.9] a schema never goes back: after a rollback what was applied still counts", async () => {
    const result = await pass(storeOf("good", "one"), "one");
    expect(result.verdict).to.equal("failed");
    expect(result.summary).to.include("0002_age.sql was applied and is gone");
  });
  it("[D3.9] what a failed promotion may have applied is not written anew under its name", async () => {
    const failed = (release: string, ...verified: string[]) => {
      const store = storeOf(...verified);
      const next = 2 * verified.length;
      const begun = { kind: "started", environment: "dev", release, purpose: "promotion", approvals: [] };
      const passed = { kind: "stage", environment: "dev", run: next, stage: "migrations", verdict: "passed" };
      const ended = { kind: "failed", environment: "dev", run: next, reason: "x" };
      return strict<Store>("store", {
        releases: store.releases,
        ledger: strict<Store["ledger"]>("ledger", {
          read: async () => [
            ...(await store.ledger.read()),
            ...([begun, passed, ended].map((event, index) => entry(next + index, event)) as never[]),
          ],
        }),
      });
    };
    const result = await pass(failed("good", "one"), "other");
    expect(result.verdict).to.equal("failed");
    expect(result.summary).to.include("0002_age.sql came to dev before").and.include("write a new one");
    expect((await pass(failed("good", "one"), "good")).verdict).to.equal("passed");
  });
  it("a release that would be refused is not made", async () => {
    expect(await refusal(() => requireSafeMigrations(repository, "bad", "one"))).to.include({
      code: "migrations-unsafe",
    });
    await requireSafeMigrations(repository, "good", "one");
    await requireSafeMigrations(repository, "none", undefined);
    expect(canonical(checksums("none"))).to.equal("{}");
  });
});
