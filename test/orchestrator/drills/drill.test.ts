import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { KubernetesObject, V1Deployment, V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import { experimentNames, experiments } from "../../../infra/chaos/experiments";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { runDrill, type DrillWork } from "../../../orchestrator/drills/drill";
import { keepEvidence } from "../../../orchestrator/drills/evidence";
import type { SlipwayError } from "../../../orchestrator/errors";
import { useFolder } from "../../support/folder";
import { root } from "../../support/pulumi";
import { strict } from "../../support/rollout";

const target = { namespace: "demo", name: "demo" };
const chaos: DrillWork["chaos"] = {
  tool: "chaos-mesh",
  namespace: "chaos-mesh",
  template: "",
  scope: ["demo"],
  experiments: [...experimentNames],
  target,
};

/** A workload whose controller replaces what is lost, one pod at each look; a clock that ticks at each look. */
class World {
  now = 0;
  made = 0;
  pods: V1Pod[] = [];
  created: KubernetesObject[] = [];
  removed: string[] = [];
  injected = true;
  fired: string[] = [];
  refusal: string | undefined;
  constructor(
    readonly copies = 2,
    /** Looks until a lost pod is replaced. */
    readonly slow = 1,
  ) {
    while (this.pods.length < copies) this.add();
  }
  add() {
    this.made += 1;
    this.pods.push({
      metadata: { name: `demo-${this.made}`, namespace: "demo", uid: String(this.made), labels: { app: "demo" } },
      spec: { nodeName: `node-${this.made % 2}`, containers: [] },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
  }
  kill(name: string) {
    this.pods = this.pods.filter(({ metadata }) => metadata?.name !== name);
  }
  readonly view = strict<ClusterView>("cluster", {
    list: () => Promise.resolve([...this.pods] as never),
    get: (_apiVersion, kind, name) => {
      if (kind === "Deployment") return Promise.resolve(this.deployment(name) as never);
      const status = {
        conditions: [{ type: "AllInjected", status: this.injected ? "True" : "False" }],
        experiment: { containerRecords: [{ id: "demo/demo-1" }] },
      };
      return Promise.resolve({ status } as never);
    },
    create: (object) => {
      this.created.push(object);
      if (object.kind === "PodChaos" && this.injected) this.kill("demo-1");
      return Promise.resolve(object);
    },
    remove: ({ kind, metadata }) => {
      this.removed.push(kind);
      if (kind === "Pod") this.kill(metadata.name);
      return Promise.resolve();
    },
  });
  deployment(name: string): V1Deployment | undefined {
    if (name !== "demo") return undefined;
    return {
      metadata: { ...target },
      spec: { replicas: this.copies, selector: { matchLabels: { app: "demo" } }, template: {} },
      status: { availableReplicas: this.pods.length },
    };
  }
  work(more: Partial<DrillWork> = {}): DrillWork {
    return {
      environment: "dev",
      chaos,
      view: this.view,
      waitUntil: async ({ attempt, deadlineSeconds }) => {
        for (let look = 1; ; look++) {
          const seen = await attempt();
          if (seen.done || look >= deadlineSeconds) return seen;
          this.now += 1000;
          if (look % this.slow === 0 && this.pods.length < this.copies) this.add();
        }
      },
      evict: (_namespace, name) => {
        if (this.refusal === undefined) this.kill(name);
        return Promise.resolve(this.refusal);
      },
      firing: () => Promise.resolve(this.fired),
      proof: "stand-in",
      milliseconds: () => this.now,
      now: () => new Date(0),
      holdSeconds: 0,
      ...more,
    };
  }
}
const code = (attempt: Promise<unknown>) =>
  attempt.then(
    () => "ran",
    (error: unknown) => (error as SlipwayError).code,
  );

describe("a drill", () => {
  const folder = useFolder();
  const run = (world: World, name: (typeof experimentNames)[number] = "pod-kill", more: Partial<DrillWork> = {}) =>
    runDrill(world.work(more), { experiment: experiments[name], target });

  it("[A16.2] records recovery time, impact and alerts, and takes its fault back", async () => {
    const world = new World();
    const record = await run(world);
    expect(record).to.deep.include({
      verdict: "passed",
      recoverySeconds: 1,
      hit: ["demo/demo-1"],
      impact: { wanted: 2, leastReady: 1, missingCopySeconds: 0, looks: 2 },
    });
    expect(record.alerts).to.deep.equal({ name: "CrashLoopBackOff", expected: "silent", fired: [] });
    expect(world.removed).to.deep.equal(["PodChaos"]);
  });
  it("[A16.3] asks for the narrowest scope: one pod, by namespace and labels", async () => {
    const world = new World();
    await run(world, "network-delay");
    expect(world.created[0]).to.have.property("kind", "NetworkChaos");
    expect((world.created[0] as { spec?: object }).spec).to.deep.include({
      mode: "one",
      selector: { namespaces: ["demo"], labelSelectors: { app: "demo" } },
    });
  });
  it("[A16.3] is aborted when its budget is used up, and its fault taken back", async () => {
    const world = new World(1, 50);
    const record = await run(world);
    expect(record.verdict).to.equal("aborted");
    expect(record.reason).to.include("0 of 1 copies were ready");
    expect(world.removed).to.deep.equal(["PodChaos"]);
  });
  it("fails for what does not recover in time, and for an alert that should have been silent", async () => {
    const slow = await run(new World(2, 1000));
    expect(slow).to.include({ verdict: "failed", reason: "not as it was within 120 s" });
    const loud = new World();
    loud.fired = ["CrashLoopBackOff"];
    expect(await run(loud)).to.include({ verdict: "failed", reason: "CrashLoopBackOff fired" });
  });
  it("fails, and says so, where the fault was never brought about", async () => {
    const world = new World();
    world.injected = false;
    const record = await run(world);
    expect(record.verdict).to.equal("failed");
    expect(record.reason).to.include("did not inject it within 60 s");
    expect(world.removed).to.deep.equal(["PodChaos"]);
  });
  it("evicts within the disruption budget, and takes a refusal for what it is", async () => {
    expect(await run(new World(), "eviction")).to.include({ verdict: "passed" });
    const guarded = new World();
    guarded.refusal = "Cannot evict pod as it would violate the pod's disruption budget.";
    const record = await run(guarded, "eviction");
    expect(record.verdict).to.equal("failed");
    expect(record.reason).to.include("disruption budget");
  });
  it("takes away what one node ran, and no more", async () => {
    const world = new World(4);
    const record = await run(world, "node-kill");
    expect(record.hit).to.have.length(2);
    expect(record.verdict).to.equal("passed");
  });

  it("[E6.5] [A16.3] is refused without a tool, beyond the scope, and in production without its scope said", async () => {
    const none = { ...chaos, tool: "none" as const };
    expect(await code(run(new World(), "pod-kill", { chaos: none }))).to.equal("drill-refused");
    expect(await code(run(new World(), "pod-kill", { chaos: { ...chaos, scope: ["shop"] } }))).to.equal(
      "drill-refused",
    );
    const production = new World().work({ environment: "production" });
    expect(await code(runDrill(production, { experiment: experiments["pod-kill"], target }))).to.equal("drill-refused");
    const meant = new World().work({ environment: "production" });
    expect(await code(runDrill(meant, { experiment: experiments["pod-kill"], target, scope: "demo" }))).to.equal("ran");
  });
  it("is refused where the workload is not whole, or not there", async () => {
    const broken = new World();
    broken.kill("demo-2");
    expect(await code(run(broken))).to.equal("drill-unsteady");
    const other = runDrill(new World().work(), {
      experiment: experiments["pod-kill"],
      target: { ...target, name: "x" },
    });
    expect(await code(other)).to.equal("drill-unsteady");
  });

  it("[A16.2] leaves evidence for people and for machines", async () => {
    const record = await run(new World());
    const [json = "", markdown = ""] = keepEvidence(path.join(folder(), "drills"), record);
    expect(JSON.parse(readFileSync(json, "utf8"))).to.deep.equal(record);
    expect(readFileSync(markdown, "utf8")).to.include("runbook docs/runbooks/pod-crash.md").and.include("recovery 1 s");
  });
  it("[H2.1] each is bound to a runbook that is there, an alert and a budget", () => {
    for (const { runbook, budget, alert } of Object.values(experiments)) {
      expect(existsSync(path.join(root, "docs", "runbooks", `${runbook}.md`)), runbook).to.equal(true);
      expect(budget.leastReady).to.be.within(0, 1);
      expect(budget.recoverySeconds).to.be.greaterThan(0);
      expect(readFileSync(path.join(root, "docs", "runbooks", "README.md"), "utf8")).to.include(`\`${alert.name}\``);
    }
  });
});
