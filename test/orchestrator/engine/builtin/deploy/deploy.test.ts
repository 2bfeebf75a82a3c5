/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import { expect } from "chai";
import { deploy } from "../../../../../orchestrator/engine/builtin/deploy/deploy";
import type {
  PolicyGate,
  ProgramHost,
  ProgramResult,
  ProgramRun,
  ResourceState,
} from "../../../../../orchestrator/engine/builtin/model";
import { serveProvider, type ServedProvider, type StandIn } from "../../../../../orchestrator/sandbox/provider/serve";
import { PROVIDER, PROVIDER_URN, staged, type Given } from "../../../../support/deployments";
import { MonitorClient } from "../../../../support/monitor-client";
import { stateOf, urnOf } from "../../../../support/states";
import { strict } from "../../../../support/strict";

const engineMessages = require("@pulumi/pulumi/proto/engine_pb") as any;

const provider: ResourceState = {
  ...stateOf("mine", {}, { id: "p1", type: "pulumi:providers:x" }),
  urn: PROVIDER_URN,
};
const thing = (name: string, rest: Partial<ResourceState> = {}) =>
  stateOf(name, { size: 1 }, { provider: PROVIDER, ...rest });

/** A program that does what the test says with the monitor it is given. */
function program(work: (client: MonitorClient, run: ProgramRun) => Promise<ProgramResult | void>): ProgramHost {
  return {
    async run(request) {
      const client = new MonitorClient(request.monitorAddress);
      try {
        return (await work(client, request)) ?? { ok: true };
      } finally {
        client.close();
      }
    },
  };
}
const idle = program(() => Promise.resolve());

