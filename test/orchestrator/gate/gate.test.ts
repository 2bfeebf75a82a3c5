import path from "node:path";
import { writeFileSync } from "node:fs";
import { expect } from "chai";
import { judgeManifests } from "../../../orchestrator/gate/beside";
import { judgeBeside } from "../../../orchestrator/gate/gate";
import { readPackConfig } from "../../../orchestrator/gate/levels";
import type { PlannedResource } from "../../../orchestrator/cost/estimate";
import { subjectsOf } from "../../../policy/manifest/read";
import { useFolder } from "../../support/folder";
import { deployment } from "../../support/policy";
import { root } from "../../support/pulumi";
import { refusal } from "../../support/refusal";

const today = "2026-06-15";
const levelsOf = (environment: "dev" | "production", config = {}) => ({
  environment,
  config: { ...readPackConfig(path.join(root, "policy", "config", `${environment}.json`)), ...config },
  today,
});
/** A workload in order, or with what somebody put on its pod. */
const workload = (pod: object = {}) => {
  const object = { apiVersion: "apps/v1", kind: "Deployment", ...structuredClone(deployment()) };
  const typed = object as unknown as { metadata: object; spec: { template: { spec: object } } };
  Object.assign(typed.spec.template.spec, pod);
  typed.metadata = { ...typed.metadata, name: "web", namespace: "shop" };
  return subjectsOf(typed, "deploy/web.yaml", 3) ?? [];
};
const planned = (kind: string, token: string, name: string, more: object = {}): PlannedResource => ({
  urn: `urn:pulumi:dev::slipway::${token}:${kind}::${name}`,
  type: `${token}:${kind}`,
  inputs: { metadata: { name, namespace: "shop" }, ...more },
});

describe("the gate over manifests", () => {
  it("says file, line and object, the rule and what to do, at the environment's level", () => {
    const found = judgeManifests(workload({ hostNetwork: true }), [], levelsOf("production"));
    expect(found.find(({ rule }) => rule === "pods-stay-off-the-host")).to.deep.include({
      urn: "deploy/web.yaml:3 Deployment shop/web",
      level: "mandatory",
      reason: "spec.template.spec.hostNetwork is true",
    });
    expect(found.every(({ remediation }) => remediation !== "")).to.equal(true);
    const relaxed = judgeManifests(workload({ hostNetwork: true }), [], {
      ...levelsOf("dev", { "pods-stay-off-the-host": "advisory" }),
    });
    expect(relaxed.find(({ rule }) => rule === "pods-stay-off-the-host")?.level).to.equal("advisory");
  });
  it("sees what the program brings beside them, and tells of the manifests only", () => {
    const rule = "workloads-are-behind-network-policies";
    const names = (resources: PlannedResource[]) =>
      judgeManifests(workload(), resources, levelsOf("production")).map((one) => one.rule);
    expect(names([])).to.include(rule);
    const policy = planned("NetworkPolicy", "kubernetes:networking.k8s.io/v1", "default-deny", {
      spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
    });
    expect(names([policy])).to.not.include(rule);
    const bare = planned("Deployment", "kubernetes:apps/v1", "other", deployment());
    const found = judgeManifests(workload(), [policy, bare], levelsOf("production"));
    expect(found.filter(({ urn }) => !urn.startsWith("deploy/web.yaml:3 "))).to.deep.equal([]);
  });
  it("tells a waived violation with who answers for it, and stops for one that has expired [E1.5]", () => {
    const waiver = { rule: "pods-stay-off-the-host", object: "shop/web", owner: "shop", reason: "looks at the node" };
    const told = (expires: string) => {
      const all = { enforcementLevel: "mandatory", waivers: [{ ...waiver, expires }] };
      const found = judgeManifests(workload({ hostNetwork: true }), [], levelsOf("production", { all }));
      return found.find(({ rule }) => rule === waiver.rule);
    };
    expect(told("2026-06-15")).to.include({ level: "advisory" });
    expect(told("2026-06-15")?.reason).to.include("(shop, until 2026-06-15: looks at the node)");
    expect(told("2026-06-14")).to.include({ level: "mandatory" });
  });
});

describe("the gate over releases", () => {
  const folder = useFolder();
  const levels = () => path.join(root, "policy", "config", "production.json");
  const release = (inputs: object): PlannedResource => ({
    urn: "urn:pulumi:production::slipway::kubernetes:helm.sh/v3:Release::r",
    type: "kubernetes:helm.sh/v3:Release",
    inputs: { chart: "oci://example.org/no-such-chart", version: "1.0.0", name: "r", namespace: "n", ...inputs },
  });
  const request = (...resources: PlannedResource[]) => ({
    environment: "production",
    levels: levels(),
    resources,
    today,
  });

  it("names charts of which nothing can be rendered yet, rather than let them pass", async () => {
    const { violations, notes } = await judgeBeside(request(release({})), { target: "rehearsal" });
    expect(violations).to.deep.equal([]);
    expect(notes).to.deep.equal([
      "what these charts bring is judged when their values are known: oci://example.org/no-such-chart",
    ]);
  });
  it("leaves a real account's charts to helm template, whose output is a manifest", async () => {
    const manifests = workload({ hostPID: true });
    const { violations, notes } = await judgeBeside(request(release({})), { target: "aws", manifests });
    expect(violations.map(({ rule }) => rule)).to.include("pods-stay-off-the-host");
    expect(notes).to.deep.equal([]);
  });
  it("refuses a policy config that is none", async () => {
    const file = path.join(folder(), "levels.json");
    writeFileSync(file, "[]");
    const error = await refusal(() => judgeBeside({ ...request(), levels: file }, { target: "rehearsal" }));
    expect(error).to.include({ code: "policy-config-unreadable", kind: "usage" });
  });
});
