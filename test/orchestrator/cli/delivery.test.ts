import { expect } from "chai";
import { applicationsOnly, deliveryOf } from "../../../orchestrator/cli/delivery";
import { contentHash } from "../../../orchestrator/promotion/canonical";
import type { Rollout } from "../../../orchestrator/promotion/rollout";
import { parseRules } from "../../../orchestrator/promotion/rules";
import { openStore } from "../../../orchestrator/promotion/store";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { aRecord, anEvidence } from "../promotion/values";

const digest = contentHash("x");

describe("the delivery a command works with", () => {
  const folder = useFolder();
  const store = () => openStore(folder(), () => new Date("2026-01-06T08:00:00Z"));

  it("is the rules', and none in a rehearsal or without them", () => {
    const parts = {
      store: store(),
      by: "ada",
      now: () => new Date(0),
      say: () => undefined,
      waitUntil: () => Promise.resolve(),
    };
    const environments = "environments: { dev: {}, staging: {}, production: {} }\npeople: []\napprovalHours: 1\n";
    const without = parseRules(environments, "");
    const rules = parseRules(`${environments}delivery: { repository: x, branch: main }\n`, "");
    const asked = (target: "rehearsal" | "aws", given = rules) =>
      deliveryOf({ ...parts, rules: given, options: { target, environment: "production" } });
    expect(asked("aws")).to.not.equal(undefined);
    expect(asked("rehearsal")).to.equal(undefined);
    expect(asked("aws", without)).to.equal(undefined);
  });

  describe("on the way back by Git alone", () => {
    const ran: string[] = [];
    const delivery: Rollout = {
      foresee: () => Promise.resolve({ plan: digest, state: digest, changes: {} }),
      run: ({ release }) => {
        ran.push(release);
        return Promise.resolve({ status: "verified", reason: "", fix: "", kind: "failure", evidence: anEvidence() });
      },
    };
    const back = (changed: Parameters<typeof aRecord>[0]) => {
      ran.splice(0);
      const { releases, ledger } = store();
      const [to, from] = [releases.add(aRecord()), releases.add(aRecord(changed))];
      ledger.append("ada", () => ({
        ...{ kind: "started", environment: "production", release: from, purpose: "promotion", plan: digest },
        ...{ state: digest, approvals: [], rules: digest },
      }));
      return applicationsOnly(delivery, store()).run({
        ...{ environment: "production", release: to, purpose: "rollback", goOn: false },
        permit: () => Promise.resolve(),
      });
    };
    it("goes where only commit and images differ", async () => {
      const source = { ...aRecord().source, commit: "2".repeat(40) };
      await back({ source, images: { app: `app@sha256:${"b".repeat(64)}` } });
      expect(ran).to.have.length(1);
    });
    it("does not where the platform differs, and says how a person goes back", async () => {
      const { code, message, fix } = await refusal(() =>
        back({ charts: { karpenter: { chart: "karpenter", version: "9" } } }),
      );
      expect(code).to.equal("platform-differs");
      expect(message).to.include("charts.karpenter.version");
      expect(fix).to.include(`git worktree add ../release ${"1".repeat(40)}`);
      expect(ran).to.deep.equal([]);
    });
  });
});
