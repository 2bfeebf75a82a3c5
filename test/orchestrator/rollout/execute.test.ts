import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { execute } from "../../../orchestrator/rollout/execute";
import { plan } from "../../../orchestrator/rollout/plan";
import { phases } from "../../../orchestrator/rollout/phases";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { configOf } from "../../support/pulumi";
import { FakeRollout, operation, passed } from "../../support/rollout";

const steps = plan({ command: "bootstrap", environments: ["dev"], phases });

describe("execute", () => {
  const folder = useFolder();
  const journal = (environment = "dev") => path.join(folder(), "state", "rehearsal", environment, "journal.jsonl");

  it("builds and proves every phase of every environment in order, and ends with 0 [A21.1]", async () => {
    const rollout = new FakeRollout();
    const environments = ["dev", "staging"];
    const { exitCode, records } = await execute(rollout.request(folder(), { environments }));
    expect(exitCode).to.equal(0);
    expect(rollout.begun).to.deep.equal(plan({ command: "bootstrap", environments, phases }).map(({ id }) => id));
    expect(records.every(({ status }) => status === "succeeded")).to.equal(true);
    expect(rollout.closed).to.deep.equal(environments);
  });

  it("touches nothing when the gate finds a mandatory violation, and lists it with reason and fix [A21.3]", async () => {
    const rollout = new FakeRollout();
    const violation = {
      urn: "urn:x",
      rule: "volumes-are-encrypted",
      level: "mandatory" as const,
      reason: "not set",
      remediation: "",
    };
    rollout.stack("dev").previewResult = { result: "failed", violations: [violation] };
    const { exitCode, records } = await execute(rollout.request(folder(), { environments: ["dev", "staging"] }));
    expect(exitCode).to.equal(1);
    expect(rollout.stack("dev").calls).to.deep.equal([]);
    const gate = records.find(({ step }) => step.id === "dev/preview");
    expect(gate?.violations).to.deep.equal([{ ...violation, remediation: "mend volumes-are-encrypted" }]);
    const rest = records.slice(2);
    expect(rest.every(({ status, cause }) => status === "early exit" && cause === "dev/preview")).to.equal(true);
  });

  it("ends with 4 outside every maintenance window, touches nothing, and goes on with a reason [H1.4]", async () => {
    // The clock of a rehearsal: a Friday, 04:04 in Berlin.
    const rollout = new FakeRollout();
    const parts = { ...rollout.parts, loadConfig: () => Promise.resolve(configOf("production")) };
    const closed = await execute(rollout.request(folder(), { parts, timing: {} }));
    expect(closed.exitCode).to.equal(4);
    expect(rollout.stack("dev").calls).to.deep.equal([]);
    expect(closed.records[0]?.reason).to.include("Mon 5 Jan 09:00 (Europe/Berlin)");
    const open = await execute(rollout.request(folder(), { parts, timing: { override: "incident 4711" } }));
    expect(open.exitCode).to.equal(0);
    expect(open.records[0]?.notes).to.include("outside every maintenance window, because: incident 4711");
    expect(readFileSync(journal(), "utf8")).to.include("incident 4711");
  });

  it("never takes a preview that no pack judged for a pass", async () => {
    const rollout = new FakeRollout();
    rollout.stack("dev").previewResult = { packs: [] };
    expect((await execute(rollout.request(folder()))).exitCode).to.equal(1);
    expect(rollout.stack("dev").calls).to.deep.equal([]);
  });

  it("estimates what is planned, warns above a budget and stops above the limit with nothing touched [B5.2] [E5.5]", async () => {
    const nodes = (desiredSize: number) => ({
      urn: "urn:pulumi:dev::slipway::aws:eks/nodeGroup:NodeGroup::general",
      type: "aws:eks/nodeGroup:NodeGroup",
      inputs: { nodeGroupName: "general", instanceTypes: ["m7g.xlarge"], scalingConfig: { desiredSize } },
    });
    const dear = new FakeRollout();
    dear.stack("dev").previewResult = { resources: [nodes(10)] };
    const warned = await execute(dear.request(folder()));
    expect(warned.exitCode).to.equal(0);
    const gate = warned.records.find(({ step }) => step.id === "dev/preview");
    expect(gate?.cost?.total).to.be.closeTo(10 * 0.1632 * 730 * 1.2, 0.01);
    expect(gate?.notes).to.include("compute: about $1,430 a month, above its budget of $1,000 (B5)");

    const mad = new FakeRollout();
    mad.stack("dev").previewResult = { resources: [nodes(100)] };
    const { exitCode, records } = await execute(mad.request(folder()));
    expect(exitCode).to.equal(1);
    expect(mad.stack("dev").calls).to.deep.equal([]);
    expect(records.find(({ step }) => step.id === "dev/preview")?.reason).to.include("above its limit of $5,000");
  });

  it("stops at the first phase that is not proven, with causes and fixes [A21.2]", async () => {
    const rollout = new FakeRollout();
    rollout.check = {
      verify: () => Promise.resolve([{ ...passed, verdict: "failed" as const, title: "nodes pull images" }]),
      diagnose: () =>
        Promise.resolve([{ requirement: "A1.5", cause: "no NAT", fix: "associate the table", subjects: ["rtb-1"] }]),
    };
    const { exitCode, records } = await execute(rollout.request(folder()));
    expect(exitCode).to.equal(1);
    expect(rollout.stack("dev").calls).to.deep.equal(["up Network"]);
    const red = records.find(({ status }) => status === "failed");
    expect(red?.step.id).to.equal("dev/verify/Network");
    expect(red?.reason).to.include("nodes pull images");
    expect(red?.fix).to.equal("associate the table");
  });

  for (const verdict of ["inconclusive", "errored"] as const) {
    it(`never takes ${verdict} for passed`, async () => {
      const rollout = new FakeRollout();
      rollout.check = { verify: () => Promise.resolve([{ ...passed, verdict }]), diagnose: () => Promise.resolve([]) };
      expect((await execute(rollout.request(folder()))).exitCode).to.equal(1);
    });
  }

  it("ends with 3 when the engine or a provider fails, in the provider's words", async () => {
    const rollout = new FakeRollout();
    rollout.stack("dev").upResult = { result: "failed", failures: [{ urn: "urn:vpc", message: "VpcLimitExceeded" }] };
    const { exitCode, records } = await execute(rollout.request(folder()));
    expect(exitCode).to.equal(3);
    expect(records.find(({ status }) => status === "failed")?.failures).to.deep.equal([
      { urn: "urn:vpc", message: "VpcLimitExceeded" },
    ]);
  });

  it("refuses to build a phase the preview plans nothing for", async () => {
    const rollout = new FakeRollout();
    rollout.stack("dev").previewResult = { steps: [] };
    const { exitCode, records } = await execute(rollout.request(folder()));
    expect(exitCode).to.equal(3);
    expect(records.find(({ status }) => status === "failed")?.reason).to.include("slipway:phase:Network");
    expect(rollout.stack("dev").calls).to.deep.equal([]);
  });

  it("fails an environment that does not settle", async () => {
    const rollout = new FakeRollout();
    const stack = rollout.stack("dev");
    const preview = stack.preview.bind(stack);
    let previews = 0;
    stack.preview = () =>
      ++previews === 1
        ? preview()
        : Promise.resolve(operation({ packs: ["p 1"], steps: [{ urn: "urn:x", operation: "update" }] }));
    const { exitCode, records } = await execute(rollout.request(folder()));
    expect(exitCode).to.equal(1);
    expect(records.at(-1)?.reason).to.include("update urn:x");
  });

  it("says which phases must stand first when --from is too high", async () => {
    const rollout = new FakeRollout();
    const { exitCode, records } = await execute(rollout.request(folder(), { from: 3 }));
    expect(exitCode).to.equal(2);
    expect(records.find(({ status }) => status === "failed")?.fix).to.equal("start with --from 1");
  });

  it("never writes a secret output to the journal", async () => {
    const rollout = new FakeRollout();
    rollout.check = {
      verify: ({ outputs }) => Promise.resolve([{ ...passed, detail: `saw ${outputs.kubeconfig ?? ""}` }]),
      diagnose: () => Promise.resolve([]),
    };
    await execute(rollout.request(folder()));
    const text = readFileSync(journal(), "utf8");
    expect(text).to.include("saw [secret]");
    expect(text).to.not.include("kubeconfig-secret-of-dev");
  });

  it("refuses a second run while the first holds the lease, and touches nothing", async () => {
    const first = new FakeRollout();
    const stack = first.stack("dev");
    const second = new FakeRollout();
    let refused: unknown;
    const preview = stack.preview.bind(stack);
    stack.preview = async () => {
      refused ??= await refusal(() => execute(second.request(folder(), { environments: ["staging", "dev"] })));
      return preview();
    };
    expect((await execute(first.request(folder()))).exitCode).to.equal(0);
    expect(refused).to.include({ code: "lease-held", kind: "refused" });
    expect(second.stacks.size).to.equal(0);
    // The environment it could have had is free again.
    expect((await execute(new FakeRollout().request(folder(), { environments: ["staging"] }))).exitCode).to.equal(0);
  });

  it("stops before the next step on the first signal, with 130 and a resumable journal", async () => {
    const rollout = new FakeRollout();
    const stack = rollout.stack("dev");
    const up = stack.up.bind(stack);
    stack.up = (targets) => {
      if (stack.calls.length === 1) rollout.interruption.signal();
      return up(targets);
    };
    const { exitCode } = await execute(rollout.request(folder()));
    expect(exitCode).to.equal(130);
    expect(stack.calls).to.deep.equal(["up Network", "up Cluster"]);
    const again = new FakeRollout();
    again.stacks.set("dev", stack);
    stack.up = up;
    expect((await execute(again.request(folder()))).exitCode).to.equal(0);
    expect(stack.calls.filter((call) => call === "up Network" || call === "up Cluster")).to.have.length(2);
  });

  it("keeps temporary files private and removes them", async () => {
    const rollout = new FakeRollout();
    const temporary = path.join(folder(), "state", "rehearsal", "tmp");
    let seen: { inside: string; mode: number } | undefined;
    rollout.check = {
      verify: () => {
        const inside = process.env["TMPDIR"] ?? "";
        seen = { inside, mode: statSync(inside).mode & 0o777 };
        return Promise.resolve([passed]);
      },
      diagnose: () => Promise.resolve([]),
    };
    await execute(rollout.request(folder()));
    expect(seen?.inside.startsWith(temporary)).to.equal(true);
    expect(seen?.mode).to.equal(0o700);
    expect(readdirSync(temporary)).to.deep.equal([]);
  });

  describe("resumed", () => {
    /** Journal of an undisturbed run, as bytes after each line. */
    async function undisturbed(): Promise<Buffer> {
      const rollout = new FakeRollout();
      await execute(rollout.request(folder()));
      return readFileSync(journal());
    }

    it("after a kill at any line ends as an undisturbed run, repeating nothing that had finished", async () => {
      const whole = await undisturbed();
      const lines = whole.toString("utf8").trimEnd().split("\n");
      for (let kept = 1; kept < lines.length; kept++) {
        writeFileSync(journal(), `${lines.slice(0, kept).join("\n")}\n`);
        // A torn write on top: what was in flight when the power went.
        appendFileSync(journal(), (lines[kept] ?? "").slice(0, kept % 7));
        const finished = lines.slice(0, kept).flatMap((line) => {
          const entry = JSON.parse(line) as { event: string; step?: string };
          return entry.event === "end" && entry.step !== "dev/preflight" ? [entry.step] : [];
        });
        const rollout = new FakeRollout();
        const stack = rollout.stack("dev");
        for (const phase of phases) {
          if (finished.includes(`dev/up/${phase.name}`))
            await stack.up([`urn:pulumi:dev::slipway::slipway:phase:${phase.name}::*`]);
        }
        const { exitCode, records } = await execute(rollout.request(folder()));
        expect(exitCode, `killed after line ${kept}`).to.equal(0);
        expect(rollout.begun.filter((id) => finished.includes(id))).to.deep.equal([]);
        expect(records.map(({ step, status }) => [step.id, status])).to.deep.equal(
          steps.map(({ id }) => [id, "succeeded"]),
        );
        expect(stack.resources).to.have.length(phases.length);
      }
    });

    it("starts anew after a run that succeeded", async () => {
      await undisturbed();
      const rollout = new FakeRollout();
      await execute(rollout.request(folder()));
      expect(rollout.begun).to.deep.equal(steps.map(({ id }) => id));
    });

    it("does everything again where configuration or program changed, and says so", async () => {
      const rollout = new FakeRollout();
      mkdirSync(path.join(folder(), "infra"));
      rollout.stack("dev").upResult = { result: "failed" };
      await execute(rollout.request(folder()));
      writeFileSync(path.join(folder(), "infra", "platform.ts"), "// mended");
      const again = new FakeRollout();
      expect((await execute(again.request(folder()))).exitCode).to.equal(0);
      expect(again.begun).to.include("dev/preview");
      expect(again.said.join("\n")).to.include("changed since");
    });

    it("builds a phase again that was built but not proven", async () => {
      const rollout = new FakeRollout();
      rollout.check = {
        verify: () => Promise.resolve([{ ...passed, verdict: "failed" as const }]),
        diagnose: () => Promise.resolve([]),
      };
      await execute(rollout.request(folder()));
      const again = new FakeRollout();
      await execute(again.request(folder()));
      expect(again.begun).to.include("dev/up/Network");
      expect(again.begun).to.not.include("dev/preview");
    });

    it("does not enter an environment that had finished", async () => {
      const rollout = new FakeRollout();
      rollout.stack("staging").upResult = { result: "failed" };
      await execute(rollout.request(folder(), { environments: ["dev", "staging"] }));
      const again = new FakeRollout();
      const { exitCode } = await execute(again.request(folder(), { environments: ["dev", "staging"] }));
      expect(exitCode).to.equal(0);
      expect(again.begun.filter((id) => id.startsWith("dev/"))).to.deep.equal([]);
      expect(again.stacks.has("dev")).to.equal(false);
    });

    it("is not mixed up with another command's run", async () => {
      const rollout = new FakeRollout();
      rollout.stack("dev").upResult = { result: "failed" };
      await execute(rollout.request(folder()));
      const again = new FakeRollout();
      await execute(again.request(folder(), { to: 2 }));
      expect(again.begun).to.include("dev/preview");
    });

    it("refuses a corrupt journal and leaves it as it is", async () => {
      await undisturbed();
      truncateSync(journal(), 10);
      appendFileSync(journal(), "\n{}\n");
      const before = readFileSync(journal(), "utf8");
      expect((await refusal(() => execute(new FakeRollout().request(folder())))).code).to.equal("journal-corrupt");
      expect(readFileSync(journal(), "utf8")).to.equal(before);
    });
  });

  describe("destroying", () => {
    const built = async () => {
      const rollout = new FakeRollout();
      await execute(rollout.request(folder()));
      rollout.stack("dev").calls.length = 0;
      return rollout;
    };

    it("takes phases down in reverse, forgets the stack and finds the account empty [A21.4]", async () => {
      const rollout = await built();
      const { exitCode } = await execute(rollout.request(folder(), { command: "destroy" }));
      expect(exitCode).to.equal(0);
      const down = phases.toReversed().map(({ name }) => `destroy ${name}`);
      expect(rollout.stack("dev").calls).to.deep.equal([...down, "destroy all", "remove"]);
    });

    it("refuses protected state before touching anything", async () => {
      const rollout = await built();
      const [first] = rollout.stack("dev").resources;
      if (first) first.protect = true;
      const { exitCode, records } = await execute(rollout.request(folder(), { command: "destroy" }));
      expect(exitCode).to.equal(4);
      expect(rollout.stack("dev").calls).to.deep.equal([]);
      expect(records.find(({ status }) => status === "failed")?.fix).to.include("--destroy-protected");
    });

    it("takes protected state down when told to explicitly", async () => {
      const rollout = await built();
      const [first] = rollout.stack("dev").resources;
      if (first) first.protect = true;
      const request = rollout.request(folder(), { command: "destroy", destroyProtected: true });
      expect((await execute(request)).exitCode).to.equal(0);
      expect(rollout.stack("dev").calls[0]).to.equal("unprotect");
    });

    it("takes off the guards AWS keeps itself before it lifts the protection, which an update would set again", async () => {
      const rollout = await built();
      const urn = "urn:pulumi:dev::slipway::slipway:phase:Cluster$eks:index:Cluster$aws:eks/cluster:Cluster::cluster";
      rollout.stack("dev").resources.push({ urn, type: "aws:eks/cluster:Cluster", protect: true });
      const request = rollout.request(folder(), { command: "destroy", destroyProtected: true });
      expect((await execute(request)).exitCode).to.equal(0);
      expect(rollout.stack("dev").calls.slice(0, 2)).to.deep.equal([`disarm ${urn}`, "unprotect"]);
    });

    it("names what is left in the account and fails [A21.4]", async () => {
      const rollout = await built();
      rollout.leftovers = [{ arn: "arn:aws:ec2:eu-central-1:1:volume/vol-1", tags: {} }];
      const { exitCode, records } = await execute(rollout.request(folder(), { command: "destroy" }));
      expect(exitCode).to.equal(1);
      expect(records.at(-1)?.reason).to.include("volume/vol-1");
    });
  });

  it("leaves nothing behind that a plan would not explain", async () => {
    await execute(new FakeRollout().request(folder()));
    expect(readdirSync(path.join(folder(), "state", "rehearsal")).toSorted()).to.deep.equal(["dev", "tmp"]);
    expect(existsSync(journal())).to.equal(true);
  });
});
