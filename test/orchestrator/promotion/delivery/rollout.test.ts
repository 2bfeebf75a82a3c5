import { expect } from "chai";
import { openBranch } from "../../../../orchestrator/promotion/delivery/branch";
import { createDelivery, inSequence, ROLLOUT_MINUTES } from "../../../../orchestrator/promotion/delivery/rollout";
import { deliverySchema } from "../../../../orchestrator/promotion/delivery/settings";
import { holdSync, PAUSED, pauseSync, REASON, resumeSync } from "../../../../orchestrator/promotion/delivery/sync";
import { contentHash } from "../../../../orchestrator/promotion/canonical";
import type { Rollout } from "../../../../orchestrator/promotion/rollout";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { anEvidence } from "../values";
import { application, ArgoFake, repository } from "./world";

const [one, two] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string];

describe("the delivery of applications by Git", function () {
  this.timeout(60_000);
  const folder = useFolder();

  const world = () => {
    const git = repository(folder(), {
      "apps/root/production/demo.yaml": application("demo", "main", "apps/demo"),
      "apps/demo/deployment.yaml": "image: 1\n",
    });
    const argo = new ArgoFake(git.bare, "apps/root/production", git.bare);
    const settings = deliverySchema.parse({ repository: git.bare, branch: "main" });
    const revisions: Record<string, string> = {
      [one]: git.commit("one", { "apps/demo/deployment.yaml": "image: one\n" }),
      [two]: git.commit("two", { "apps/demo/deployment.yaml": "image: two\n" }),
    };
    let milliseconds = Date.parse("2026-01-06T08:00:00Z");
    const said: string[] = [];
    const delivery = createDelivery({
      settings,
      openBranch: () => openBranch(settings, "ada@example.com"),
      applications: argo,
      revisionOf: (release) => Promise.resolve(revisions[release] ?? ""),
      now: () => new Date(milliseconds),
      waitUntil: (time) => {
        milliseconds = time.getTime();
        return Promise.resolve();
      },
      say: (text) => said.push(text),
    });
    const run = (release: string, purpose: "promotion" | "rollback", permit = () => Promise.resolve()) =>
      delivery.run({ environment: "production", release, purpose, goOn: false, permit });
    const at = (name: string) =>
      (argo.objects.get(name) as unknown as { status?: { sync?: { revision: string } } }).status?.sync?.revision;
    return { git, argo, delivery, run, at, revisions, said };
  };
  const automated = (argo: ArgoFake) =>
    [...argo.objects.values()].map(
      (one) => (one as unknown as { spec: { syncPolicy?: { automated?: object } } }).spec.syncPolicy?.automated,
    );

  it("brings a release and reverts it: Git first, sync paused meanwhile and given back [D1.7] [D6.2]", async () => {
    const { run, at, argo, revisions, git } = world();
    expect((await run(one, "promotion")).status).to.equal("verified");
    expect(at("demo")).to.equal(revisions[one]);
    expect((await run(two, "promotion")).status).to.equal("verified");
    expect(at("demo")).to.equal(revisions[two]);
    argo.patched.splice(0);
    const back = await run(one, "rollback");
    expect(back.status).to.equal("verified");
    expect(at("demo")).to.equal(revisions[one]);
    expect(git.log()[0]).to.include("back to release");
    expect(back.evidence).to.deep.include({ engine: "git", checks: { passed: 2 } });
    // Paused before the sync was asked for, and every policy is back.
    const order = argo.patched.map(({ name, patch }) => `${name} ${"operation" in patch ? "sync" : "policy"}`);
    expect(order.slice(0, 3)).to.deep.equal(["applications policy", "demo policy", "applications sync"]);
    for (const policy of automated(argo)) expect(policy).to.deep.equal({ prune: true, selfHeal: true });
  });
  it("delivers nothing while sync is paused, and keeps the policy in the cluster through a crash", async () => {
    const { argo, at, git, run, revisions } = world();
    await run(one, "promotion");
    await pauseSync(argo, "rollback");
    await pauseSync(argo, "again");
    git.commit("a hand's work", {
      "apps/root/production/demo.yaml": application("demo", revisions[two] ?? "", "apps/demo"),
    });
    await argo.all();
    expect(at("demo")).to.equal(revisions[one]);
    const demo = argo.objects.get("demo") as unknown as { metadata: { annotations: Record<string, string> } };
    expect(JSON.parse(demo.metadata.annotations[PAUSED] ?? "")).to.deep.equal({ prune: true, selfHeal: true });
    expect(demo.metadata.annotations[REASON]).to.equal("rollback");
    expect(await resumeSync(argo)).to.deep.equal(["applications", "demo"]);
    expect(await resumeSync(argo)).to.deep.equal([]);
    expect(at("demo")).to.equal(revisions[two]);
  });
  it("touches neither Git nor cluster before it is permitted", async () => {
    const { run, git, argo } = world();
    const before = git.log();
    await run(one, "promotion", () => Promise.reject(new Error("no"))).catch(() => undefined);
    expect(git.log()).to.deep.equal(before);
    expect(argo.patched).to.deep.equal([]);
  });
  it("is refused while a person paused an application: neither Git nor cluster is touched [C7.2]", async () => {
    const { run, git, argo } = world();
    const before = git.log();
    const until = "2026-01-06T09:00:00.000Z";
    await holdSync(argo, { name: "demo", until, reason: "incident 7" });
    argo.patched.splice(0);
    for (const purpose of ["promotion", "rollback"] as const)
      expect((await refusal(() => run(one, purpose))).message).to.include(`demo until ${until} (incident 7)`);
    expect([git.log(), argo.patched]).to.deep.equal([before, []]);
  });
  it("fails after ten minutes of unhealthy applications, at once on a sync that failed, and gives sync back [D4.2]", async () => {
    const sick = world();
    sick.argo.sick = "demo";
    const late = await sick.run(one, "promotion");
    expect(late.status).to.equal("failed");
    expect(late.reason).to.equal(`demo is Degraded after ${ROLLOUT_MINUTES} minutes`);
    for (const policy of automated(sick.argo)) expect(policy).to.not.equal(undefined);
    sick.argo.sick = undefined;
    sick.argo.fails = "admission webhook denied the request";
    expect((await sick.run(two, "promotion")).reason).to.include("admission webhook denied");
  });
  it("refuses another cluster", async () => {
    const { git, delivery, argo } = world();
    const before = git.log();
    const source = (argo.objects.get("applications") as unknown as { spec: { source: { path: string } } }).spec.source;
    source.path = "apps/root/staging";
    const { code, kind } = await refusal(() =>
      delivery.run({
        environment: "production",
        release: one,
        purpose: "promotion",
        goOn: false,
        permit: () => Promise.resolve(),
      }),
    );
    expect([code, kind]).to.deep.equal(["wrong-cluster", "refused"]);
    expect(git.log()).to.deep.equal(before);
  });
  it("foresees another plan once Git was changed, and the same until then", async () => {
    const { delivery, git } = world();
    const before = await delivery.foresee("production");
    expect(await delivery.foresee("production")).to.deep.equal(before);
    git.commit("a hand's work", { "apps/root/production/demo.yaml": application("demo", "other", "apps/demo") });
    const after = await delivery.foresee("production");
    expect(after.plan).to.not.equal(before.plan);
    expect(after.state).to.not.equal(before.state);
  });

  describe("after the platform", () => {
    const played = (name: string, good = true) => {
      const ran: string[] = [];
      const rollout: Rollout = {
        foresee: () => Promise.resolve({ plan: contentHash(name), state: contentHash(`${name} state`), changes: {} }),
        run: async ({ permit }) => {
          await permit(() => rollout.foresee("dev"));
          ran.push(name);
          const evidence = anEvidence({ checks: { passed: 2 }, proofs: [name] });
          return { status: good ? "verified" : "failed", reason: "", fix: "", kind: "failure", evidence };
        },
      };
      return { rollout, ran };
    };
    it("asks once, for what both would do, and proves both", async () => {
      const [a, b] = [played("a"), played("b")];
      const both = inSequence(a.rollout, b.rollout);
      const seen: string[] = [];
      const { evidence } = await both.run({
        ...{ environment: "dev", release: one, purpose: "promotion", goOn: false },
        permit: async (look) => void seen.push((await look()).plan),
      });
      expect(seen).to.deep.equal([(await both.foresee("dev")).plan]);
      expect(evidence).to.deep.include({ checks: { passed: 4 }, proofs: ["a", "b"] });
    });
    it("is not begun when the platform failed", async () => {
      const [a, b] = [played("a", false), played("b")];
      const { status } = await inSequence(a.rollout, b.rollout).run({
        ...{ environment: "dev", release: one, purpose: "promotion", goOn: false },
        permit: () => Promise.resolve(),
      });
      expect(status).to.equal("failed");
      expect(b.ran).to.deep.equal([]);
    });
  });
});
