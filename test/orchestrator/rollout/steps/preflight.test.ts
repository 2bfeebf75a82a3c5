import { expect } from "chai";
import type { DoctorItem } from "../../../../orchestrator/rollout/context";
import { preflight, proofOf } from "../../../../orchestrator/rollout/steps/preflight";
import type { AwsReader, Cluster } from "../../../../orchestrator/checks/aws/reader";
import { configOf } from "../../../support/pulumi";
import { strict } from "../../../support/rollout";
import { stepContext } from "./fixture";

const item = (name: string, status: DoctorItem["status"]): DoctorItem => ({
  name,
  requirement: "A0.1",
  status,
  detail: `${name} seen`,
  ...(status !== "ok" && { remedy: `get ${name}` }),
});
const asked = (...items: DoctorItem[]) => stepContext({ preflight: () => Promise.resolve(items) });

describe("preflight", () => {
  it("goes on where nothing is missing, with warnings as notes [A0.1]", async () => {
    const { context, stack } = asked(item("Node", "ok"), item("helm", "warning"));
    expect(await preflight(context)).to.deep.equal({
      status: "succeeded",
      proof: "stand-in",
      notes: ["helm: helm seen"],
    });
    expect(stack.calls).to.deep.equal([]);
  });
  it("stops with everything that is missing and every remedy, before anything is touched", async () => {
    const { context, stack } = asked(item("zones", "missing"), item("Node", "ok"), item("identity", "missing"));
    expect(await preflight(context)).to.deep.include({
      status: "failed",
      kind: "usage",
      reason: "zones: zones seen; identity: identity seen",
      fix: "get zones; get identity",
    });
    expect(stack.calls).to.deep.equal([]);
  });
  it("settles what a killed run left half done", async () => {
    const { context, stack } = asked();
    stack.pendingCreates = [{ urn: "urn:a", type: "aws:ec2/vpc:Vpc" }];
    Object.assign(context, { sandbox: { idsOf: () => Promise.resolve(["vpc-1"]) } });
    const { notes = [] } = await preflight(context);
    expect(stack.calls).to.deep.equal(["adopt urn:a vpc-1"]);
    expect(notes.join()).to.include("urn:a");
  });
  it("claims the real cloud only for the real target", () => {
    expect(proofOf({ target: "aws" })).to.equal("real cloud");
    expect(proofOf({ target: "rehearsal" })).to.equal("stand-in");
  });

  describe("where windows and working hours hold", () => {
    const at = (time: string, timing: object, tags: Record<string, string> | undefined, changed: object = {}) => {
      const held: string[] = [];
      const { context } = stepContext({
        preflight: () => Promise.resolve([]),
        config: configOf("staging"),
        now: () => new Date(time),
        aws: strict<AwsReader>("aws", {
          cluster: () => Promise.resolve(tags === undefined ? undefined : ({ tags } as unknown as Cluster)),
        }),
        timing: {
          holdNodes: (_config, until) => {
            held.push(until.toISOString());
            return Promise.resolve();
          },
          ...timing,
        },
        ...changed,
      });
      return { held, outcome: preflight(context) };
    };
    const NOON = "2026-11-23T11:00:00Z";
    const SATURDAY = "2026-11-21T11:00:00Z";

    it("refuses a change outside the window, and holds nothing [H1.4]", async () => {
      const { outcome, held } = at(SATURDAY, {}, {});
      expect(await outcome).to.include({ status: "failed", kind: "refused" });
      expect(held).to.deep.equal([]);
    });
    it("keeps the nodes of an environment for as long as it is needed [H4.3]", async () => {
      const { outcome, held } = at(NOON, { neededHours: 24 }, {});
      expect((await outcome).notes).to.deep.equal(["nodes are held until 2026-11-24T11:00:00.000Z"]);
      expect(held).to.deep.equal(["2026-11-24T11:00:00.000Z"]);
    });
    it("never makes a hold shorter [H4.3]", async () => {
      const { outcome, held } = at(NOON, {}, { "slipway-hold-until": "2026-11-25T00:00:00Z" });
      expect((await outcome).status).to.equal("succeeded");
      expect(held).to.deep.equal([]);
    });
    it("needs a window and no nodes for what is not there yet [H1.4] [H4.3]", async () => {
      const { outcome, held } = at(SATURDAY, { override: "first build" }, undefined);
      expect(await outcome).to.deep.include({
        status: "succeeded",
        notes: ["outside every maintenance window, because: first build"],
      });
      expect(held).to.deep.equal([]);
    });
    it("is not built and not verified while it rests [H4.3]", async () => {
      const { outcome } = at(SATURDAY, { override: "urgent" }, {}, { command: "verify" });
      expect(await outcome).to.include({ status: "failed", kind: "refused" });
    });
  });
});
