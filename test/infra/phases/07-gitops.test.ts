import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { workloadManifests } from "../../../infra/environments/environment";
import { stableSpec } from "../../../infra/environments/stable";
import { PROMETHEUS } from "../../../infra/environments/strategy";
import { workloadKinds } from "../../../infra/gitops/workload-kinds";
import { canaryAllowances, syncPolicy } from "../../../infra/phases/07-gitops";
import { configOf, root, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const environments = ["dev", "staging", "production"] as const;
interface Project {
  readonly sourceRepos: string[];
  readonly destinations: { namespace: string }[];
  readonly clusterResourceWhitelist: object[];
  readonly namespaceResourceWhitelist?: { group: string; kind: string }[];
}

describe("phase 07: GitOps", () => {
  let seen: Registered[];
  before(async () => {
    seen = (await recorded("production")).seen;
  });
  const inputsOf = (type: string, name: string) =>
    seen.find((one) => one.type === type && one.name === name)?.inputs ?? {};
  const project = (name: string) =>
    inputsOf("kubernetes:argoproj.io/v1alpha1:AppProject", `gitops-${name}-project`)["spec"] as Project;
  const values = () =>
    inputsOf("kubernetes:helm.sh/v3:Release", "gitops-argo-cd")["values"] as Record<string, Record<string, unknown>>;

  it("[A7.1] makes no way in from outside, no password and no shell", () => {
    expect(values()["server"]).to.deep.include({ service: { type: "ClusterIP" }, ingress: { enabled: false } });
    expect(values()["configs"]?.["cm"]).to.include({ "admin.enabled": false, "exec.enabled": false });
    const routes = seen.filter(
      ({ type, inputs }) => /HTTPRoute|Ingress$/.test(type) && JSON.stringify(inputs).includes("argocd"),
    );
    expect(routes).to.deep.equal([]);
  });
  it("[A7.1] keeps the kinds when the chart goes, and with them every application", () => {
    expect(values()["crds"]).to.deep.equal({ install: true, keep: true });
  });
  it("[A7.1] empties the project that Argo CD opens to everything", () => {
    expect(project("default")).to.deep.include({ sourceRepos: [], destinations: [], clusterResourceWhitelist: [] });
  });
  it("[A7.1] lets the application of applications declare applications and nothing else", () => {
    expect(project("applications")).to.deep.include({
      destinations: [{ server: "https://kubernetes.default.svc", namespace: "argocd" }],
      namespaceResourceWhitelist: [{ group: "argoproj.io", kind: "Application" }],
    });
  });
  it("[A7.1] gives workloads one repository, their namespace, and no kind of the platform's own", () => {
    const { sourceRepos, destinations, namespaceResourceWhitelist = [] } = project("workloads");
    expect(sourceRepos).to.deep.equal([configOf("production").gitops.repository]);
    expect(destinations.map(({ namespace }) => namespace)).to.deep.equal(["demo-gitops", "production"]);
    const kinds = namespaceResourceWhitelist.map(({ kind }) => kind);
    expect(kinds).to.not.have.members(["*"]);
    for (const kind of ["Secret", "Role", "RoleBinding", "NetworkPolicy", "ResourceQuota", "Application"])
      expect(kinds).to.not.include(kind);
  });
  it("[A7.7] gives the sync controller its rights where the sample goes, for the kinds of the project and no other", () => {
    const role = inputsOf("kubernetes:rbac.authorization.k8s.io/v1:Role", "gitops-role-deliver");
    const rules = role["rules"] as { resources: string[]; verbs: string[] }[];
    const written = rules.filter(({ verbs }) => verbs.includes("patch")).flatMap(({ resources }) => resources);
    expect(written).to.have.length(project("workloads").namespaceResourceWhitelist?.length ?? 0);
    expect(JSON.stringify(rules)).to.not.include("*").and.not.include('"secrets"');
  });
  it("[D5.4] installs Argo Rollouts where new versions come by canary, and lets those be delivered", async () => {
    expect(inputsOf("kubernetes:helm.sh/v3:Release", "gitops-argo-rollouts")).to.include({
      chart: "argo-rollouts",
      namespace: "argo-rollouts",
    });
    const policy = (name: string) => inputsOf("kubernetes:networking.k8s.io/v1:NetworkPolicy", name)["spec"];
    expect(JSON.stringify(policy("gitops-argo-rollouts-allow-namespaces"))).to.include('"monitoring"');
    expect(JSON.stringify(policy("metrics-monitoring-allow-callers"))).to.include('"argo-rollouts"');
    // A canary asks for the Prometheus that is there.
    expect(PROMETHEUS).to.equal("http://kube-prometheus-stack-prometheus.monitoring:9090");
    const { seen: dev } = await recorded("dev");
    expect(dev.filter(({ name }) => name.includes("rollouts"))).to.deep.equal([]);
  });
  it("[D5.3] installs Flagger in its place where the settings say so, and it reaches what it asks", async () => {
    const config = configOf("production");
    const rollout = { by: "flagger", loadTester: "http://loadtester.flagger/" } as const;
    const application = config.application && { ...config.application, rollout };
    const { seen: all } = await recorded("production", { ...config, application });
    const of = (name: string) =>
      all.filter((one) => one.name === name).map(({ type, inputs }) => ({ type, ...inputs }));
    expect(of("gitops-argo-rollouts")).to.deep.equal([]);
    const release = of("gitops-flagger").find(({ type }) => type.includes("Release"));
    expect(release).to.include({ chart: "flagger", namespace: "flagger", version: "1.44.0" });
    for (const [policy, peer] of [
      ["gitops-flagger-allow-namespaces", '"monitoring"'],
      ["gitops-flagger-allow-callers", '"flagger"'],
      ["gitops-flagger-allow-environments", '"slipway.dev/environment"'],
      ["metrics-monitoring-allow-callers", '"flagger"'],
    ] as const)
      expect(JSON.stringify(of(policy)), policy).to.include(peer);
  });
  it("[D5.3] Flagger reaches a load tester elsewhere, which it lets nobody in for", () => {
    const elsewhere = canaryAllowances({ by: "flagger", loadTester: "http://load.tools/" });
    expect(elsewhere).to.deep.equal({ toNamespaces: ["monitoring", "tools"] });
  });
  for (const environment of environments)
    it(`[C7.1] the project takes every kind that the overlay of ${environment} delivers, and where it goes`, () => {
      const config = configOf(environment);
      const spec = stableSpec(config, `registry.example/app@sha256:${"a".repeat(64)}`);
      const delivered = new Set(
        (spec === undefined ? [] : workloadManifests(spec)).map(
          ({ apiVersion, kind }) => `${apiVersion.includes("/") ? apiVersion.split("/")[0] : ""}/${kind}`,
        ),
      );
      expect(delivered.size).to.be.greaterThan(8);
      const permitted = workloadKinds.map(({ group, kind }) => `${group}/${kind}`);
      expect([...delivered].filter((kind) => !permitted.includes(kind))).to.deep.equal([]);
    });
  it("[A7.2] pins what production takes", () => {
    const application = inputsOf("kubernetes:argoproj.io/v1alpha1:Application", "gitops-root")["spec"] as {
      source: { targetRevision: string; path: string };
    };
    expect(application.source).to.deep.include({ targetRevision: "v1.0.0", path: "apps/root/production" });
  });
  it("leaves it to a pause whether an application is synchronised [C7.2]", () => {
    const { ignoreDifferences, syncPolicy: policy } = inputsOf(
      "kubernetes:argoproj.io/v1alpha1:Application",
      "gitops-root",
    )["spec"] as { ignoreDifferences: object[]; syncPolicy: { syncOptions: string[] } };
    expect(ignoreDifferences).to.deep.equal([
      { group: "argoproj.io", kind: "Application", jsonPointers: ["/spec/syncPolicy/automated"] },
    ]);
    expect(policy.syncOptions).to.include("RespectIgnoreDifferences=true");
  });
  it("[A7.3] syncs as the requirement says", () => {
    expect(syncPolicy).to.deep.equal({
      automated: { prune: true, selfHeal: true, allowEmpty: false },
      syncOptions: ["CreateNamespace=true", "ServerSideApply=true"],
      retry: { limit: 5, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
    });
  });
  for (const environment of environments)
    it(`[A7.2] [A7.3] declares the sample application of ${environment} as the platform expects it`, () => {
      const file = path.join(root, "apps/root", environment, "demo.yaml");
      const { metadata, spec } = parse(fs.readFileSync(file, "utf8")) as {
        metadata: { name: string };
        spec: { project: string; source: object; destination: object; syncPolicy: object };
      };
      const { repository, revision } = configOf(environment).gitops;
      expect(metadata.name).to.equal("demo");
      expect(spec).to.deep.equal({
        project: "workloads",
        source: { repoURL: repository, targetRevision: revision, path: "apps/demo" },
        destination: { server: "https://kubernetes.default.svc", namespace: "demo-gitops" },
        syncPolicy,
      });
    });
  it("[A7.8] keeps no Secret below apps", () => {
    const files = fs.readdirSync(path.join(root, "apps"), { recursive: true, encoding: "utf8" });
    const texts = files
      .filter((name) => /\.(ya?ml|json)$/.test(name))
      .map((name) => fs.readFileSync(path.join(root, "apps", name), "utf8"));
    expect(texts).to.not.have.length(0);
    expect(texts.filter((text) => /^kind: Secret$/m.test(text))).to.deep.equal([]);
  });
});
