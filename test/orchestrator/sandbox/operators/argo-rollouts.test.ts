import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { deliveryOf } from "../../../../infra/environments/delivery";
import { workloadManifests } from "../../../../infra/environments/environment";
import type { Strategy } from "../../../../infra/environments/strategy";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { openCanary } from "../../../../orchestrator/promotion/canary/cluster";
import { canaryStage } from "../../../../orchestrator/promotion/canary/stage";
import { MEASURED } from "../../../../orchestrator/sandbox/operators/argo-analysis";
import { at, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { imageOf, specOf } from "../../../support/environments";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const strategy: Strategy = { by: "argo-rollouts" };
const NAMESPACE = "production";
const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "app", namespace: NAMESPACE };
const application = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Application",
  name: NAMESPACE,
  namespace: "argocd",
};
const healthy = (object: KubeObject | undefined): boolean =>
  at(object, "status", "phase") === "Healthy" &&
  at(object, "status", "observedGeneration") === String(object?.metadata.generation);

/** What production delivers, as far as a canary goes: no secret store and no operator of metrics is here. */
const delivered = (digit: string, measured?: object): object[] =>
  workloadManifests(specOf("production", { image: imageOf(digit), strategy })).flatMap((manifest) => {
    if (
      !/^(Deployment|Service|Rollout|AnalysisTemplate|HTTPRoute|HorizontalPodAutoscaler|ConfigMap|ServiceAccount)$/.test(
        manifest.kind,
      )
    )
      return [];
    if (manifest.kind !== "Deployment") return [manifest];
    // Without the credentials, which a secret store would bring.
    const spec = structuredClone(manifest["spec"]) as {
      template: {
        metadata: { annotations?: Record<string, string> };
        spec: { initContainers?: object[]; containers: { env?: object[] }[] };
      };
    };
    delete spec.template.spec.initContainers;
    for (const container of spec.template.spec.containers) delete container.env;
    const { metadata } = spec.template;
    if (measured !== undefined)
      metadata.annotations = { ...metadata.annotations, [MEASURED]: JSON.stringify(measured) };
    return [{ ...manifest, spec }];
  });

