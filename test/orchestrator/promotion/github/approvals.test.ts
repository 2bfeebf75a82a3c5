import { expect } from "chai";
import { githubOf, requireGithub } from "../../../../orchestrator/cli/github";
import { inviteApproval, recordGithub } from "../../../../orchestrator/promotion/approval/request";
import { parseStatement } from "../../../../orchestrator/promotion/approval/statement";
import { audit, auditSignatures } from "../../../../orchestrator/promotion/audit";
import { contentHash } from "../../../../orchestrator/promotion/canonical";
import { approvalLine, confirm, type GithubSource } from "../../../../orchestrator/promotion/github/approvals";
import { createGithub, type Github } from "../../../../orchestrator/promotion/github/client";
import { githubSchema } from "../../../../orchestrator/promotion/github/settings";
import { promote, type PromotionWork } from "../../../../orchestrator/promotion/promote";
import type { Rollout } from "../../../../orchestrator/promotion/rollout";
import { parseRules } from "../../../../orchestrator/promotion/rules";
import { openStore } from "../../../../orchestrator/promotion/store";
import { GithubFake } from "../../../support/fake-github";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { aRecord, anEvidence } from "../values";

const RULES = `
people:
  - { email: lead@example.com, github: Lead-Er, roles: [tech-lead] }
  - { email: qa@example.com, github: quality, roles: [qa] }
  - { email: author@example.com, github: writer, roles: [tech-lead, qa] }
  - { email: owner@example.com, github: owner, roles: [product-owner] }
approvalHours: 24
github: { repository: acme/shop }
environments: { dev: { approvals: { tech-lead: 1, qa: 1 } }, staging: {}, production: {} }
`;
const commit = "1".repeat(40);

