import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { parseConfig, type PlatformConfig } from "../../../infra/config";
import { LOOK_SECONDS } from "../../../infra/environments/delivery";
import { stableKind } from "../../../infra/environments/sizes";
import { DELIVERY, kustomizationSpec, refOf } from "../../../infra/gitops/flux";
import { fluxValues } from "../../../infra/gitops/flux-values";
import { declaringRules, workloadKinds, workloadRules } from "../../../infra/gitops/workload-kinds";
import { levelOf } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { render } from "../../../orchestrator/sandbox/kubernetes/charts";
import { at, listAt } from "../../../orchestrator/sandbox/kubernetes/object";
import { judge } from "../../support/policy";
import { rawConfig, root, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const environments = ["dev", "staging", "production"] as const;
/** An environment with Flux: what only Argo CD brings along is left out. */
function withFlux(environment: string): PlatformConfig {
  const { application: _application, gitops, ...rest } = rawConfig(environment);
  return parseConfig({ ...rest, gitops: { ...(gitops as object), engine: "flux" } }, environment);
}

describe("GitOps by Flux", () => {
  let seen: Registered[];
  before(async () => {
    seen = (await recorded("production", withFlux("production"))).seen;
  });
  const specOf = (type: string, name: string) =>
    seen.find((one) => one.type.endsWith(`:${type}`) && one.name === name)?.inputs["spec"];

  it("[A7.5] installs Flux and no Argo CD", () => {
    const releases = seen.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release").map(({ name }) => name);
    expect(releases).to.include("gitops-flux").and.not.include("gitops-argo-cd");
    expect(seen.filter(({ type }) => type.includes("argoproj.io"))).to.deep.equal([]);
  });
  it("[E1.4] satisfies every rule of the policy pack that judges a resource", () => {
    const found = rules.flatMap((rule) =>
      rule.scope === "stack" || rule.only !== undefined || levelOf(rule, "production") === "disabled"
        ? []
        : seen
            .filter(({ name }) => name.startsWith("gitops"))
            .flatMap(({ type, name, inputs }) =>
              judge(rule, type, inputs, rule.tuned?.["production"]).violations.map((text) => `${name}: ${text}`),
            ),
    );
    expect(found).to.deep.equal([]);
  });
  it("[A7.2] takes what is pinned as what it is", () => {
    expect(specOf("GitRepository", "gitops-source")).to.deep.include({ ref: { tag: "v1.0.0" }, interval: "600s" });
    expect(refOf("0123456789012345678901234567890123456789")).to.have.property("commit");
    expect(refOf("main")).to.deep.equal({ branch: "main" });
  });
  it("[A7.3] prunes, mends, tries again and is as well as what it delivered", () => {
    expect(specOf("Kustomization", "gitops-root")).to.deep.equal({
      serviceAccountName: "applications",
      sourceRef: { kind: "GitRepository", name: "applications" },
      path: "./apps/flux/production",
      interval: "600s",
      retryInterval: "60s",
      timeout: "5m",
      wait: true,
      prune: true,
    });
  });
  it("[A7.1] gives a delivery the kinds an application is made of, in its namespace, and the root only deliveries", () => {
    const role = (name: string) => seen.find((one) => one.type.endsWith(":Role") && one.name === name)?.inputs;
    expect(role("gitops-demo-gitops-delivery")).to.deep.include({ rules: workloadRules });
    expect(role("gitops-demo-gitops-declare-applications")).to.deep.include({ rules: declaringRules });
    const named = workloadRules.flatMap(({ resources, verbs }) => [...resources, ...verbs]);
    for (const never of ["*", "secrets", "roles", "rolebindings", "networkpolicies", "resourcequotas"])
      expect(named).to.not.include(never);
    expect(named).to.include.members(workloadKinds.map(({ resource }) => resource));
  });
  it("[A7.1] locks the controllers down and binds none of them to cluster-admin", () => {
    const values = fluxValues(withFlux("production"));
    const { objects } = render({
      chart: "flux2",
      version: "2.18.3",
      release: "flux2",
      namespace: "flux-system",
      values,
    });
    const controller = objects.find(({ kind, metadata }) => kind === "Deployment" && metadata.name.startsWith("kust"));
    expect(listAt<string>(controller, "spec", "template", "spec", "containers", 0, "args")).to.include.members([
      "--no-cross-namespace-refs=true",
      "--default-service-account=default",
      "--no-remote-bases=true",
    ]);
    expect(at(controller, "spec", "replicas")).to.equal(2);
    expect(JSON.stringify(objects)).to.not.include("cluster-admin");
    expect(objects.filter(({ kind }) => kind === "NetworkPolicy")).to.deep.equal([]);
    const kept = objects.filter(({ kind }) => kind === "CustomResourceDefinition");
    expect(kept).to.have.length(7);
    for (const { metadata } of kept) expect(metadata.annotations).to.include({ "helm.sh/resource-policy": "keep" });
  });
  it("measures Flux in Argo CD's place, and tells of drift by it", () => {
    const jobs = JSON.stringify(seen.filter(({ type }) => type.includes("monitoring.coreos.com")));
    expect(jobs).to.include("slipway-flux").and.not.include("argocd_app_info");
    expect(jobs).to.include('controller_runtime_reconcile_errors_total{controller=\\"kustomization\\"}');
    const boards = JSON.stringify(seen.filter(({ name }) => name.startsWith("slos-dashboard")));
    expect(boards).to.include("controller_runtime_reconcile_errors_total").and.not.include("argocd_app_info");
  });
  it("[A7.5] is refused by name where a stable environment is delivered, which asks for Argo CD", () => {
    const raw = rawConfig("production");
    const change = () =>
      parseConfig({ ...raw, gitops: { ...(raw["gitops"] as object), engine: "flux" } }, "production");
    expect(change).to.throw(/gitops\.engine.*canary and the way back are Argo CD's/s);
  });
  for (const environment of environments)
    it(`[A7.2] [A7.3] declares the sample application of ${environment} as the platform expects it`, () => {
      const file = path.join(root, "apps/flux", environment, "demo.yaml");
      const [source, delivery] = parseAllDocuments(fs.readFileSync(file, "utf8")).map(
        (one) => one.toJS() as { metadata: object; spec: object },
      );
      const config = withFlux(environment);
      const { repository, revision } = config.gitops;
      const look = LOOK_SECONDS[stableKind[environment]];
      const metadata = { name: "demo", namespace: "demo-gitops" };
      expect(source?.metadata).to.deep.equal(metadata);
      expect(source?.spec).to.deep.equal({
        url: repository,
        ref: refOf(revision),
        interval: `${look}s`,
        timeout: "60s",
      });
      expect(delivery?.metadata).to.deep.equal(metadata);
      expect(delivery?.spec).to.deep.equal({
        ...kustomizationSpec(look, "demo", "apps/demo", DELIVERY),
        targetNamespace: "demo-gitops",
      });
    });
});
