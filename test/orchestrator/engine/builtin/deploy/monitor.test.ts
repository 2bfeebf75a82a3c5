/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { Monitor } from "../../../../../orchestrator/engine/builtin/deploy/monitor";
import type { ConnectedProvider, ProviderRegistry } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import type { Registration } from "../../../../../orchestrator/engine/builtin/deploy/registration";
import { StepFailed, Stopped } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import type { Transforms } from "../../../../../orchestrator/engine/builtin/deploy/transforms";
import { REFERENCE, SIGNATURE, UNKNOWN } from "../../../../../orchestrator/engine/builtin/model";
import { fromStruct, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { PROVIDER, PROVIDER_URN, registryOf, scripted, staged, type Given } from "../../../../support/deployments";
import { MonitorClient } from "../../../../support/monitor-client";
import { stateOf, urnOf } from "../../../../support/states";
import { strict } from "../../../../support/strict";

const messages = require("@pulumi/pulumi/proto/resource_pb") as any;
const providerMessages = require("@pulumi/pulumi/proto/provider_pb") as any;
const engineMessages = require("@pulumi/pulumi/proto/engine_pb") as any;

const STACK = "pulumi:pulumi:Stack";

describe("the monitor of an operation", () => {
  const closing: (() => void)[] = [];
  afterEach(() => closing.splice(0).forEach((close) => close()));

  interface Parts {
    given?: Given;
    register?: (goal: Goal) => ReturnType<Registration["register"]>;
    registry?: ProviderRegistry;
    transforms?: Partial<Transforms>;
  }
  async function serving({ given = {}, register, registry = strict("registry", {}), transforms = {} }: Parts = {}) {
    const stage = staged(given);
    const registration = strict<Registration>("registration", register === undefined ? {} : { register });
    const passing: Partial<Transforms> = {
      apply: (goal) => Promise.resolve(goal),
      remember: () => undefined,
      applyToInvoke: (_token, args, provider, version) => Promise.resolve({ args, provider, version }),
      ...transforms,
    };
    const monitor = new Monitor(stage.deployment, registry, registration, strict<Transforms>("transforms", passing));
    const client = new MonitorClient(await monitor.serve());
    closing.push(() => {
      client.close();
      monitor.close();
    });
    return { ...stage, monitor, client };
  }
  const status = (call: Promise<unknown>) =>
    call.then(
      () => ({ code: 0, details: "" }),
      ({ code, details }: grpc.ServiceError) => ({ code, details }),
    );

  it("says what it can and cannot do", async () => {
    const { client } = await serving();
    const supports = async (id: string) => {
      const request = new messages.SupportsFeatureRequest();
      request.setId(id);
      return (await client.ask("supportsFeature", request)).getHassupport();
    };
    expect(await supports("secrets")).to.equal(true);
    expect(await supports("aliasSpecs")).to.equal(true);
    expect(await supports("parameterization")).to.equal(false);
  });

  it("registers what the transforms made of a resource, but never transforms the stack itself", async () => {
    const goals: Goal[] = [];
    const { client } = await serving({
      register: (goal) => {
        goals.push(goal);
        return Promise.resolve({
          urn: urnOf(goal.name),
          id: "i",
          outputs: goal.properties,
          result: "success",
          unknown: false,
        });
      },
      transforms: { apply: (goal) => Promise.resolve({ ...goal, properties: { ...goal.properties, marked: true } }) },
    });
    await client.register(STACK, "proj-dev", { custom: false });
    const reply = await client.register("x:y:Thing", "a", { inputs: { size: 1 } });
    expect(goals.map(({ properties }) => properties)).to.deep.equal([{}, { size: 1, marked: true }]);
    expect([reply.getUrn(), reply.getId(), fromStruct(reply.getObject())]).to.deep.equal([
      urnOf("a"),
      "i",
      { size: 1, marked: true },
    ]);
  });

  it("looks like a monitor that goes away once the run has stopped; other errors keep their words", async () => {
    const failing = async (error: Error, given: Given = {}) =>
      status((await serving({ given, register: () => Promise.reject(error) })).client.register("x:y:Thing", "a"));
    const gone = { code: grpc.status.UNAVAILABLE, details: "resource monitor is terminating" };
    expect(await failing(new Stopped("cancelled"))).to.deep.equal(gone);
    expect(await failing(new StepFailed(urnOf("a")))).to.deep.equal(gone);
    expect(await failing(new Error("no such type"))).to.deep.equal({
      code: grpc.status.UNKNOWN,
      details: "no such type",
    });
    const going = await failing(new StepFailed(urnOf("a")), { options: { continueOnError: true } });
    expect(going.code).to.equal(grpc.status.UNKNOWN);
  });

  it("keeps the outputs a component registers, and those of nothing else", async () => {
    const { client, deployment, finished } = await serving();
    const box = { ...stateOf("box"), custom: false };
    await deployment.snapshot.commit({ put: [box] });
    deployment.news.set(box.urn, box);
    deployment.news.set(urnOf("a"), stateOf("a"));
    deployment.skippedCreates.add(urnOf("skipped"));
    const outputs = (urn: string) => {
      const request = new messages.RegisterResourceOutputsRequest();
      request.setUrn(urn);
      request.setOutputs(toStruct({ url: "u" }));
      return status(client.ask("registerResourceOutputs", request));
    };
    expect((await outputs(box.urn)).code).to.equal(0);
    expect(deployment.snapshot.current().resources[0]?.outputs).to.deep.equal({ url: "u" });
    expect(finished()).to.deep.equal(["create box"]);
    expect((await outputs(urnOf("a"))).details).to.contain("only be registered for components");
    expect((await outputs(urnOf("nowhere"))).details).to.contain("before the resource itself");
    expect((await outputs(urnOf("skipped"))).code).to.equal(0);
  });

  it("reads a resource by its id, and of one whose id is not known yet says so without asking", async () => {
    const provider = scripted({ read: (_urn, id) => Promise.resolve({ id, outputs: { size: 1 }, initErrors: [] }) });
    const registry = registryOf(provider, { defaultFor: () => Promise.resolve(PROVIDER) } as Partial<ProviderRegistry>);
    const { client, deployment } = await serving({ registry });
    const read = (id: string) => {
      const request = new messages.ReadResourceRequest();
      request.setType("x:y:Thing");
      request.setName("a");
      request.setId(id);
      return client.ask("readResource", request);
    };
    expect((await read(UNKNOWN)).getUnknown()).to.equal(true);
    expect(provider.calls).to.deep.equal([]);
    const reply = await read("i-1");
    expect([reply.getUrn(), fromStruct(reply.getProperties())]).to.deep.equal([urnOf("a"), { size: 1 }]);
    expect(deployment.snapshot.current().resources[0]).to.deep.include({ external: true, provider: PROVIDER });
  });

  describe("answers functions", () => {
    const invoke = (client: MonitorClient, token: string, args = {}) => {
      const request = new messages.ResourceInvokeRequest();
      request.setTok(token);
      request.setArgs(toStruct(args));
      request.setProvider(PROVIDER);
      return client.ask("invoke", request);
    };
    const answering = (answer: Awaited<ReturnType<ConnectedProvider["invoke"]>>) =>
      registryOf(strict<ConnectedProvider>("provider", { invoke: () => Promise.resolve(answer) }));

    it("of providers, with what they refuse, as unknown while their configuration is", async () => {
      const failures = [{ property: "id", reason: "is needed" }];
      const told = await serving({ registry: answering({ result: { found: 1 }, failures }) });
      const reply = await invoke(told.client, "x:y:get");
      expect(fromStruct(reply.getReturn())).to.deep.equal({ found: 1 });
      expect(reply.getFailuresList().map((one: any) => [one.getProperty(), one.getReason()])).to.deep.equal([
        ["id", "is needed"],
      ]);
      const unknown = await serving({ registry: answering(undefined) });
      expect((await invoke(unknown.client, "x:y:get")).getUnknown()).to.equal(true);
    });

    it("about a resource itself: as it is now, as it was, or not at all", async () => {
      const { client, deployment } = await serving({ given: { resources: [stateOf("a", { size: 1 }), stateOf("b")] } });
      deployment.news.set(urnOf("a"), stateOf("a", { size: 2 }));
      deployment.news.set(urnOf("planned"), { ...stateOf("planned"), id: "" });
      const about = async (name: string) =>
        fromStruct((await invoke(client, "pulumi:pulumi:getResource", { urn: urnOf(name) })).getReturn());
      expect(await about("a")).to.deep.equal({ urn: urnOf("a"), id: "id-a", state: { size: 2 } });
      expect((await about("b"))["id"]).to.equal("id-b");
      expect((await about("planned"))["id"]).to.equal(UNKNOWN);
      expect((await status(about("nowhere"))).details).to.equal(`unknown resource ${urnOf("nowhere")}`);
    });
  });

  it("lets a provider resource answer its own methods", async () => {
    let asked: any;
    const connected = {
      client: {
        callMethod: (request: any) => {
          asked = request;
          return Promise.resolve(new providerMessages.CallResponse());
        },
      },
    };
    const { client } = await serving({ registry: registryOf(connected as any) });
    const request = new messages.ResourceCallRequest();
    request.setTok("pulumi:providers:x/ask");
    request.setArgs(toStruct({ __self__: { [SIGNATURE]: REFERENCE, urn: PROVIDER_URN, id: "p1" } }));
    await client.ask("call", request);
    expect(asked.getTok()).to.equal("pulumi:providers:x/ask");
  });

  it("passes on what the program logs, debug messages only when asked for, and counts its errors", async () => {
    const log = async ({ client }: { client: MonitorClient }, severity: number, message: string) => {
      const request = new engineMessages.LogRequest();
      request.setSeverity(severity);
      request.setMessage(message);
      await client.tell("log", request);
    };
    const quiet = await serving();
    await log(quiet, 0, "debug");
    await log(quiet, 2, "careful");
    await log(quiet, 3, "wrong");
    const told = (events: object[]) =>
      events.map((event) => (event as { diagnosticEvent: { message: string } }).diagnosticEvent.message);
    expect(told(quiet.events)).to.deep.equal(["careful\n", "wrong\n"]);
    expect(quiet.monitor.loggedErrors).to.equal(1);
    const talkative = await serving({ given: { options: { debug: true } } });
    await log(talkative, 0, "debug");
    expect(told(talkative.events)).to.deep.equal(["debug\n"]);
  });

  it("holds a program to the version it requires", async () => {
    const { client } = await serving();
    const require = (range: string) => {
      const request = new engineMessages.RequirePulumiVersionRequest();
      request.setPulumiVersionRange(range);
      return status(client.tell("requirePulumiVersion", request));
    };
    expect((await require(">=3.0.0")).code).to.equal(0);
    expect((await require("<3.0.0")).details).to.contain('does not satisfy the version range "<3.0.0"');
  });
});
