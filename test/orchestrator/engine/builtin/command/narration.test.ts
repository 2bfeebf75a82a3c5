import { expect } from "chai";
import { narrate, summarise } from "../../../../../orchestrator/engine/builtin/command/narration";
import { urnOf } from "../../../../support/states";

describe("narration", () => {
  const metadata = (op: string, name = "a") => ({ metadata: { op, type: "x:y:Thing", urn: urnOf(name) } });

  it("has a line for the beginning and the end of each step, in the CLI's signs", () => {
    expect(narrate({ resourcePreEvent: metadata("create") }, "dev")).to.deep.equal({
      out: " +  x:y:Thing a creating\n",
    });
    expect(narrate({ resOutputsEvent: metadata("delete-replaced", "a::b") }, "dev")).to.deep.equal({
      out: " -- x:y:Thing a::b deleted original\n",
    });
  });

  it("is silent about what stays as it is, about plans that end and about debug messages", () => {
    expect(narrate({ resourcePreEvent: metadata("same") }, "dev").out).to.equal("");
    expect(narrate({ resOutputsEvent: metadata("same") }, "dev").out).to.equal("");
    expect(narrate({ resOutputsEvent: { ...metadata("create"), planning: true } }, "dev")).to.deep.equal({});
    expect(narrate({ diagnosticEvent: { severity: "debug", prefix: "", message: "x" } }, "dev")).to.deep.equal({});
    expect(narrate({ cancelEvent: {} }, "dev")).to.deep.equal({});
  });

  it("sends diagnostics to the error stream, about their resource or else the stack", () => {
    const told = (urn?: string) =>
      narrate({ diagnosticEvent: { severity: "error", prefix: "error: ", message: "no room\n", urn } }, "dev");
    expect(told(urnOf("a"))).to.deep.equal({ err: "error: a: no room\n" });
    expect(told()).to.deep.equal({ err: "error: dev: no room\n" });
  });

  it("says which resource failed and which policy was violated, every line of it", () => {
    expect(narrate({ resOpFailedEvent: metadata("create") }, "dev").out).to.equal(" ** x:y:Thing a failed\n");
    const policyEvent = {
      enforcementLevel: "mandatory",
      policyName: "no-admin",
      resourceUrn: urnOf("a"),
      message: "No admins.\nThis is one.\n",
    };
    expect(narrate({ policyEvent }, "dev").out).to.equal("[mandatory]  no-admin  (a)\n  No admins.\n  This is one.\n");
  });

  it("ends with what changed, what would, and what did not", () => {
    expect(summarise({ create: 2, same: 3, delete: 0 }, false)).to.equal(
      "Resources:\n    + 2 created\n    3 unchanged\n",
    );
    expect(summarise({ update: 1 }, true)).to.equal("Resources:\n    ~ 1 to update\n");
  });
});
