import { expect } from "chai";
import { workloadManifests } from "../../../infra/environments/environment";
import type { Manifest } from "../../../infra/environments/manifest";
import type { ApplicationSpec } from "../../../infra/environments/application";
import { kinds, profiles, sizeOf, sizes, type Kind } from "../../../infra/environments/sizes";
import { quantity } from "../../../policy/quantity";
import { specOf } from "../../support/environments";

interface Container {
  resources: { requests: Record<string, string>; limits: Record<string, string> };
}
interface Pod {
  containers: Container[];
  initContainers?: Container[];
}
/** What a canary adds: its load test. */
const loadOf = (manifests: readonly Manifest[]): Manifest[] =>
  manifests
    .filter(({ metadata }) => metadata.name === "app-load")
    .map((manifest) => {
      const [metric] = (manifest["spec"] as { metrics: { provider: { job: { spec: object } } }[] }).metrics;
      return { ...manifest, kind: "Job", spec: metric?.provider.job.spec };
    });

/**
 * What a workload takes at most at one time: all copies, one more in a rolling update or all of them again beside a
 * canary that takes all traffic, init steps beside nothing.
 */
function peak(kind: Kind, changed: Partial<ApplicationSpec> = {}): Record<string, number> {
  const total: Record<string, number> = { pods: 0 };
  const all = workloadManifests(specOf(kind, changed));
  const canary = changed.strategy !== undefined;
  for (const manifest of [...all.filter(({ kind: one }) => /^(Deployment|Job)$/.test(one)), ...loadOf(all)]) {
    const spec = manifest["spec"] as {
      replicas?: number;
      strategy?: { type: string };
      template: { spec: Pod };
    };
    const { autoscaler, replicas } = sizeOf({ kind, ...changed });
    const most = spec.replicas ?? autoscaler?.maximum ?? replicas;
    const more = canary ? most : spec.strategy?.type === "RollingUpdate" ? 1 : 0;
    const copies = manifest.kind === "Job" ? 1 : most + more;
    total["pods"] = (total["pods"] ?? 0) + copies;
    for (const bound of ["requests", "limits"] as const)
      for (const resource of ["cpu", "memory"]) {
        const of = (containers: Container[] = []) =>
          containers.map(({ resources }) => quantity(resources[bound][resource] ?? "") ?? Number.NaN);
        const { containers, initContainers } = spec.template.spec;
        const pod = Math.max(
          of(containers).reduce((sum, one) => sum + one, 0),
          ...of(initContainers),
        );
        const key = `${bound}.${resource}`;
        total[key] = (total[key] ?? 0) + copies * pod;
      }
  }
  return total;
}

