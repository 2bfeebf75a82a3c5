import path from "node:path";
import { expect } from "chai";
import { inviteApproval, recordApproval } from "../../../orchestrator/promotion/approval/request";
import { audit, auditSignatures } from "../../../orchestrator/promotion/audit";
import { contentHash } from "../../../orchestrator/promotion/canonical";
import type { Environment } from "../../../orchestrator/promotion/environment";
import type { EventOf, LedgerEvent } from "../../../orchestrator/promotion/event";
import { promote, rollback, wayBack, type PromotionWork } from "../../../orchestrator/promotion/promote";
import { createPeople, type Name } from "../../../orchestrator/promotion/rehearsal/people";
import type { Rollout, RolloutResult } from "../../../orchestrator/promotion/rollout";
import { openStore } from "../../../orchestrator/promotion/store";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { aRecord, anEvidence } from "./values";

const people = createPeople();

/** Dies as a process does that is killed: nothing after it happens. */
class Killed extends Error {}

describe("promote and rollback", () => {
  const folder = useFolder();
  let milliseconds: number;
  let said: string[];
  /** How the next rollouts end. */
  let ends: (Partial<RolloutResult> | "killed" | "killed before it was begun")[];
  /** Called inside a rollout, right after it was permitted. */
  let meanwhile: () => unknown;
  let built: Record<Environment, number>;

  beforeEach(() => {
    milliseconds = Date.parse("2026-01-06T08:00:00Z");
    said = [];
    ends = [];
    meanwhile = () => undefined;
    built = { dev: 0, staging: 0, production: 0 };
  });
  const now = () => new Date(milliseconds);
  const store = () => openStore(folder(), now);
  const entries = () => store().ledger.read();
  const kinds = () => entries().map(({ event }) => event.kind);

  const rollout: Rollout = {
    foresee: (environment) =>
      Promise.resolve({
        plan: contentHash(["plan", built[environment]]),
        state: contentHash(built[environment]),
        changes: { create: 1 },
      }),
    async run({ environment, permit }) {
      const end = ends.shift() ?? {};
      if (end === "killed before it was begun") throw new Killed();
      await permit(() => rollout.foresee(environment));
      built[environment]++;
      await meanwhile();
      if (end === "killed") throw new Killed();
      return { status: "verified", reason: "", fix: "", kind: "failure", evidence: anEvidence(), ...end };
    },
  };
  const work = (environment: Environment): PromotionWork => ({
    environment,
    target: "rehearsal",
    store: store(),
    rules: people.rules,
    rollout,
    by: "test",
    now,
    say: (text) => said.push(text),
  });
  const made = (version: string) => {
    const { releases, ledger } = store();
    const release = releases.add(aRecord({ charts: { app: { chart: "app", version } } }));
    ledger.append("test", () => ({ kind: "released", release }));
    return release;
  };
  const go = (release: string, environment: Environment) => promote({ ...work(environment), release });
  const approve = async (release: string, environment: Environment, ...names: Name[]) => {
    const asked = { ...work(environment), release, base: folder() };
    const { text } = await inviteApproval(asked);
    for (const name of names) await recordApproval(asked, people.signers[name].sign(text), text);
  };
  const toStaging = async (release: string) => {
    await go(release, "dev");
    await approve(release, "staging", "lead", "qa");
    await go(release, "staging");
  };
  const toProduction = async (release: string) => {
    await toStaging(release);
    milliseconds += 24 * 3_600_000;
    await approve(release, "production", "manager", "owner");
    return go(release, "production");
  };

  it("write what was begun, on whose approval, and what was verified, with its evidence", async () => {
    const release = made("1");
    const { status, head } = await toProduction(release);
    expect(status).to.equal("verified");
    const [started, verified] = entries().slice(-2);
    expect(started?.event).to.deep.include({
      kind: "started",
      purpose: "promotion",
      release,
      approvals: [8, 9],
      rules: people.rules.digest,
    });
    expect(verified?.event).to.deep.equal({
      kind: "verified",
      environment: "production",
      run: started?.sequence,
      evidence: anEvidence(),
    });
    expect(head).to.equal(verified?.hash);
    expect(audit(entries())).to.deep.equal([]);
    expect(auditSignatures(entries(), "rehearsal")).to.deep.equal([]);
  });

  it("leave approvals whose signatures anybody can verify later", async () => {
    await toStaging(made("1"));
    const forged = (change: (event: EventOf<"approved">) => LedgerEvent) =>
      auditSignatures(
        entries().map((entry) => (entry.event.kind === "approved" ? { ...entry, event: change(entry.event) } : entry)),
        "rehearsal",
      );
    expect(forged((event) => event)).to.deep.equal([]);
    expect(forged((event) => ({ ...event, plan: event.state }))).to.have.length(2);
    expect(forged((event) => ({ ...event, key: "SHA256:other" }))[0]).to.include("not SHA256:other");
    expect(auditSignatures(entries(), "aws")).to.have.length(2);
  });

  it("refuse with everything that is missing, touch nothing, and write that down", async () => {
    const release = made("1");
    const { code, message, kind } = await refusal(() => go(release, "production"));
    expect([code, kind]).to.deep.equal(["promotion-refused", "refused"]);
    expect(message).to.include("staging never ran a release");
    expect(built.production).to.equal(0);
    expect(entries().at(-1)?.event).to.include({ kind: "refused", environment: "production", release });
  });

  it("judge approvals by what the rollout is about to do, not by what it was", async () => {
    const release = made("1");
    await go(release, "dev");
    await approve(release, "staging", "lead", "qa");
    built.staging++;
    const { message } = await refusal(() => go(release, "staging"));
    expect(message).to.include("what the promotion would do has changed since").and.include("tech-lead is missing");
    expect(kinds().at(-1)).to.equal("refused");
  });

  it("write a failure with its reason, and stay there", async () => {
    const release = made("1");
    ends = [{ status: "failed", reason: "dev/verify/Network: no address", fix: "look", kind: "failure" }];
    const outcome = await go(release, "dev");
    expect(outcome).to.deep.include({
      status: "failed",
      failure: { reason: "dev/verify/Network: no address", fix: "look", kind: "failure" },
    });
    expect(entries().at(-1)?.event).to.include({ kind: "failed", reason: "dev/verify/Network: no address" });
  });

  it("go on after a kill, with no new approval and one more entry", async () => {
    const release = made("1");
    await go(release, "dev");
    await approve(release, "staging", "lead", "qa");
    ends = ["killed"];
    await go(release, "staging").catch((error: unknown) => expect(error).to.be.instanceOf(Killed));
    expect(kinds().at(-1)).to.equal("started");
    expect((await go(release, "staging")).status).to.equal("verified");
    expect(kinds().slice(-3)).to.deep.equal(["started", "resumed", "verified"]);
    expect(said.join("\n")).to.include("was interrupted and goes on");
  });

  it("leave no trace of what was killed before it was permitted", async () => {
    const release = made("1");
    ends = ["killed before it was begun"];
    await go(release, "dev").catch(() => undefined);
    expect(kinds()).to.deep.equal(["released"]);
  });

  it("leave an interrupted run unfinished, to go on or to go back", async () => {
    const release = made("1");
    ends = [{ status: "interrupted", reason: "interrupted", fix: "again", kind: "interrupted" }];
    expect((await go(release, "dev")).failure?.kind).to.equal("interrupted");
    expect(kinds().at(-1)).to.equal("started");
    expect((await go(release, "dev")).status).to.equal("verified");
  });

  it("let one of two promotions at once win, whoever comes second to the ledger", async () => {
    const [one, two] = [made("1"), made("2")];
    const first: Rollout = {
      ...rollout,
      async run(request) {
        // The other one comes and goes while this one is being prepared.
        await go(two, "dev");
        return rollout.run(request);
      },
    };
    await promote({ ...work("dev"), rollout: first, release: one });
    expect(audit(entries())).to.deep.equal([]);
    expect(entries().filter(({ event }) => event.kind === "started")).to.have.length(2);

    const [three, four] = [made("3"), made("4")];
    meanwhile = async () => {
      meanwhile = () => undefined;
      const { message } = await refusal(() => go(four, "dev"));
      expect(message).to.include("is unfinished");
    };
    expect((await go(three, "dev")).status).to.equal("verified");
  });

  it("do nothing where the release runs, verified", async () => {
    const release = made("1");
    await go(release, "dev");
    const before = entries().length;
    expect((await go(release, "dev")).status).to.equal("done");
    expect(entries()).to.have.length(before);
    expect(built.dev).to.equal(1);
  });

  it("never count a rollout that nobody judged", async () => {
    const release = made("1");
    const unasked: Rollout = {
      ...rollout,
      run: () => Promise.resolve({ status: "verified", reason: "", fix: "", kind: "failure", evidence: anEvidence() }),
    };
    const { code } = await refusal(() => promote({ ...work("dev"), rollout: unasked, release }));
    expect(code).to.equal("rollout-not-judged");
    expect(kinds()).to.deep.equal(["released"]);
  });

  it("write no end to a run that is no longer there", async () => {
    const [one, two] = [made("1"), made("2")];
    await go(one, "dev");
    meanwhile = () => rollback({ ...work("dev") });
    const { code } = await refusal(() => {
      const promotion = go(two, "dev");
      const back = meanwhile;
      meanwhile = async () => {
        meanwhile = () => undefined;
        await back();
      };
      return promotion;
    });
    expect(code).to.equal("overtaken");
    expect(audit(entries())).to.deep.equal([]);
  });

  describe("on the way back", () => {
    it("go to the last verified release, verify it, and hold the one that is left", async () => {
      const [good, bad] = [made("1"), made("2")];
      await toProduction(good);
      await toStaging(bad);
      milliseconds += 24 * 3_600_000;
      await approve(bad, "production", "manager", "owner");
      ends = [{ status: "failed", reason: "smoke test", fix: "", kind: "failure" }];
      await go(bad, "production");
      expect(await wayBack(work("production"))).to.equal(good);
      expect(await rollback(work("production"))).to.include({ release: good, status: "verified" });
      expect((await refusal(() => go(bad, "production"))).message).to.include("was rolled back");
      expect(audit(entries())).to.deep.equal([]);
    });

    it("go on after a kill in the middle", async () => {
      const [good, bad] = [made("1"), made("2")];
      await go(good, "dev");
      await go(bad, "dev");
      ends = ["killed"];
      await rollback(work("dev")).catch(() => undefined);
      expect(await rollback(work("dev"))).to.include({ release: good, status: "verified" });
      expect(kinds().slice(-3)).to.deep.equal(["started", "resumed", "verified"]);
    });

    it("say that there is nowhere to go, and touch nothing", async () => {
      const { code, kind } = await refusal(() => rollback(work("production")));
      expect([code, kind]).to.deep.equal(["no-way-back", "refused"]);
      expect(built.production).to.equal(0);
    });
  });

  describe("approving", () => {
    /** A release that dev has verified: there is something to approve. */
    const proven = async () => {
      const release = made("1");
      await go(release, "dev");
      return release;
    };

    it("is of what was seen to work: before that there is nothing to sign, and nothing is recorded [D2.1]", async () => {
      const release = made("1");
      const { message, kind } = await refusal(() => approve(release, "staging", "qa"));
      expect(kind).to.equal("refused");
      expect(message).to.include("nothing to approve yet: dev never ran a release");
      expect(kinds()).to.deep.equal(["released"]);
    });

    it("writes one statement for all, until something changes", async () => {
      const release = await proven();
      const asked = { ...work("staging"), release, base: folder() };
      const first = await inviteApproval(asked);
      expect(first.file).to.equal(path.join(folder(), "approvals", `staging-${release.slice(7, 19)}.txt`));
      expect(first.missing).to.have.length(2);
      milliseconds += 3_600_000;
      expect((await inviteApproval(asked)).text).to.equal(first.text);
      built.staging++;
      const changed = await inviteApproval(asked);
      expect(changed.text).to.not.equal(first.text);
      milliseconds += 24 * 3_600_000;
      expect((await inviteApproval(asked)).text).to.not.equal(changed.text);
    });

    const recording = async (
      change: (text: string) => { text?: string; signature?: string } = () => ({}),
      name: Name = "qa",
    ) => {
      const release = await proven();
      const asked = { ...work("staging"), release, base: folder() };
      const { text } = await inviteApproval(asked);
      const { text: said = text, signature = people.signers[name].sign(said) } = change(text);
      return recordApproval(asked, signature, said);
    };

    it("records whose signature it is", async () => {
      const { event } = await recording();
      expect(event).to.include({ kind: "approved", environment: "staging", person: "qa@rehearsal.example" });
      expect(event.kind === "approved" && event.key).to.match(/^SHA256:/);
    });

    for (const [what, change, words] of [
      [
        "a statement that was changed",
        (text: string) => ({ text: text.replace("approval 1", "approval 2") }),
        "no statement",
      ],
      ["a signature of other bytes", () => ({ signature: people.signers.qa.sign("other") }), "not over these bytes"],
      [
        "a rehearsal's statement on a real account",
        (text: string) => ({ text: text.replace("rehearsal", "aws") }),
        "for target aws, not rehearsal",
      ],
      [
        "one for another environment",
        (text: string) => ({ text: text.replace("staging", "production") }),
        "for environment production",
      ],
      ["one that expired", (text: string) => ({ text: text.replace(/expires: 2026/, "expires: 2025") }), "expired"],
      [
        "one that lasts too long",
        (text: string) => ({ text: text.replace(/expires: 2026/, "expires: 2027") }),
        "longer than the 24 h",
      ],
    ] as const) {
      it(`refuses ${what}`, async () => {
        const { message } = await refusal(() => recording(change));
        expect(message).to.include(words);
        expect(kinds()).to.deep.equal(["released", "started", "verified"]);
      });
    }

    it("refuses who cannot approve, and says who can", async () => {
      const { message, fix, kind } = await refusal(() => recording(undefined, "owner"));
      expect(kind).to.equal("refused");
      expect(message).to.include("owner@rehearsal.example has none of the roles");
      expect(fix).to.include("lead@rehearsal.example (tech-lead), qa@rehearsal.example (qa)");
    });

    it("refuses the same person a second time, and where nobody has to approve", async () => {
      const release = await proven();
      await approve(release, "staging", "qa");
      expect((await refusal(() => approve(release, "staging", "qa"))).message).to.include("one person counts once");
      expect((await refusal(() => approve(release, "dev", "qa"))).code).to.equal("approval-not-wanted");
    });
  });
});
