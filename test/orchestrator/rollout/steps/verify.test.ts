import { expect } from "chai";
import type { Clients, Finding, PhaseCheck } from "../../../../orchestrator/checks/check";
import { verify } from "../../../../orchestrator/rollout/steps/verify";
import { passed, strict } from "../../../support/rollout";
import { once } from "../../../support/world";
import { cluster, network, stepContext } from "./fixture";

const clients = strict<Clients>("clients", { proof: { aws: "stand-in", kubernetes: "real control plane" } });
const failed: Finding = { ...passed, title: "subnets have a way out", verdict: "failed", detail: "none" };
const checked = (findings: Finding[], more: Partial<PhaseCheck> = {}) => {
  const asked: { outputs?: object } = {};
  const check: PhaseCheck = { verify: () => Promise.resolve(findings), diagnose: () => Promise.resolve([]), ...more };
  const made = stepContext({
    config: strict("config", {}),
    waitUntil: once,
    checkOf: () => Promise.resolve(check),
    clientsFor: (outputs) => {
      asked.outputs = outputs;
      return Promise.resolve(clients);
    },
  });
  return { ...made, asked };
};

describe("proving a phase", () => {
  it("passes with what was found, and names what proved it: the account for the network, Kubernetes for the rest", async () => {
    const ended = await verify(checked([passed]).context, network);
    expect(ended).to.deep.include({ status: "succeeded", proof: "stand-in", findings: [passed] });
    expect(ended.topology).to.include("VPC vpc-1");
    const second = await verify(checked([passed]).context, cluster);
    expect(second).to.include({ proof: "real control plane" }).and.not.have.property("topology");
  });
  it("fails by what is not proven, with the causes' fixes", async () => {
    const diagnose = () =>
      Promise.resolve([{ requirement: "A1.5", cause: "no NAT", fix: "associate it", subjects: [] }]);
    const ended = await verify(checked([passed, failed], { diagnose }).context, network);
    expect(ended).to.deep.include({
      status: "failed",
      kind: "failure",
      reason: "network and IAM of dev is not proven (failed): subnets have a way out",
      fix: "associate it",
    });
  });
  it("is not proven by a check that found nothing to say", async () => {
    const ended = await verify(checked([]).context, network);
    expect(ended.status).to.equal("failed");
    expect(ended.reason).to.include("no check gave an answer");
  });
  it("is an interruption when the run was told to stop meanwhile", async () => {
    const { context, rollout } = checked([failed]);
    rollout.interruption.signal();
    expect((await verify(context, network)).kind).to.equal("interrupted");
  });
  it("sees the outputs of this phase and earlier ones only", async () => {
    const { context, asked } = checked([passed]);
    await verify(context, network);
    expect(Object.keys(asked.outputs ?? {}).sort()).to.deep.equal(["environment", "network"]);
  });
  it("masks every secret output from then on", async () => {
    const { context, rollout } = checked([passed]);
    await verify(context, cluster);
    expect(rollout.redactor.text("see kubeconfig-secret-of-dev here")).to.not.include("kubeconfig-secret-of-dev");
  });
});