describe("Argo Rollouts in a rehearsal", function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let apps: string;
  const apply = (object: KubeObject) => fixture.api.apply(object, { manager: "test", force: true });
  const deliver = (digit: string, measured?: object) => {
    const folder = path.join(apps, "shop", "overlays", "production");
    fs.mkdirSync(folder, { recursive: true });
    const texts = delivered(digit, measured).map((object) => stringify(object, { aliasDuplicateObjects: false }));
    fs.writeFileSync(path.join(folder, "all.yaml"), texts.join("---\n"));
  };
  const get = (apiVersion: string, kind: string, name: string) =>
    fixture.api.get({ apiVersion, kind, name, namespace: NAMESPACE });
  const shares = async () =>
    listAt(await get("gateway.networking.k8s.io/v1", "HTTPRoute", "app"), "spec", "rules", 0, "backendRefs").map(
      (backend) => at(backend, "weight"),
    );
  const settled = async (before?: string): Promise<KubeObject> => {
    const done = await until(
      fixture,
      rollout,
      (object) => healthy(object) && at(object, "status", "currentPodHash") !== before,
    );
    if (done === undefined) throw new Error("there is no Rollout");
    return done;
  };

  const kept: string[] = [];
  /** The promotion's own way of following a canary, through the cluster's API. */
  const followed = () => {
    let looks = 0;
    const canary = openCanary(NAMESPACE, "app", fixture.access.kubeconfig);
    const ended = ["Healthy", "Degraded", "Paused"];
    const stage = canaryStage(() =>
      Promise.resolve({
        name: "app",
        canary,
        keep: (output) => `sha256:${kept.push(output)}`,
        now: () => new Date(looks * 10_000),
        // The time that is played is that of a look; what is waited for is the next change in the cluster.
        waitUntil: async () => {
          looks++;
          const seen = await get("argoproj.io/v1alpha1", "Rollout", "app");
          await until(
            fixture,
            rollout,
            (object) =>
              object?.metadata.resourceVersion !== seen?.metadata.resourceVersion ||
              ended.includes(String(at(object, "status", "phase"))),
          );
        },
        say: () => undefined,
      }),
    );
    return stage.run({ environment: "production", release: "sha256:0", run: 1 });
  };
  /** Delivers a version, and waits until its Deployment says so. */
  const bring = async (digit: string, measured?: object) => {
    deliver(digit, measured);
    // Argo CD looks again when its Application changes; it takes the request away, which the stand-in does not.
    for (const asked of ["normal", null])
      await fixture.api.merge(application, { metadata: { annotations: { "argocd.argoproj.io/refresh": asked } } });
    await until(fixture, { ...rollout, apiVersion: "apps/v1", kind: "Deployment" }, (object) => {
      const template = JSON.stringify(at(object, "spec", "template"));
      return template.includes(imageOf(digit)) && template.includes(MEASURED) === (measured !== undefined);
    });
  };

  before(async () => {
    apps = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-rollouts-"));
    fixture = await open({ operators: { cloud: new FakeCloud(), apps } });
    for (const name of ["argocd", "argo-rollouts", "envoy-gateway-system", NAMESPACE])
      await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const install = (name: string, namespace: string, values: Properties) =>
      fixture.make(RELEASE, name, { name, chart: name, namespace, values });
    await install("gateway-crds-helm", "envoy-gateway-system", {
      crds: { gatewayAPI: { enabled: true, channel: "standard" }, envoyGateway: { enabled: true } },
    });
    await install("argo-cd", "argocd", {});
    await install("argo-rollouts", "argo-rollouts", {});
    await apply({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AppProject",
      metadata: { name: "workloads", namespace: "argocd" },
      spec: { sourceRepos: ["*"], destinations: [{ server: "*", namespace: NAMESPACE }] },
    });
    deliver("a");
    const delivery = deliveryOf({
      ...specOf("production"),
      kind: "production",
      strategy,
      repository: "https://git.example.org/platform",
      revision: "main",
      folder: "apps/shop",
    });
    await apply({ ...delivery, metadata: { ...delivery.metadata, namespace: "argocd" } } as unknown as KubeObject);
  });
  after(async () => {
    await fixture.close();
    fs.rmSync(apps, { recursive: true, force: true });
  });

  it("[C5.1] brings the first version up at once, with the copies the autoscaler wants at least", async () => {
    await until(fixture, rollout, (object) => healthy(object) && at(object, "status", "readyReplicas") === 3);
    expect(await shares()).to.deep.equal([100, 0]);
    const service = await get("v1", "Service", "app");
    const hash = at(await get("argoproj.io/v1alpha1", "Rollout", "app"), "status", "stableRS");
    expect(at(service, "spec", "selector", "rollouts-pod-template-hash")).to.equal(hash);
    // Its pods are the Rollout's; the Deployment only says what a pod is.
    await until(
      fixture,
      { apiVersion: "apps/v1", kind: "Deployment", name: "app", namespace: NAMESPACE },
      (object) => at(object, "spec", "replicas") === 0,
    );
  });
  it("[D5.1] takes a new version in by the steps of the table, and Argo CD sets nothing back", async () => {
    const before = String(at(await settled(), "status", "currentPodHash"));
    const seen: unknown[] = [];
    const following = new AbortController();
    const follow = fixture.api.follow(
      { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
      {
        reset: () => undefined,
        event: ({ object }) => seen.push(at(listAt(object, "spec", "rules", 0, "backendRefs")[1], "weight")),
      },
      following.signal,
    );
    await bring("b");
    const { verdict } = await followed();
    expect(verdict).to.equal("passed");
    expect(JSON.parse(kept[0] ?? "")).to.include({ rollout: "app", verdict: "passed" });
    const after = await settled(before);
    following.abort();
    await follow.catch(() => undefined);
    expect(seen.filter((weight, i) => weight !== seen[i - 1] && weight !== 0)).to.deep.equal([10, 20, 30, 40, 50, 100]);
    expect(await shares()).to.deep.equal([100, 0]);
    expect(at(after, "status", "stableRS")).to.equal(at(after, "status", "currentPodHash"));
    const { items: sets } = await fixture.api.list("apps/v1", "ReplicaSet", NAMESPACE);
    const old = sets.find(({ metadata }) => metadata.name === `app-${before}`);
    expect(at(old, "spec", "replicas")).to.equal(0);
    await until(fixture, application, (object) => at(object, "status", "health", "status") === "Healthy");
  });
  it("takes back a version whose requests fail, by its analysis' fifth failed check, and the promotion says so [D5.1] [D5.2]", async () => {
    const good = at(await settled(), "status", "currentPodHash");
    await bring("c", { "success-rate": 0.95 });
    const { verdict, summary } = await followed();
    expect(verdict).to.equal("failed");
    expect(summary).to.include('Metric "success-rate" assessed Failed due to failed (5) > failureLimit (4)');
    const { analyses } = JSON.parse(kept.at(-1) ?? "") as {
      analyses: { metrics: { name: string; failed: number }[] }[];
    };
    expect(analyses[0]?.metrics.map(({ name, failed }) => [name, failed])).to.deep.equal([
      ["success-rate", 5],
      ["duration", 0],
    ]);
    const back = await until(fixture, rollout, (object) => at(object, "status", "updatedReplicas") === 0);
    expect(at(back, "status", "stableRS")).to.equal(good);
    expect(await shares()).to.deep.equal([100, 0]);
    // What ran before is no new version: it comes back without steps (D6.2).
    await bring("b");
    await settled();
    expect(at(await get("argoproj.io/v1alpha1", "Rollout", "app"), "status", "abort")).to.equal(false);
  });
  it("waits for a person where there is no traffic to judge by, which is inconclusive and no pass [D5.3]", async () => {
    await bring("d", { "success-rate": null, duration: null });
    const { verdict } = await followed();
    expect(verdict).to.equal("inconclusive");
    expect(await shares()).to.not.deep.equal([0, 100]);
    await bring("b");
    await settled();
  });
  it("says of a Rollout without its Deployment what is wrong", async () => {
    const lost = { ...rollout, name: "lost" };
    await apply({
      apiVersion: lost.apiVersion,
      kind: lost.kind,
      metadata: { name: lost.name, namespace: NAMESPACE },
      spec: { workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "nobody" } },
    });
    const told = await until(fixture, lost, (object) => at(object, "status", "phase") === "Degraded");
    expect(at(told, "status", "message")).to.include('Invalid value: "nobody": not found');
  });
});
