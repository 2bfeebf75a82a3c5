import { expect } from "chai";
import { canaryOf } from "../../../../orchestrator/cli/promotion-work";
import { canaryStage, type Canary, type RolloutStatus } from "../../../../orchestrator/promotion/canary/stage";
import { digestOf } from "../../../../orchestrator/promotion/canonical";
import { openBranch } from "../../../../orchestrator/promotion/delivery/branch";
import { createDelivery, inSequence } from "../../../../orchestrator/promotion/delivery/rollout";
import { deliverySchema } from "../../../../orchestrator/promotion/delivery/settings";
import { promote, type PromotionWork } from "../../../../orchestrator/promotion/promote";
import type { Rollout } from "../../../../orchestrator/promotion/rollout";
import { parseRules } from "../../../../orchestrator/promotion/rules";
import type { Stage } from "../../../../orchestrator/promotion/stages";
import { openStore } from "../../../../orchestrator/promotion/store";
import { useFolder } from "../../../support/folder";
import { strict } from "../../../support/strict";
import { aRecord, anEvidence } from "../values";
import { application, ArgoFake, repository } from "../delivery/world";

const RULES =
  "{ people: [], approvalHours: 1, environments: { dev: {}, staging: { rollback: automatic }, production: {} } }";

describe("a promotion with a canary", function () {
  this.timeout(60_000);
  const folder = useFolder();

  /** Staging, delivered by Git into a cluster where Argo Rollouts ends as told; the platform beside it is played. */
  const world = () => {
    const git = repository(folder(), {
      "apps/root/staging/staging.yaml": application("staging", "main", "apps/shop").replace(
        "  syncPolicy:",
        "  destination: { namespace: staging }\n  syncPolicy:",
      ),
      "apps/shop/deployment.yaml": "image: 0\n",
    });
    const argo = new ArgoFake(git.bare, "apps/root/staging", git.bare);
    const settings = deliverySchema.parse({ repository: git.bare, branch: "main" });
    let milliseconds = Date.parse("2026-01-06T08:00:00Z");
    const now = () => new Date(milliseconds);
    const waitUntil = (time: Date) => {
      milliseconds = time.getTime();
      return Promise.resolve();
    };
    const store = openStore(folder(), now);
    const ran: string[] = [];
    const seen: RolloutStatus[] = [];
    const canary = canaryOf({
      ...{ store, now, waitUntil, keep: digestOf, say: () => undefined },
      open: (...place) =>
        strict<Canary>("canary", {
          rollout: () => {
            if (ran.at(-1) !== `canary of ${place.join("/")}`) ran.push(`canary of ${place.join("/")}`);
            return Promise.resolve(seen.length > 1 ? seen.shift() : seen[0]);
          },
          workload: () => Promise.resolve(2),
          analyses: () => Promise.resolve([]),
        }),
    });
    const delivery = createDelivery({
      ...{ settings, now, waitUntil, say: () => undefined, applications: argo },
      openBranch: () => openBranch(settings, "ada@example.com"),
      revisionOf: (release) => Promise.resolve(store.releases.get(release).source.commit),
      canaryIn: async (release, environment) =>
        (await canary({ environment, release, run: 1 })) === undefined ? undefined : environment,
    });
    const platform: Rollout = {
      foresee: () => Promise.resolve({ plan: digestOf("plan"), state: digestOf("state"), changes: {} }),
      async run({ permit }) {
        await permit(() => platform.foresee("staging"));
        return { status: "verified", reason: "", fix: "", kind: "failure", evidence: anEvidence() };
      },
    };
    const stage = (name: string, when: Stage["when"]): Stage => ({
      ...{ name, when, onRollback: false },
      run: () =>
        Promise.resolve({
          verdict: ran.push(name) > 0 ? "passed" : "failed",
          ...{ summary: "played", fix: "" },
          seconds: 0,
        }),
    });
    const rules = parseRules(RULES, "");
    const work = (environment: "dev" | "staging"): PromotionWork => ({
      ...{ environment, target: "aws", store, rules, by: "test", now, say: () => undefined },
      rollout: environment === "dev" ? platform : inSequence(platform, delivery),
      back: delivery,
      stages: environment === "dev" ? [] : [stage("migration", "before"), canaryStage(canary), stage("smoke", "after")],
    });
    const go = async (release: string) => {
      await promote({ ...work("dev"), release });
      ran.splice(0);
      return promote({ ...work("staging"), release });
    };
    const release = (text: string, by: string) => {
      const commit = git.commit(text, { "apps/shop/deployment.yaml": `image: ${text}\n` });
      const staging = { "slipway:domain": "slipway.example", "slipway:application": { rollout: { by } } };
      const { source, configuration } = aRecord();
      const hash = store.releases.add(
        aRecord({ source: { ...source, commit }, configuration: { ...configuration, staging } }),
      );
      store.ledger.append("test", () => ({ kind: "released", release: hash }));
      return { hash, commit };
    };
    const at = () =>
      (argo.objects.get("staging") as unknown as { spec: { source: { targetRevision: string } } }).spec.source
        .targetRevision;
    const stages = () =>
      store.ledger.read().flatMap(({ event }) => (event.kind === "stage" ? [`${event.stage} ${event.verdict}`] : []));
    return { argo, go, release, ran, seen, at, store, stages };
  };
  const status = (phase: string, rest: object = {}): RolloutStatus => ({
    metadata: { generation: 1 },
    status: { phase, observedGeneration: "1", workloadObservedGeneration: "2", ...rest },
  });

  it("goes migration, delivery, canary, smoke, while the application is not healthy yet, and keeps the canary's evidence [D4.3] [D5.1]", async () => {
    const { argo, go, release, ran, seen, at, store } = world();
    const { hash, commit } = release("one", "argo-rollouts");
    argo.sick = "staging";
    seen.push(status("Progressing", { currentStepIndex: 1 }), status("Healthy"));
    expect((await go(hash)).status).to.equal("verified");
    expect(at()).to.equal(commit);
    expect(ran).to.deep.equal(["migration", "canary of staging/app", "smoke"]);
    const told = store.ledger.read().find(({ event }) => event.kind === "stage" && event.stage === "canary");
    expect(told?.event).to.include({ verdict: "passed", seconds: 10 }).and.to.have.property("evidence");
  });
  it("goes back by Git when the canary was aborted: no smoke test, and the release is held [D5.1] [D6.2]", async () => {
    const { go, release, ran, seen, at, store, stages } = world();
    const one = release("one", "argo-rollouts");
    seen.push(status("Healthy"));
    await go(one.hash);
    const two = release("two", "argo-rollouts");
    seen.splice(
      0,
      1,
      status("Progressing"),
      status("Degraded", { abort: true, message: "success-rate assessed Failed" }),
    );
    const { status: how, failure } = await go(two.hash);
    expect(how).to.equal("rolled back");
    expect(failure?.reason).to.include("canary failed: success-rate assessed Failed");
    expect(at()).to.equal(one.commit);
    expect(ran).to.deep.equal(["migration", "canary of staging/app"]);
    expect(stages().slice(-2)).to.deep.equal(["migration passed", "canary failed"]);
    expect(
      store.ledger
        .read()
        .map(({ event }) => event.kind)
        .slice(-3),
    ).to.deep.equal(["failed", "started", "verified"]);
  });
  it("has no canary where pods are replaced one by one, and the application has to be healthy when it is delivered", async () => {
    const { argo, go, release, ran } = world();
    const { hash } = release("one", "rolling");
    expect((await go(hash)).status).to.equal("verified");
    expect(ran).to.deep.equal(["migration", "smoke"]);
    argo.sick = "staging";
    expect((await go(release("two", "rolling").hash)).status).to.not.equal("verified");
    expect(ran).to.deep.equal(["migration"]);
  });
});
