import { expect } from "chai";
import { workloadManifests } from "../../../infra/environments/environment";
import type { Manifest } from "../../../infra/environments/manifest";
import { kinds, sizes, type Kind } from "../../../infra/environments/sizes";
import { quantity } from "../../../policy/quantity";
import { specOf } from "../../support/environments";

interface Container {
  resources: { requests: Record<string, string>; limits: Record<string, string> };
}
interface Pod {
  containers: Container[];
  initContainers?: Container[];
}
/** What a workload takes at most at one time: all copies, one more in a rolling update, init steps beside nothing. */
function peak(kind: Kind): Record<string, number> {
  const total: Record<string, number> = { pods: 0 };
  for (const manifest of workloadManifests(specOf(kind)).filter(({ kind: one }) => /^(Deployment|Job)$/.test(one))) {
    const spec = manifest["spec"] as {
      replicas?: number;
      strategy?: { type: string };
      template: { spec: Pod };
    };
    const most = spec.replicas ?? sizes[kind].autoscaler?.maximum ?? 1;
    const copies = manifest.kind === "Job" ? 1 : most + (spec.strategy?.type === "RollingUpdate" ? 1 : 0);
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
