import path from "node:path";
import type { PulumiFn } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { wireEngine, wireParts } from "../../orchestrator/cli/parts";
import type { CommonOptions } from "../../orchestrator/cli/options";
import { createRedactor } from "../../orchestrator/report/redact";
import { execute } from "../../orchestrator/rollout/execute";
import { createInterruption } from "../../orchestrator/rollout/interruption";
import { createLayout } from "../../orchestrator/rollout/layout";
import { stackPort } from "../../orchestrator/rollout/stack";
import { openStack } from "../../orchestrator/rollout/workspace";
import { subjectsOf } from "../../policy/manifest/read";
import type { Sandbox } from "../../orchestrator/sandbox/sandbox";
import { useFolder } from "../support/folder";
import { FakeRollout } from "../support/rollout";
import { withoutTraces } from "../support/traces";

const ROOT = path.join(__dirname, "..", "..");

/** The platform with what somebody added to it in a hurry. */
const careless: PulumiFn = async () => {
  const [{ default: platform }, { LaunchTemplate }, { Pod }] = await Promise.all([
    import("../../infra/index.js"),
    import("@pulumi/aws/ec2/index.js"),
    import("@pulumi/kubernetes/core/v1/index.js"),
  ]);
  const outputs = await platform();
  new LaunchTemplate("scratch", { instanceType: "m7g.large" });
  new Pod("debug", {
    metadata: { namespace: "demo" },
    spec: { hostNetwork: true, containers: [{ name: "sh", image: "busybox", securityContext: { privileged: true } }] },
  });
  return outputs;
};

describe("the gate", function () {
  this.timeout(300_000);
  const folder = useFolder();

  it("stops a program that breaks policy in preview: every violation with rule, reason and fix, nothing touched", async () => {
    const options: CommonOptions = {
      target: "rehearsal",
      engine: "builtin",
      cluster: "embedded",
      keepCluster: false,
      environment: ["dev"],
      stateDir: folder(),
      json: false,
      yes: true,
      color: false,
    };
    const metadata = { name: "web", namespace: "shop" };
    const redactor = createRedactor();
    const interruption = createInterruption();
    const layout = createLayout(folder(), "rehearsal");
    const engine = await wireEngine(options, process.env);
    const parts = wireParts({
      options,
      root: ROOT,
      layout,
      engine,
      redactor,
      warn: () => undefined,
      interruption,
      variables: process.env,
      manifests: subjectsOf({ apiVersion: "v1", kind: "Pod", metadata, spec: { hostPID: true } }, "web.yaml", 7) ?? [],
    });
    let world: Sandbox | undefined;
    let left: readonly unknown[] | undefined;
    const { exitCode, records } = await withoutTraces(() =>
      execute(
        new FakeRollout().request(ROOT, {
          layout,
          redactor,
          interruption,
          parts: {
            ...parts,
            async startSandbox(...given) {
              const sandbox = await parts.startSandbox(...given);
              world = sandbox;
              return {
                ...sandbox,
                async close() {
                  left = await sandbox.aws.tagged("environment", "dev");
                  await sandbox.close();
                },
              };
            },
            async openStack({ environment, engineEnvironment, create }) {
              const common = { root: ROOT, layout, environment, target: "rehearsal" as const, engine, redactor };
              const opened = await openStack({ ...common, program: careless, engineEnvironment, create });
              return { stack: stackPort(opened.stack, opened.project, engine, interruption), notes: [] };
            },
          },
        }),
      ),
    );
    expect(exitCode, JSON.stringify(records.map(({ step, status, reason }) => [step.id, status, reason]))).to.equal(1);
    const gate = records.find(({ step }) => step.id === "dev/preview");
    const broken = new Map(gate?.violations?.map((violation) => [violation.rule, violation]));
    expect([...broken.keys()]).to.include.members([
      "instances-require-imdsv2",
      "volumes-are-encrypted",
      "containers-are-unprivileged",
      "pods-stay-off-the-host",
    ]);
    const beside = gate?.violations?.filter(({ urn }) => urn === "web.yaml:7 Pod shop/web").map(({ rule }) => rule);
    expect(beside, "a manifest, in the same report").to.include("pods-stay-off-the-host");
    const charts = gate?.violations?.filter(({ urn }) => urn.endsWith(" of charts")) ?? [];
    expect(charts.map(({ reason }) => reason).join(), "what releases bring").to.include("waived until ");
    for (const { urn, level, reason, remediation } of broken.values()) {
      if (level !== "mandatory" || urn.startsWith("web.yaml")) continue;
      expect(urn).to.match(/::(scratch|debug)$/);
      expect(reason).to.not.equal("");
      expect(remediation).to.not.equal("");
    }
    expect(records.slice(2).every(({ status, cause }) => status === "early exit" && cause === "dev/preview")).to.equal(
      true,
    );
    expect(world).to.not.equal(undefined);
    expect(left).to.deep.equal([]);
  });
});