describe("sizes of environments", () => {
  it("[C2.3] preview: one small copy in a quota of half a core", () => {
    expect(sizes.preview).to.deep.include({
      replicas: 1,
      resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "200m", memory: "128Mi" } },
      quota: {
        "requests.cpu": "500m",
        "requests.memory": "512Mi",
        "limits.cpu": "1",
        "limits.memory": "1Gi",
        pods: "10",
      },
    });
  });
  it("[C3.3] QA: two copies, talkative, no autoscaler", () => {
    expect(sizes.qa).to.deep.include({
      replicas: 2,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } },
      logLevel: "debug",
    });
    expect(sizes.qa).to.not.have.property("autoscaler");
  });
  it("[C3.5] QA: a migration within five minutes and kept as long, a rollout within five, fifteen seconds to settle", () => {
    expect(sizes.qa).to.deep.include({
      migration: { retries: 3, deadlineSeconds: 300, keptSeconds: 300 },
      rolloutSeconds: 300,
      settleSeconds: 15,
    });
    const deployment = workloadManifests(specOf("qa")).find(({ kind }) => kind === "Deployment");
    expect(deployment?.["spec"]).to.have.property("progressDeadlineSeconds", 300);
  });
  it("[C4.1] [C4.2] [C5.1] [B8.2] staging and production differ in nothing but the ceiling", () => {
    const { autoscaler: staging, ...one } = sizes.staging;
    const { autoscaler: production, ...other } = sizes.production;
    expect(one).to.deep.equal(other);
    expect(one).to.deep.include({
      replicas: 3,
      resources: { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "1000m", memory: "512Mi" } },
      disruptionMinimum: 2,
      logLevel: "info",
    });
    expect([staging, production]).to.deep.equal([
      { maximum: 8, cpuPercent: 70, memoryPercent: 80 },
      { maximum: 20, cpuPercent: 70, memoryPercent: 80 },
    ]);
  });
  it("[D3.8] a migration is tried once in staging and production", () => {
    expect(kinds.map((kind) => sizes[kind].migration.retries)).to.deep.equal([3, 3, 0, 0]);
  });
  for (const kind of kinds)
    it(`[C2.3] all of ${kind} fits into its quota, also during a rollout`, () => {
      const most = peak(kind);
      expect(Object.keys(most)).to.have.members(Object.keys(sizes[kind].quota));
      for (const [resource, hard] of Object.entries(sizes[kind].quota))
        expect(most[resource], resource).to.be.at.most(quantity(hard) ?? 0);
    });
  for (const kind of ["staging", "production"] as const)
    for (const profile of profiles)
      it(`[D5.1] a canary of ${kind} fits into its quota beside the old version, with ${profile} sizes`, () => {
        const most = peak(kind, { profile, strategy: { by: "argo-rollouts" } });
        for (const [resource, hard] of Object.entries(sizeOf({ kind, profile }).quota))
          expect(most[resource], resource).to.be.at.most(quantity(hard) ?? 0);
      });
  it("[C1.7] graded: one copy at first, two larger ones in staging, and what they say", () => {
    expect(sizeOf({ kind: "qa", profile: "graded" })).to.deep.include({
      replicas: 1,
      resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } },
      logLevel: "debug",
    });
    const staging = sizeOf({ kind: "staging", profile: "graded" });
    expect(staging).to.deep.include({
      replicas: 2,
      resources: { requests: { cpu: "500m", memory: "512Mi" }, limits: { cpu: "2000m", memory: "2Gi" } },
      logLevel: "info",
    });
    expect(staging).to.not.have.property("autoscaler");
  });
  it("[C1.8] graded: five copies in production, up to twenty by CPU alone", () => {
    const production = sizeOf({ kind: "production", profile: "graded" });
    expect(production).to.deep.include({
      replicas: 5,
      resources: { requests: { cpu: "1000m", memory: "1Gi" }, limits: { cpu: "4000m", memory: "4Gi" } },
      logLevel: "warn",
      autoscaler: { maximum: 20, cpuPercent: 70 },
    });
    const manifests = workloadManifests(specOf("production", { profile: "graded" }));
    const scaler = manifests.find(({ kind }) => kind === "HorizontalPodAutoscaler");
    expect(scaler?.["spec"]).to.deep.include({ minReplicas: 5, maxReplicas: 20 });
    expect((scaler?.["spec"] as { metrics: object[] }).metrics).to.have.length(1);
  });
  it("[C1.8] the table of C4 and C5 is the one without a choice, and previews have no other", () => {
    for (const kind of kinds) expect(sizeOf({ kind })).to.equal(sizes[kind]);
    expect(sizeOf({ kind: "preview", profile: "graded" })).to.equal(sizes.preview);
  });
  it("[C1.2] production's quota is larger than that of QA and previews", () => {
    for (const [resource, hard] of Object.entries(sizes.production.quota))
      for (const kind of ["preview", "qa"] as const)
        expect(quantity(hard), `${resource} of ${kind}`).to.be.greaterThan(
          quantity(sizes[kind].quota[resource] ?? "") ?? 0,
        );
  });
  it("every container states its resources", () => {
    const silent = kinds.flatMap((kind) =>
      workloadManifests(specOf(kind)).filter(
        (manifest: Manifest) =>
          JSON.stringify(manifest).includes('"image"') &&
          JSON.stringify(manifest).split('"image"').length !== JSON.stringify(manifest).split('"resources"').length,
      ),
    );
    expect(silent).to.deep.equal([]);
  });
});
