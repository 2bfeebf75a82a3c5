import { expect } from "chai";
import type { PlatformConfig } from "../../../../infra/config";
import type { BesideRequest } from "../../../../orchestrator/rollout/beside";
import type { Operation } from "../../../../orchestrator/rollout/operation";
import { preview, settle } from "../../../../orchestrator/rollout/steps/preview";
import { strict } from "../../../support/rollout";
import { stepContext } from "./fixture";

const violation = (level: "mandatory" | "advisory") => ({
  urn: "urn:x",
  rule: "routes-use-tls",
  level,
  reason: "plain http",
  remediation: "",
});
const judged = (result: Partial<Operation>) => {
  const amount = 1_000_000;
  const areas = { compute: amount, storage: amount, network: amount, monitoring: amount, recovery: amount };
  const budget = { ...areas, limit: amount, contacts: ["a@example.org"] };
  const made = stepContext({
    config: strict<PlatformConfig>("config", { region: "eu-central-1", cost: { teams: [] }, budget }),
  });
  made.stack.previewResult = result;
  return made;
};

describe("the gate", () => {
  it("passes what no rule refuses, and remembers what is planned for each phase [A21.3]", async () => {
    const { context, stack } = judged({});
    const ended = await preview(context);
    expect(ended).to.deep.include({ status: "succeeded", proof: "stand-in", packs: ["slipway 0.1.0"], violations: [] });
    expect(context.planned).to.include({ Network: 1, Cluster: 1 });
    expect(stack.calls).to.deep.equal([]);
  });
  it("shuts on one mandatory violation, with the pack's own remediation", async () => {
    const ended = await preview(judged({ result: "failed", violations: [violation("mandatory")] }).context);
    expect(ended).to.include({ status: "failed", kind: "failure" });
    expect(ended.reason).to.equal("1 mandatory policy violation(s) in dev (routes-use-tls); nothing was touched");
    expect(ended.violations?.[0]?.remediation).to.equal("mend routes-use-tls");
  });
  it("lets an advisory violation pass, and tells it", async () => {
    const ended = await preview(judged({ violations: [violation("advisory")] }).context);
    expect(ended.status).to.equal("succeeded");
    expect(ended.violations).to.have.length(1);
  });
  it("does not pass what nobody judged", async () => {
    const ended = await preview(judged({ packs: [] }).context);
    expect(ended.status).to.equal("failed");
    expect(ended.reason).to.equal("preview of dev ran without the policy pack having judged anything");
  });
  describe("over what comes beside the program", () => {
    const asked: BesideRequest[] = [];
    const asking = (level: "mandatory" | "advisory", result: Partial<Operation> = {}) => {
      const { context } = judged(result);
      const beside = { violations: [{ ...violation(level), urn: "web.yaml:1 Pod shop/web" }], notes: ["two charts"] };
      const judgeBeside = (request: BesideRequest) => (asked.push(request), Promise.resolve(beside));
      return preview({ ...context, judgeBeside });
    };
    it("shuts on a manifest as on a resource, in the same report", async () => {
      const ended = await asking("mandatory", { violations: [violation("advisory")] });
      expect(ended).to.include({ status: "failed", kind: "failure" });
      expect(ended.reason).to.include("1 mandatory policy violation(s) in dev (routes-use-tls)");
      expect(ended.violations?.map(({ urn }) => urn)).to.deep.equal(["urn:x", "web.yaml:1 Pod shop/web"]);
      expect(asked.at(-1)).to.deep.include({ environment: "dev", levels: "policy/config/dev.json" });
    });
    it("passes what is advisory, with its notes", async () => {
      const ended = await asking("advisory");
      expect(ended).to.deep.include({ status: "succeeded", notes: ["two charts"] });
    });
    it("is not asked of a preview that broke off: what it did not get to would seem to be missing", async () => {
      const before = asked.length;
      expect((await asking("mandatory", { result: "failed", errors: ["program threw"] })).kind).to.equal("engine");
      expect(asked).to.have.length(before);
    });
  });
  it("passes on why the engine could not preview", async () => {
    const ended = await preview(judged({ result: "failed", errors: ["program threw"] }).context);
    expect(ended).to.include({ status: "failed", kind: "engine" });
    expect(ended.reason).to.include("program threw");
  });
});

describe("settling", () => {
  const steps = (operation: string) => [{ urn: "urn:x", operation }];
  it("is a preview without a change", async () => {
    for (const operation of ["same", "read"])
      expect((await settle(judged({ steps: steps(operation) }).context)).status, operation).to.equal("succeeded");
  });
  for (const operation of ["update", "create", "delete", "replace"])
    it(`is not done while there is something to ${operation}, by name`, async () => {
      const ended = await settle(judged({ steps: steps(operation) }).context);
      expect(ended.status).to.equal("failed");
      expect(ended.reason).to.equal(`the finished environment is not settled: ${operation} urn:x`);
    });
  it("is judged again: what was not known before is now", async () => {
    const ended = await settle(judged({ steps: steps("same"), violations: [violation("mandatory")] }).context);
    expect(ended.reason).to.include("mandatory policy violation");
  });
});