describe("approvals given on GitHub", () => {
  const folder = useFolder();
  let fake: GithubFake;
  let github: Github;
  let api: string;
  let milliseconds: number;
  let built: number;
  beforeEach(async () => {
    fake = new GithubFake("acme/shop", "t0ken-of-tests");
    api = await fake.start();
    github = createGithub(githubSchema.parse({ repository: "acme/shop", api }), "t0ken-of-tests");
    milliseconds = Date.parse("2026-01-06T08:00:00Z");
    built = 0;
  });
  afterEach(() => fake.close());

  const rollout: Rollout = {
    foresee: () => Promise.resolve({ plan: contentHash(["plan", built]), state: contentHash(built), changes: {} }),
    run: async ({ permit }) => {
      await permit(() => rollout.foresee("dev"));
      return { status: "verified", reason: "", fix: "", kind: "failure", evidence: anEvidence() };
    },
  };
  const now = () => new Date(milliseconds);
  const setUp = async (source: GithubSource = { kind: "review", subject: 7 }) => {
    const store = openStore(folder(), now);
    const release = store.releases.add(aRecord());
    store.ledger.append("test", () => ({ kind: "released", release }));
    const work: PromotionWork = {
      ...{ environment: "dev", target: "rehearsal", store, rules: parseRules(RULES, ""), rollout, by: "test", now },
      say: () => undefined,
      vouch: (recorded) => confirm(github, "rehearsal", recorded, () => Promise.resolve(commit)),
    };
    const asked = { ...work, release, base: folder() };
    const { text } = await inviteApproval(asked);
    const line = approvalLine(parseStatement(text));
    fake.pulls.set(7, { author: "writer", head: commit, merge: null, reviews: [] });
    fake.runs.set(9, { head: commit, approvals: [] });
    const pull = fake.pulls.get(7);
    const run = fake.runs.get(9);
    if (pull === undefined || run === undefined) throw new Error("they were just made");
    return {
      ...{ work, release, text, line, store, pull, run },
      record: () => recordGithub(asked, github, source, text),
      promote: () => promote({ ...work, release }),
      approve: (...logins: string[]) =>
        pull.reviews.push(...logins.map((login) => ({ login, state: "APPROVED", body: `good\n\n${line}\n` }))),
    };
  };

  it("in reviews let a release go on, bound to its hash, plan and state, and confirmed again when it does [D2.3]", async () => {
    const { approve, record, promote, store } = await setUp();
    approve("lead-er", "quality");
    const entries = await record();
    expect(entries.map(({ event }) => event.kind === "approved" && [event.person, event.key])).to.deep.equal([
      ["lead@example.com", "github:lead-er"],
      ["qa@example.com", "github:quality"],
    ]);
    expect((await promote()).status).to.equal("verified");
    expect(audit(store.ledger.read())).to.deep.equal([]);
    expect(auditSignatures(store.ledger.read(), "rehearsal")).to.deep.equal([]);
  });
  it("for a workflow run's environment do the same", async () => {
    const { run, line, record, promote } = await setUp({ kind: "environment", subject: 9 });
    const approval = (login: string, changed = {}) => ({
      ...{ login, state: "approved", comment: line, environments: ["dev"] },
      ...changed,
    });
    run.approvals.push(
      approval("owner", { environments: ["production"] }),
      approval("lead-er", { state: "rejected" }),
      approval("quality", { comment: "ok" }),
    );
    const { message } = await refusal(record);
    expect(message).to.include("it is rejected").and.include("it does not say");
    run.approvals.push(approval("lead-er"), approval("quality"));
    expect(await record()).to.have.length(2);
    expect((await promote()).status).to.equal("verified");
  });
  it("count no more when GitHub does not have them any more, whatever the ledger says", async () => {
    const { approve, record, promote, pull } = await setUp();
    approve("lead-er", "quality");
    await record();
    pull.reviews.push({ login: "quality", state: "DISMISSED", body: "" });
    const { message } = await refusal(promote);
    expect(message).to.include("GitHub does not confirm it now").and.include("an approval for dev by a qa is missing");
    expect(message).to.include("qa@example.com can give it").and.not.include("allowed-signers file");
  });
  it("count for nobody where GitHub cannot be asked", async () => {
    const { approve, record, work, release } = await setUp();
    approve("lead-er", "quality");
    await record();
    const { vouch: _, ...blind } = work;
    expect((await refusal(() => promote({ ...blind, release }))).message).to.include("give GITHUB_TOKEN");
  });
  it("are void when the environment changes, or they expire", async () => {
    const { approve, record, promote } = await setUp();
    approve("lead-er", "quality");
    await record();
    built++;
    expect((await refusal(promote)).message).to.include("it is for another plan");
    built--;
    milliseconds += 25 * 3_600_000;
    expect((await refusal(promote)).message).to.include("it expired");
  });

  for (const [what, change, said] of [
    ["of another commit", ({ pull }) => (pull.head = "2".repeat(40)), "is of another commit"],
    [
      "of an older push",
      ({ pull }) => pull.reviews.forEach((one) => (one.commit = "3".repeat(40))),
      "has changed since",
    ],
    [
      "of something else",
      ({ pull, line }) => pull.reviews.forEach((one) => (one.body = line.replace(/.$/, "!"))),
      "approves something else",
    ],
    ["that only say yes", ({ pull }) => pull.reviews.forEach((one) => (one.body = "LGTM")), "it does not say"],
    ["by a program", ({ pull }) => pull.reviews.forEach((one) => (one.type = "Bot")), "it is no person"],
    [
      "by an account nobody has",
      ({ pull }) => pull.reviews.forEach((one) => (one.login = "stranger")),
      "nobody's GitHub account",
    ],
    ["by an author", ({ pull }) => pull.reviews.forEach((one) => (one.login = "writer")), "they opened it"],
    [
      "by an author of another's pull request",
      ({ pull }) => {
        pull.author = "somebody";
        pull.reviews.forEach((one) => (one.login = "writer"));
      },
      "an author does not approve it",
    ],
    [
      "by somebody of another role",
      ({ pull }) => pull.reviews.forEach((one) => (one.login = "owner")),
      "none of the roles",
    ],
    [
      "that were taken back",
      ({ pull }) => pull.reviews.push({ login: "quality", state: "CHANGES_REQUESTED", body: "" }),
      "changes requested",
    ],
    [
      "of accounts that are gone",
      ({ pull }) => pull.reviews.forEach((one) => (one.login = "")),
      "nobody has approved pull request 7",
    ],
  ] as readonly [string, (world: Awaited<ReturnType<typeof setUp>>) => unknown, string][]) {
    it(`are refused ${what}, with who can approve [D2.3]`, async () => {
      const world = await setUp();
      world.approve("quality");
      change(world);
      const { code, kind, message, fix } = await refusal(world.record);
      expect([code, kind]).to.deep.equal(["approval-refused", "refused"]);
      expect(message).to.include(said);
      expect(fix).to.include("lead@example.com (tech-lead), qa@example.com (qa)");
    });
  }
  it("stay, whatever is only remarked afterwards; the last word of each counts, over many pages", async () => {
    const { pull, approve, record } = await setUp();
    for (let index = 0; index < 5; index++)
      pull.reviews.push({ login: `reader-${index}`, state: "COMMENTED", body: "?" });
    pull.reviews.push({ login: "quality", state: "CHANGES_REQUESTED", body: "no" });
    approve("quality");
    pull.reviews.push({ login: "quality", state: "COMMENTED", body: "nice" });
    expect(await record()).to.have.length(1);
    expect((await refusal(record)).message).to.include("one person counts once");
  });

  describe("read over HTTP", () => {
    const failing = async (next: GithubFake["next"]) => {
      fake.next = next;
      return (await refusal(() => github.pull(7))).message;
    };
    it("are told apart from what is not there, not allowed, used up, or no answer of the API", async () => {
      expect((await refusal(() => github.pull(8))).message).to.include("404: Not Found");
      const stranger = createGithub({ repository: "acme/shop", api }, "wrong-token");
      const { message } = await refusal(() => stranger.pull(7));
      expect(message).to.include("401: Bad credentials").and.not.include("wrong-token");
      const limited = {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(Date.parse("2026-01-06T09:00:00Z") / 1000),
      };
      expect(await failing({ status: 403, headers: limited, body: {} })).to.include(
        "used up until 2026-01-06T09:00:00.000Z",
      );
      expect(await failing({ status: 200, body: { number: "7" } })).to.include("something else than the API's form");
      expect(await failing({ status: 200, body: "<html>" })).to.include("something else");
    });
    it("never send the token to another host for a next page", async () => {
      fake.next = { status: 200, headers: { link: '<https://elsewhere.example/x>; rel="next"' }, body: [] };
      expect((await refusal(() => github.reviews(7))).message).to.include("another host's");
    });
  });

  it("need a repository in the rules and a token", async () => {
    const rules = parseRules(RULES, "");
    expect(githubOf(rules, {})).to.equal(undefined);
    expect(githubOf(rules, { GITHUB_TOKEN: "x" })).to.not.equal(undefined);
    expect((await refusal(() => requireGithub(rules, {}))).message).to.include("no GITHUB_TOKEN");
    expect((await refusal(() => requireGithub({}, { GITHUB_TOKEN: "x" }))).message).to.include("no github:");
    const twice = RULES.replace("github: quality", "github: lead-er");
    expect((await refusal(() => parseRules(twice, ""))).message).to.include("named for two people");
  });
});
