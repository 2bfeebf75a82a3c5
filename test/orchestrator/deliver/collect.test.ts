import { expect } from "chai";
import { parseAllDocuments } from "yaml";
import { bundleOf, type BundleRequest } from "../../../orchestrator/deliver/collect";
import { loadRules } from "../../../orchestrator/promotion/rules";
import { aRecord } from "../promotion/values";
import { root } from "../../support/pulumi";
import { environments, object, planned, release } from "./delivery";

const rule = planned("kubernetes:monitoring.coreos.com/v1:PrometheusRule", "slos", {
  apiVersion: "monitoring.coreos.com/v1",
  kind: "PrometheusRule",
  metadata: { name: "slos", namespace: "monitoring" },
  spec: { groups: [{ name: "g", rules: [] }] },
});
const committed = (path: string, text: string) => ({ path, mode: "100644", bytes: Buffer.from(text) });
const request: BundleRequest = {
  commit: "c0ffee",
  version: "1.0.0",
  planned: environments({ dev: [release(1), object("Thing", "a", {}), rule] }),
  rules: loadRules(root),
  report: undefined,
  ledger: '{"sequence":1}\n',
  source: [committed("docs/runbooks/pod-crash.md", "# Pod crash\n"), committed("policy/config/dev.json", "{}")],
  history: Buffer.from("history"),
};
const bundle = bundleOf(request);
const text = (name: string) => String(bundle.get(name)?.content);

describe("a delivery", () => {
  it("holds everything of A20 [A20.1] [G1.2]", () => {
    expect([...bundle.keys()]).to.include.members([
      "README.md",
      "SHA256SUMS",
      "platform.bundle",
      "runbooks/pod-crash.md",
      "clusters/dev.yaml",
      "apps/base/stack/values.yaml",
      "apps/root/dev/stack.yaml",
      "infra/overlays/dev/metrics/thing-monitoring-a.yaml",
      "policies/dev.yaml",
      "slos/dev/slos.yaml",
      "pipelines/gitlab/.gitlab-ci.yml",
      "evidence/ledger.jsonl",
    ]);
    expect(text("slos/dev/slos.yaml")).to.include("groups:").and.not.include("kind:");
  });
  it("has the policy pack as admission policies that only audit [E1.3]", () => {
    const objects = parseAllDocuments(text("policies/dev.yaml")).map(
      (one) => one.toJS() as { kind: string; spec: object },
    );
    const bindings = objects.filter(({ kind }) => kind === "ValidatingAdmissionPolicyBinding");
    expect(bindings).to.not.have.length(0);
    for (const { spec } of bindings) expect(spec).to.not.deep.include({ validationActions: ["Deny"] });
  });
  it("knows the images of its release: the record is in it, and its policies name each digest [E2.10]", () => {
    const digest = `sha256:${"7".repeat(64)}`;
    const record = { ...aRecord(), images: { shop: `registry.example/shop@${digest}` } };
    const staging = { ...request, planned: environments({ staging: [release(1)] }), release: record };
    const files = bundleOf(staging);
    const of = (name: string) => String(files.get(name)?.content);
    expect(JSON.parse(of("evidence/release.json"))).to.deep.equal(record);
    expect(of("policies/staging.yaml")).to.include("images-are-released").and.include(digest);
    expect(of("README.md")).to.not.include("no release was made");
    expect(text("README.md")).to.include("no release was made of this commit").and.include("E2.10");
    expect(text("policies/dev.yaml")).to.not.include("images-are-released");
  });
  it("is the same, byte for byte, whenever it is made of the same", () => {
    expect([...bundleOf(request)]).to.deep.equal([...bundle]);
  });
});
