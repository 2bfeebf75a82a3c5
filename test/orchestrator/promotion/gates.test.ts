import { expect } from "chai";
import { audit } from "../../../orchestrator/promotion/audit";
import type { Decision } from "../../../orchestrator/promotion/gates";
import { createPeople, addressOf } from "../../../orchestrator/promotion/rehearsal/people";
import { History } from "./history";

const people = createPeople();
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const [A, B, C] = [digest("a"), digest("b"), digest("c")] as const;

/** The obstacles in one text; empty when there are none. */
const obstacles = (decision: Decision) => (decision.kind === "no" ? decision.obstacles.join("\n") : "");

describe("the gate before a promotion", () => {
  let history: History;
  beforeEach(() => {
    history = new History(people, { [A]: ["ada@example.com"], [B]: [addressOf("owner")], [C]: [] });
  });
  afterEach(() => expect(audit(history.entries), "no entry that should not be there").to.deep.equal([]));

  it("lets a release go all the way: dev, approvals, staging, soak, approvals, production [D1.4]", () => {
    history.toProduction(A);
    const { run, verified } = history.standing.environments.production;
    expect(run).to.include({ release: A, status: "verified", purpose: "promotion" });
    expect(verified).to.deep.equal([A]);
  });

  it("lets nothing into staging that dev has not verified, nor on approvals given before that [D1.9] [D2.1]", () => {
    history.make(A).approve("lead", "staging", A).approve("qa", "staging", A);
    expect(obstacles(history.promote(A, "staging"))).to.include("dev never ran a release; promote it there first");
    history.promote(A, "dev");
    expect(obstacles(history.promote(A, "staging"))).to.include("is not verified there");
    history.end("dev", "failed");
    expect(obstacles(history.promote(A, "staging"))).to.include("it failed there");
    history.promote(A, "dev");
    history.end("dev", "verified");
    // What was signed before anybody saw it work is no sign-off [D2.1].
    expect(obstacles(history.promote(A, "staging"))).to.include("it was given before dev had verified this release");
    history.approve("lead", "staging", A).approve("qa", "staging", A);
    expect(history.promote(A, "staging").kind).to.equal("go");
  });

  it("lets nothing into production but what staging runs now, and shows both [D2.4]", () => {
    history.toStaging(A);
    history.toStaging(B).pass(48);
    const said = obstacles(history.promote(A, "production"));
    expect(said).to.include(`staging runs ${B}, not ${A}`);
  });

  it("lets nothing into production before it has soaked, to the millisecond, and says when it will have", () => {
    history.toStaging(A).pass(24 - 1 / 3_600_000);
    history.approve("manager", "production", A).approve("owner", "production", A);
    expect(obstacles(history.promote(A, "production"))).to.include("wait until 2026-01-07T08:00:00.000Z");
    history.pass(1 / 3_600_000);
    expect(history.promote(A, "production").kind).to.equal("go");
  });

  it("says at once all that stands in the way, each with what removes it", () => {
    history.make(A).pass(24 * 4);
    history.write({
      kind: "paused",
      environment: "production",
      until: "2026-02-01T00:00:00.000Z",
      reason: "incident 7",
    });
    const decision = history.promote(A, "production");
    expect(decision.kind === "no" && decision.obstacles).to.have.length(5);
    expect(obstacles(decision))
      .to.include("staging never ran a release; promote it there first: slipway promote aaaaaaaaaaaa --to staging")
      .and.include("paused until 2026-02-01T00:00:00.000Z (incident 7); wait, or end it: slipway ledger unpause")
      .and.include("frozen until 2026-01-12T06:00:00.000Z")
      .and.include("engineering-manager is missing; manager@rehearsal.example or both@rehearsal.example can give it")
      .and.include("product-owner is missing");
  });

  it("does not let an author approve, nor one person twice [D2.3]", () => {
    history.toStaging(B).pass(24);
    history.approve("manager", "production", B).approve("owner", "production", B);
    expect(obstacles(history.promote(B, "production"))).to.include("an author does not approve it");
    history.approve("manager", "production", B);
    expect(obstacles(history.promote(B, "production"))).to.include("one person counts once");
    history.approve("both", "production", B);
    expect(history.promote(B, "production").kind).to.equal("go");
  });

  it("does not count approvals that expired, that were for an older plan, or after which the state drifted", () => {
    history.toStaging(A).approve("manager", "production", A, 20).approve("owner", "production", A, 20).pass(24);
    expect(obstacles(history.promote(A, "production"))).to.include("it expired at");
    history.approve("manager", "production", A).approve("owner", "production", A).drifts("production");
    expect(obstacles(history.promote(A, "production"))).to.include("has changed since");
    history.approve("manager", "production", A).approve("owner", "production", A);
    expect(history.promote(A, "production").kind).to.equal("go");
  });

  it("uses approvals up: a second attempt after a failure wants new ones", () => {
    history.toStaging(A).pass(24);
    history.approve("manager", "production", A).approve("owner", "production", A);
    history.promote(A, "production");
    history.end("production", "failed");
    expect(obstacles(history.promote(A, "production"))).to.include("is missing");
    history.approve("manager", "production", A).approve("owner", "production", A);
    expect(history.promote(A, "production").kind).to.equal("go");
  });

  it("is passed again by a release that was interrupted, without new approvals, and by no other [D2.6]", () => {
    history.toStaging(A).pass(24);
    history.approve("manager", "production", A).approve("owner", "production", A);
    history.promote(A, "production");
    const run = history.entries.at(-1)?.sequence;
    history.pass(96);
    expect(history.promote(A, "production")).to.deep.equal({ kind: "resume", run });
    expect(obstacles(history.promote(C, "production"))).to.include(
      `a promotion of production to aaaaaaaaaaaa (entry ${run}) is unfinished; finish it (slipway promote aaaaaaaaaaaa --to production) or go back (slipway rollback production)`,
    );
  });

  it("does not resume in an incident", () => {
    history.make(A);
    history.promote(A, "dev");
    history.write({ kind: "paused", environment: "dev", until: "2026-01-06T09:00:00.000Z", reason: "incident 7" });
    expect(obstacles(history.promote(A, "dev"))).to.include("incident 7");
    history.write({ kind: "unpaused", environment: "dev", reason: "solved" });
    expect(history.promote(A, "dev").kind).to.equal("resume");
  });

  it("lets nothing in where an application is not synchronised, and names what ends it [C7.2]", () => {
    const paused = { kind: "paused", environment: "dev", until: "2026-01-06T09:00:00.000Z" } as const;
    history.make(A);
    history.promote(A, "dev");
    for (const application of ["demo", "shop"]) history.write({ ...paused, application, reason: "incident 7" });
    expect(obstacles(history.promote(A, "dev")))
      .to.include("demo of dev is not synchronised until 2026-01-06T09:00:00.000Z (incident 7)")
      .and.include("slipway sync resume dev shop --reason TEXT");
    history.write({ kind: "unpaused", environment: "dev", reason: "that is the environment's" });
    history.write({ kind: "unpaused", environment: "dev", application: "demo", reason: "solved" });
    expect(obstacles(history.promote(A, "dev")))
      .to.include("shop of dev")
      .and.not.include("demo of dev");
    history.pass(1);
    expect(history.promote(A, "dev").kind).to.equal("resume");
  });

  it("opens when a pause is over, also when nobody ends it", () => {
    history
      .make(A)
      .write({ kind: "paused", environment: "dev", until: "2026-01-06T09:00:00.000Z", reason: "incident 7" });
    expect(history.promote(A, "dev").kind).to.equal("no");
    history.pass(1);
    expect(history.promote(A, "dev").kind).to.equal("go");
  });

  it("has nothing to do where the release runs, verified", () => {
    history.toStaging(A);
    expect(history.promote(A, "staging")).to.include({ kind: "done" });
  });

  describe("on the way back", () => {
    it("goes to the last verified release that is not the one that is there, and holds that one [D6.2]", () => {
      history.toProduction(A).toStaging(C).pass(24);
      history.approve("manager", "production", C).approve("owner", "production", C);
      history.promote(C, "production");
      history.end("production", "failed");
      expect(history.rollback("production")).to.deep.equal({ kind: "go", release: A, away: C });
      history.end("production", "verified");
      expect(history.standing.environments.production.run).to.include({
        release: A,
        purpose: "rollback",
        status: "verified",
      });
      history.approve("manager", "production", C).approve("owner", "production", C);
      const said = obstacles(history.promote(C, "production"));
      expect(said)
        .to.include("release cccccccccccc was rolled back")
        .and.include("slipway release unhold cccccccccccc");
      history.write({ kind: "hold-lifted", release: C, reason: "it was the network" });
      expect(history.promote(C, "production").kind).to.equal("go");
    });

    it("needs no approval and knows no freeze and no pause", () => {
      history.toProduction(A).pass(5 * 24);
      history.toProduction(C).pass(4 * 24);
      history.write({
        kind: "paused",
        environment: "production",
        until: "2027-01-01T00:00:00.000Z",
        reason: "incident",
      });
      expect(history.rollback("production")).to.include({ kind: "go", release: A });
    });

    it("leaves a promotion that was interrupted", () => {
      history.toProduction(A).toStaging(C).pass(24);
      history.approve("manager", "production", C).approve("owner", "production", C);
      history.promote(C, "production");
      expect(history.rollback("production")).to.include({ kind: "go", release: A, away: C });
    });

    it("is resumed when it was interrupted, and tried again when it failed", () => {
      history.toProduction(A).pass(24);
      history.toProduction(C);
      history.rollback("production");
      expect(history.rollback("production")).to.include({ kind: "resume", release: A });
      history.end("production", "failed");
      expect(history.rollback("production")).to.include({ kind: "go", release: A });
      history.end("production", "verified");
    });

    it("says why where there is none", () => {
      expect(history.rollback("production")).to.deep.equal({ kind: "no", why: "production never ran a release" });
      history.toProduction(A);
      const way = history.rollback("production");
      expect(way.kind === "no" && way.why).to.include("no other release was ever verified in production");
    });
  });
});
