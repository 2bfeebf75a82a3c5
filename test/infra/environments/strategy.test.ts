import { expect } from "chai";
import type { ApplicationSpec } from "../../../infra/environments/application";
import { deliveryOf } from "../../../infra/environments/delivery";
import { guardManifests, workloadManifests } from "../../../infra/environments/environment";
import type { Manifest } from "../../../infra/environments/manifest";
import { PROMETHEUS, type Strategy } from "../../../infra/environments/strategy";
import { allows } from "../../../orchestrator/sandbox/cluster/network-policy";
import type { KubeObject } from "../../../orchestrator/sandbox/cluster/object";
import { specOf } from "../../support/environments";

const rollouts: Strategy = { by: "argo-rollouts" };
const flagger: Strategy = { by: "flagger", loadTester: "http://loadtester.flagger/" };
const canaryOf = (strategy: Strategy, more: Partial<ApplicationSpec> = {}) =>
  workloadManifests(specOf("production", { strategy, ...more }));
const one = (manifests: readonly Manifest[], kind: string, name = "app") =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
const kindsOf = (manifests: readonly Manifest[]) => manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
const delivery = (strategy?: Strategy) =>
  deliveryOf({
    ...specOf("production"),
    kind: "production",
    repository: "https://git.example.com/platform",
    revision: "v1.0.0",
    folder: "apps/shop",
    ...(strategy && { strategy }),
  });

