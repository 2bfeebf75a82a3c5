import { expect } from "chai";
import {
  pauseApplication,
  pausedIn,
  resumeApplication,
  resumeEnded,
  type PauseWork,
} from "../../../../orchestrator/promotion/delivery/pause";
import { PAUSED, pauseSync, requireSync, resumeSync } from "../../../../orchestrator/promotion/delivery/sync";
import { openStore } from "../../../../orchestrator/promotion/store";
import { standingOf } from "../../../../orchestrator/promotion/standing";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { application, ArgoFake, repository } from "./world";

const until = "2026-01-06T12:00:00.000Z";
const reason = "incident 7";

describe("the pause of one application", function () {
  this.timeout(60_000);
  const folder = useFolder();

  const world = () => {
    const git = repository(folder(), {
      "apps/root/production/demo.yaml": application("demo", "main", "apps/demo"),
      "apps/root/production/shop.yaml": application("shop", "main", "apps/shop"),
      "apps/demo/deployment.yaml": "image: 1\n",
    });
    const argo = new ArgoFake(git.bare, "apps/root/production", git.bare);
    let milliseconds = Date.parse("2026-01-06T08:00:00Z");
    const now = () => new Date(milliseconds);
    const store = openStore(`${folder()}/state`, now);
    const said: string[] = [];
    const work: PauseWork = {
      environment: "production",
      store,
      applications: argo,
      by: "ada@example.com",
      now,
      say: (text) => said.push(text),
    };
    const pass = (hours: number) => (milliseconds += hours * 3_600_000);
    const read = (name: string) =>
      argo.objects.get(name) as unknown as {
        metadata: { annotations?: Record<string, string> };
        spec: { syncPolicy?: { automated?: object } };
        status?: { sync?: { revision: string } };
      };
    return { git, argo, work, store, pass, read, said };
  };

  it("takes its sync away, and only its own, with reason and end in cluster and ledger [C7.2]", async () => {
    const { work, argo, git, read, store } = world();
    const before = read("demo").status?.sync?.revision;
    await pauseApplication(work, { application: "demo", until, reason });
    const commit = git.commit("another version", { "apps/demo/deployment.yaml": "image: 2\n" });
    await argo.all();
    expect(read("demo").status?.sync?.revision).to.equal(before);
    expect(read("shop").status?.sync?.revision).to.equal(commit);
    expect(read("demo").metadata.annotations).to.deep.include({
      "slipway.dev/paused-until": until,
      "slipway.dev/paused-because": reason,
    });
    expect(store.ledger.read().at(-1)?.event).to.deep.equal({
      ...{ kind: "paused", environment: "production", application: "demo", until, reason },
    });
    expect([...(await pausedIn(work))]).to.deep.equal([["demo", { until, reason }]]);
  });

  it("is ended by a person with a reason, and gives back what there was [C7.2]", async () => {
    const { work, argo, git, read, store } = world();
    await pauseApplication(work, { application: "demo", until, reason });
    const commit = git.commit("another version", { "apps/demo/deployment.yaml": "image: 2\n" });
    await resumeApplication(work, "demo", "solved");
    await argo.all();
    expect(read("demo").status?.sync?.revision).to.equal(commit);
    expect(read("demo").spec.syncPolicy?.automated).to.deep.equal({ prune: true, selfHeal: true });
    expect(read("demo").metadata.annotations).to.deep.equal({});
    expect(standingOf(store.ledger.read()).environments.production.unsynced.size).to.equal(0);
    expect((await refusal(() => resumeApplication(work, "demo", "again"))).code).to.equal("sync-not-paused");
    expect((await refusal(() => resumeApplication(work, "dema", "x"))).message).to.include("demo, shop");
  });

  it("is ended with its time by whoever asks for it, and not a minute before", async () => {
    const { work, pass, read } = world();
    await pauseApplication(work, { application: "demo", until, reason });
    pass(3.9);
    expect(await resumeEnded(work)).to.deep.equal([]);
    pass(0.1);
    expect(await resumeEnded(work)).to.deep.equal(["demo"]);
    expect(read("demo").spec.syncPolicy?.automated).to.not.equal(undefined);
    expect((await pausedIn(work)).size).to.equal(0);
  });

  it("is refused for an application that there is not, before anything is written", async () => {
    const { work, store } = world();
    const { message } = await refusal(() => pauseApplication(work, { application: "dema", until, reason }));
    expect(message).to.include("there is no Application dema here; there are applications, demo, shop");
    expect(store.ledger.read()).to.deep.equal([]);
  });

  it("can be prolonged, and finished after a kill between ledger and cluster", async () => {
    const { work, read, store } = world();
    store.ledger.append("ada", () => ({
      kind: "paused",
      environment: "production",
      application: "demo",
      until,
      reason,
    }));
    await pauseApplication(work, { application: "demo", until, reason });
    const later = "2026-01-06T18:00:00.000Z";
    await pauseApplication(work, { application: "demo", until: later, reason: "still" });
    expect(JSON.parse(read("demo").metadata.annotations?.[PAUSED] ?? "")).to.deep.equal({
      prune: true,
      selfHeal: true,
    });
    expect([...(await pausedIn(work))]).to.deep.equal([["demo", { until: later, reason: "still" }]]);
  });

  it("outlives a delivery that pauses and resumes everything else", async () => {
    const { work, argo, read } = world();
    await pauseApplication(work, { application: "demo", until, reason });
    expect(await pauseSync(argo, "promotion")).to.deep.equal(["applications", "demo", "shop"]);
    expect(await resumeSync(argo)).to.deep.equal(["applications", "shop"]);
    expect(read("demo").spec.syncPolicy?.automated).to.equal(undefined);
  });

  it("stops a delivery while it lasts, also one that only Git declares, and is ended by the next one after it [C7.2]", async () => {
    const { work, argo, pass } = world();
    await pauseApplication(work, { application: "demo", until, reason });
    const { code, kind, message } = await refusal(() => requireSync(argo, work.now()));
    expect([code, kind]).to.deep.equal(["sync-paused", "refused"]);
    expect(message).to.include(`demo until ${until} (${reason})`);
    await argo.patch("shop", { metadata: { annotations: { "slipway.dev/paused-until": "soon" } } });
    expect((await refusal(() => requireSync(argo, work.now()))).message).to.include("shop until soon");
    await argo.patch("shop", { metadata: { annotations: { "slipway.dev/paused-until": null } } });
    pass(4);
    expect(await requireSync(argo, work.now())).to.deep.equal(["demo"]);
    expect(await requireSync(argo, work.now())).to.deep.equal([]);
  });
});