describe("an operation", () => {
  const served: ServedProvider[] = [];
  const calls: string[] = [];
  afterEach(async () => {
    calls.length = 0;
    await Promise.all(served.splice(0).map((provider) => provider.close()));
  });

  async function run(given: Given, standIn: Partial<StandIn> = {}) {
    const { port, close } = await serveProvider("1.0.0", {
      create: ({ name }, inputs, preview) => {
        if (!preview) calls.push(`create ${name}`);
        return Promise.resolve({ id: preview ? "" : `new-${name}`, outputs: inputs });
      },
      delete: ({ name }) => {
        calls.push(`delete ${name}`);
        return Promise.resolve();
      },
      ...standIn,
    });
    served.push({ port, close });
    const stage = staged({ providers: { locate: () => Promise.resolve(`127.0.0.1:${port}`) }, ...given });
    const outcome = await deploy(stage.request);
    return { ...stage, ...outcome, names: outcome.snapshot.resources.map(({ urn }) => urn.split("::").at(-1)) };
  }

  it("makes what the program registers, deletes what it no longer does, and counts both", async () => {
    const { result, changes, names } = await run({
      resources: [provider, thing("gone")],
      program: program(async (client) => {
        await client.register("x:y:Thing", "a", { inputs: { size: 1 } });
      }),
    });
    expect([result, changes]).to.deep.equal(["succeeded", { create: 1, delete: 2 }]);
    expect(calls).to.deep.equal(["create a", "delete gone"]);
    expect(names).to.deep.equal(["default", "a"]);
  });

  it("of a program that fails deletes nothing, and says why once", async () => {
    const failing = await run({
      resources: [provider, thing("kept")],
      program: program(() => Promise.resolve({ ok: false, message: "the program is wrong" })),
    });
    expect([failing.result, failing.errors]).to.deep.equal(["failed", ["the program is wrong"]]);
    expect(failing.names).to.deep.equal(["mine", "kept"]);
    const going = await run({
      resources: [provider, thing("kept")],
      program: program(() => Promise.resolve({ ok: false, message: "the program is wrong" })),
      options: { continueOnError: true },
    });
    expect([going.result, going.names]).to.deep.equal(["failed", ["mine", "kept"]]);
    const telling = await run({
      program: program(async (client) => {
        const request = new engineMessages.LogRequest();
        request.setSeverity(3);
        request.setMessage("it said so itself");
        await client.tell("log", request);
        return { ok: false, message: "exit code 1" };
      }),
    });
    expect(telling.errors).to.deep.equal(["it said so itself"]);
    expect(calls).to.deep.equal([]);
  });

  it("does not wait for a program that hangs after a resource has failed", async () => {
    const { result, errors } = await run(
      {
        program: program(async (client, { signal }) => {
          await client.register("x:y:Thing", "a").catch(() => undefined);
          await new Promise<void>((resolve) =>
            signal.aborted ? resolve() : signal.addEventListener("abort", () => resolve()),
          );
          return { ok: false, message: "it was ended" };
        }),
      },
      { create: () => Promise.reject(new Error("no room")) },
    );
    expect([result, errors]).to.deep.equal(["failed", ["no room"]]);
  });

  it("that is cancelled fails and deletes nothing; one that is given up says so", async () => {
    for (const level of ["cancel", "terminate"] as const) {
      const stage = staged({ resources: [thing("kept")] });
      const stop = program(() => {
        stage.interrupter[level]();
        return Promise.resolve();
      });
      const { result, snapshot, errors } = await deploy({ ...stage.request, program: stop });
      expect(result).to.equal(level === "cancel" ? "failed" : "canceled");
      expect(errors).to.deep.equal(level === "cancel" ? ["update canceled"] : []);
      expect(snapshot.resources).to.have.length(1);
    }
  });

  it("destroys without a program, dependents first, and leaves an empty state", async () => {
    const { result, changes, names } = await run({
      kind: "destroy",
      resources: [provider, thing("a"), thing("b", { dependencies: [urnOf("a")] })],
    });
    expect([result, changes, names]).to.deep.equal(["succeeded", { delete: 3 }, []]);
    expect(calls).to.deep.equal(["delete b", "delete a"]);
  });

  it("runs the program of a destroy or refresh that asks for it, and stops when it fails", async () => {
    for (const kind of ["destroy", "refresh"] as const) {
      let ran = 0;
      const failing = program(() => {
        ran++;
        return Promise.resolve({ ok: false, message: "the program is wrong" });
      });
      const { result, names } = await run({ kind, resources: [provider, thing("kept")], program: failing });
      expect([ran, result, names]).to.deep.equal([1, "failed", ["mine", "kept"]]);
    }
  });

  it("refuses a target that nothing met, before anything is deleted", async () => {
    const { result, errors, names } = await run({
      resources: [thing("kept")],
      program: idle,
      options: { targets: [urnOf("typo")] },
    });
    expect([result, errors]).to.deep.equal(["failed", [`Target '${urnOf("typo")}' could not be found in the stack.`]]);
    expect(names).to.deep.equal(["kept"]);
  });

  it("warns of creates nobody acknowledged and keeps them open; a preview warns of nothing", async () => {
    const pending = [
      { type: "creating" as const, resource: thing("left") },
      { type: "updating" as const, resource: thing("a") },
    ];
    const update = await run({ pending, program: idle });
    const warnings = update.events.filter((event) => "diagnosticEvent" in event);
    expect(JSON.stringify(warnings)).to.contain("1 pending operations").and.to.contain(urnOf("left"));
    expect(update.snapshot.pending.map(({ type }) => type)).to.deep.equal(["creating"]);
    const settled = await run({
      pending,
      program: idle,
      options: { importPendingCreates: [{ urn: urnOf("left"), id: "i" }] },
    });
    expect(settled.events.filter((event) => "diagnosticEvent" in event)).to.deep.equal([]);
    const preview = await run({ pending, program: idle, kind: "preview", dryRun: true });
    expect(preview.events.filter((event) => "diagnosticEvent" in event)).to.deep.equal([]);
  });

  it("fails when a stack policy is violated by what it has made", async () => {
    let judged = 0;
    const policies = strict<PolicyGate>("gate", {
      remediate: ({ properties }) => Promise.resolve(properties),
      analyze: () => Promise.resolve(true),
      analyzeStack: (resources) => {
        judged = resources.length;
        return Promise.resolve(false);
      },
    });
    const making = program(async (client) => {
      await client.register("x:y:Thing", "a");
    });
    const { result } = await run({ program: making, policies });
    // The resource and its provider.
    expect([result, judged]).to.deep.equal(["failed", 2]);
    const preview = await run({ kind: "preview", dryRun: true, program: making, policies });
    expect([preview.result, preview.errors]).to.deep.equal(["failed", ["preview failed"]]);
  });

  it("ends as failed, not with an exception, when a provider is not there", async () => {
    const { result, errors } = await run({
      program: program(async (client) => {
        await client.register("x:y:Thing", "a").catch(() => undefined);
      }),
      providers: { locate: () => Promise.reject(new Error("no provider for package x")) },
    });
    expect(result).to.equal("failed");
    expect(errors[0]).to.contain("no provider for package x");
  });
});