describe("how a new version comes into an environment", () => {
  it("[C5.2] pod by pod, unless the settings say otherwise", () => {
    const plain = workloadManifests(specOf("production"));
    expect(plain.filter(({ apiVersion }) => /argoproj|flagger/.test(apiVersion))).to.deep.equal([]);
    expect(one(plain, "HTTPRoute")?.["spec"]).to.have.deep.nested.property("rules[0].backendRefs", [
      { name: "app", port: 80 },
    ]);
  });
  it("[D5.1] [D5.4] by Argo Rollouts: a Rollout, what judges it, its load and a second Service", () => {
    const manifests = canaryOf(rollouts);
    expect(kindsOf(manifests)).to.include.members([
      "Deployment/app",
      "Rollout/app",
      "AnalysisTemplate/app-canary",
      "AnalysisTemplate/app-load",
      "Service/app",
      "Service/app-canary",
    ]);
    expect(one(manifests, "Rollout")?.["spec"]).to.have.nested.property("workloadRef.name", "app");
    expect(JSON.stringify(one(manifests, "AnalysisTemplate", "app-canary"))).to.include(PROMETHEUS);
  });
  it("[D5.1] the route splits the traffic between two Services, all of it on the old version at first", () => {
    expect(one(canaryOf(rollouts), "HTTPRoute")?.["spec"]).to.have.deep.nested.property("rules[0].backendRefs", [
      { name: "app", port: 80, weight: 100 },
      { name: "app-canary", port: 80, weight: 0 },
    ]);
  });
  it("[C1.10] the autoscaler sets the copies of the Rollout; nothing declares them beside it", () => {
    const manifests = canaryOf(rollouts);
    expect(one(manifests, "HorizontalPodAutoscaler")?.["spec"]).to.deep.include({
      scaleTargetRef: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", name: "app" },
      minReplicas: 3,
      maxReplicas: 20,
    });
    expect(one(manifests, "Rollout")?.["spec"]).to.not.have.property("replicas");
    expect(one(manifests, "Deployment")?.["spec"]).to.not.have.property("replicas");
    // Without an autoscaler somebody has to say it.
    const graded = workloadManifests(specOf("staging", { strategy: rollouts, profile: "graded" }));
    expect(one(graded, "Rollout")?.["spec"]).to.have.property("replicas", 2);
  });
  it("[C1.10] a delivery sets back neither copies nor shares of traffic", () => {
    const ignored = (strategy?: Strategy) =>
      (delivery(strategy)["spec"] as { ignoreDifferences: { kind: string; jsonPointers: string[] }[] })
        .ignoreDifferences;
    expect(ignored().map(({ kind }) => kind)).to.deep.equal(["Deployment"]);
    expect(ignored(flagger).map(({ kind }) => kind)).to.deep.equal(["Deployment"]);
    expect(ignored(rollouts).map(({ kind, jsonPointers }) => [kind, ...jsonPointers])).to.deep.equal([
      ["Deployment", "/spec/replicas"],
      ["Rollout", "/spec/replicas"],
      ["HTTPRoute", "/spec/rules/0/backendRefs/0/weight", "/spec/rules/0/backendRefs/1/weight"],
    ]);
  });
  it("[D5.3] by Flagger: its Canary, which makes Service and route by itself", () => {
    const manifests = canaryOf(flagger);
    expect(kindsOf(manifests)).to.include("Canary/app");
    for (const kind of ["Service", "HTTPRoute", "Rollout"]) expect(one(manifests, kind), kind).to.equal(undefined);
    const canary = one(manifests, "Canary");
    expect(canary?.["spec"]).to.have.nested.property("autoscalerRef.name", "app");
    expect(canary?.["spec"]).to.have.nested.property("analysis.webhooks[0].url", "http://loadtester.flagger/");
    expect(canary?.["spec"]).to.have.deep.nested.property("service.hosts", ["api.example.com"]);
    // Where a declared route would be, and not at the section that answers without TLS.
    expect(canary?.["spec"]).to.have.deep.nested.property("service.gatewayRefs[0].sectionName", "application");
  });
  it("[D5.3] Flagger's second Deployment, whose pods have another name, is guarded and measured like the first", () => {
    const alerts = { environment: "production", runbook: "https://runbooks.example.com" } as const;
    const spec = specOf("production", { strategy: flagger, alerts });
    const manifests = [...workloadManifests(spec), ...guardManifests({ spec, vpcCidr: "10.10.0.0/16" })];
    const deployment = one(manifests, "Deployment")?.["spec"] as {
      template: { metadata: { labels: Record<string, string> } };
    };
    // As Flagger labels them (makePrimaryLabels of 1.44.0).
    const primary = { ...deployment.template.metadata.labels, "app.kubernetes.io/name": "app-primary" };
    const selectors = [
      one(manifests, "PodDisruptionBudget")?.["spec"] as { selector: object },
      one(manifests, "PodMonitor")?.["spec"] as { selector: object },
    ].map(({ selector }) => selector as { matchLabels: Record<string, string> });
    for (const { matchLabels } of selectors) expect(primary).to.include(matchLabels);
    for (const name of ["allow-from-load", "allow-from-gates"]) {
      const policy = one(manifests, "NetworkPolicy", name)?.["spec"] as {
        podSelector: { matchLabels: Record<string, string> };
      };
      expect(primary, name).to.include(policy.podSelector.matchLabels);
    }
  });
  it("[D5.3] the load test reaches the application, whatever is denied; nobody else does", () => {
    const spec = specOf("production", { strategy: rollouts });
    const labelsIn = (kind: string, name: string, ...path: string[]) =>
      path.reduce<unknown>(
        (at, key) => (at as Record<string, unknown>)[key],
        one(workloadManifests(spec), kind, name)?.["spec"],
      ) as { metadata: { labels: Record<string, string> } };
    const web = labelsIn("Deployment", "app", "template").metadata.labels;
    const load = labelsIn("AnalysisTemplate", "app-load", "metrics", "0", "provider", "job", "spec", "template")
      .metadata.labels;
    const reach = (strategy: Strategy | undefined, namespace: string, labels: Record<string, string>) =>
      allows(
        {
          policies: guardManifests({
            spec: specOf("production", strategy && { strategy }),
            vpcCidr: "10.10.0.0/16",
          }).filter(({ kind }) => kind === "NetworkPolicy") as unknown as KubeObject[],
          namespaces: new Map(
            ["production", "flagger", "other"].map((name) => [name, { "kubernetes.io/metadata.name": name }]),
          ),
        },
        {
          from: { ip: "10.10.1.1", namespace, labels },
          to: { ip: "10.10.1.2", namespace: "production", labels: web },
          port: 8080,
          protocol: "TCP",
        },
      );
    expect(reach(rollouts, "production", load)).to.equal(true);
    expect(reach(undefined, "production", load)).to.equal(false);
    expect(reach(rollouts, "other", load)).to.equal(false);
    expect(reach(flagger, "flagger", {})).to.equal(true);
    expect(reach(flagger, "other", {})).to.equal(false);
  });
});
