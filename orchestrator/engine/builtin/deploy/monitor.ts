/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published services are untyped */
import * as grpc from "@grpc/grpc-js";
import { satisfies } from "semver";
import { REFERENCE, SIGNATURE, UNKNOWN, type Properties } from "../model";
import { announce, type Handlers } from "../nearby";
import { channelOptions } from "../provider/connection";
import { empty, fromStruct, toStruct } from "../struct";
import { containsUnknown } from "../values";
import { ENGINE_VERSION } from "../version";
import type { Deployment } from "./deployment";
import type { Registered } from "./goal";
import { readStep } from "./imports";
import { emptyGoal, type ConnectedProvider, type ProviderRegistry } from "./providers";
import type { Registration } from "./registration";
import { callMethod, construct } from "./remote";
import { readDependencies, readGoal, writeRegistered } from "./requests";
import { StepFailed, Stopped } from "./runner";
import { STACK_REFERENCE } from "./stack-reference";
import type { Transforms } from "./transforms";
import { makeUrn, packageOf, STACK_TYPE, typeOf } from "./urn";

const { ResourceMonitorService } = require("@pulumi/pulumi/proto/resource_grpc_pb") as any;
const { EngineService } = require("@pulumi/pulumi/proto/engine_grpc_pb") as any;
const messages = require("@pulumi/pulumi/proto/resource_pb") as any;
const providerMessages = require("@pulumi/pulumi/proto/provider_pb") as any;
const engineMessages = require("@pulumi/pulumi/proto/engine_pb") as any;

/** What this engine does; a feature that is not listed makes the SDK say so in its own words (pulumi.md 8.4). */
const FEATURES = new Set([
  "secrets",
  "resourceReferences",
  "outputValues",
  "aliasSpecs",
  "deletedWith",
  "replaceWith",
  "transforms",
  "invokeTransforms",
]);
/** How long calls that are under way at the end have to be answered. */
const LAST_WORDS_MS = 1_000;
const SEVERITIES = ["debug", "info", "warning", "error"] as const;

/** Serves the program and the providers of one operation: ResourceMonitor and Engine on one loopback port. */
export class Monitor {
  private readonly server = new grpc.Server(channelOptions);
  address = "";
  private withdraw = (): void => undefined;
  /** Errors the program logged: the program has failed, whatever its result says. */
  loggedErrors = 0;

  constructor(
    private readonly deployment: Deployment,
    private readonly registry: ProviderRegistry,
    private readonly registration: Registration,
    private readonly transforms: Transforms,
  ) {}

  async serve(): Promise<string> {
    const answer =
      (work: (request: any) => Promise<any>): grpc.handleUnaryCall<any, any> =>
      (call, done) => {
        work(call.request).then(
          (reply) => done(null, reply),
          (error: unknown) => done(this.status(error)),
        );
      };
    const monitor: Handlers = {
      supportsFeature: answer((request) => {
        const reply = new messages.SupportsFeatureResponse();
        reply.setHassupport(FEATURES.has(request.getId()));
        return Promise.resolve(reply);
      }),
      registerResource: answer((request) => this.registerResource(request)),
      registerResourceOutputs: answer((request) => this.registerOutputs(request)),
      readResource: answer((request) => this.readResource(request)),
      invoke: answer((request) => this.invoke(request)),
      call: answer((request) => this.call(request)),
      registerStackTransform: answer((request) => {
        this.transforms.addForStack({ target: request.getTarget(), token: request.getToken() });
        return Promise.resolve(empty());
      }),
      registerStackInvokeTransform: answer((request) => {
        this.transforms.addForInvokes({ target: request.getTarget(), token: request.getToken() });
        return Promise.resolve(empty());
      }),
      signalAndWaitForShutdown: answer(() => Promise.resolve(empty())),
    };
    const engine: Handlers = {
      log: answer((request) => {
        const severity = SEVERITIES[request.getSeverity() as number] ?? "info";
        if (severity === "error") this.loggedErrors++;
        // The SDK narrates every registration at this level; like the CLI, nobody is told unless --debug asks for it.
        if (severity === "debug" && !this.deployment.request.options.debug) return Promise.resolve(empty());
        this.deployment.events.diagnostic(
          severity,
          request.getMessage(),
          request.getUrn(),
          request.getStreamid(),
          request.getEphemeral(),
        );
        return Promise.resolve(empty());
      }),
      setRootResource: answer(() => Promise.resolve(new engineMessages.SetRootResourceResponse())),
      requirePulumiVersion: answer((request) => {
        const range = request.getPulumiVersionRange();
        if (!satisfies(ENGINE_VERSION, range))
          return Promise.reject(
            new Error(`Pulumi CLI version ${ENGINE_VERSION} does not satisfy the version range "${range}"`),
          );
        return Promise.resolve(new engineMessages.RequirePulumiVersionResponse());
      }),
    };
    this.server.addService(ResourceMonitorService, monitor);
    this.server.addService(EngineService, engine);
    const port = await new Promise<number>((resolve, reject) =>
      this.server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    this.address = `127.0.0.1:${port}`;
    // A program in this process needs no wire either (program/nearby.ts).
    const standstill = answer(() => this.deployment.snapshot.standstill().then(empty));
    this.withdraw = announce(port, { ...monitor, ...engine, standstill });
    return this.address;
  }

  /** A stopped run looks to the SDK like a monitor that goes away: it ends without inventing errors of its own. */
  private status(error: unknown): Partial<grpc.StatusObject> {
    if (error instanceof Stopped || (error instanceof StepFailed && !this.deployment.request.options.continueOnError)) {
      return { code: grpc.status.UNAVAILABLE, details: "resource monitor is terminating" };
    }
    return { code: grpc.status.UNKNOWN, details: error instanceof Error ? error.message : String(error) };
  }

  private async registerResource(request: any): Promise<any> {
    const asked = readGoal(request);
    const goal = asked.type === STACK_TYPE ? asked : await this.transforms.apply(asked);
    if (goal.remote) return writeRegistered(await this.constructed(goal));
    const registered = await this.registration.register(goal);
    this.transforms.remember(registered.urn, goal);
    return writeRegistered(registered);
  }

  private async constructed(goal: ReturnType<typeof readGoal>): Promise<Registered> {
    const { stack, project } = this.deployment.request;
    const urn = makeUrn(stack, project, goal.parent, goal.type, goal.name);
    // The provider registers the children before it answers, and it knows nothing of the program's transforms.
    this.transforms.remember(urn, goal);
    try {
      return await construct(this.deployment, this.registry, this, goal);
    } catch (error) {
      const already = this.deployment.runner.stopped;
      if (already !== undefined) throw already;
      this.deployment.failWithoutStep(
        error instanceof Error ? ((error as grpc.ServiceError).details ?? error.message) : String(error),
        urn,
      );
      throw new StepFailed(urn);
    }
  }

  private async registerOutputs(request: any): Promise<any> {
    const urn: string = request.getUrn();
    const state = this.deployment.news.get(urn);
    if (state === undefined) {
      if (this.deployment.skippedCreates.has(urn)) return empty();
      throw new Error(`outputs of ${urn} were registered before the resource itself`);
    }
    if (state.custom) throw new Error(`outputs can only be registered for components, not for ${urn}`);
    const now = { ...state, outputs: fromStruct(request.getOutputs()) };
    await this.deployment.snapshot.commit({ swap: [[state, now]] });
    this.deployment.news.set(urn, now);
    this.deployment.events.announceOutputs({
      op: this.deployment.olds.has(urn) ? "same" : "create",
      urn,
      old: this.deployment.olds.get(urn),
      new: now,
    });
    return empty();
  }

  private async readResource(request: any): Promise<any> {
    const { stack, project } = this.deployment.request;
    const goal = {
      ...emptyGoal(request.getType(), request.getName()),
      parent: request.getParent() || undefined,
      properties: fromStruct(request.getProperties()),
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      version: request.getVersion() || undefined,
    };
    const urn = makeUrn(stack, project, goal.parent, goal.type, goal.name);
    const reply = new messages.ReadResourceResponse();
    reply.setUrn(urn);
    const id: string = request.getId();
    if (goal.type === STACK_REFERENCE) {
      const registered = await this.registration.register({
        ...goal,
        properties: { ...goal.properties, name: goal.properties["name"] ?? id },
      });
      reply.setProperties(toStruct(registered.outputs));
      return reply;
    }
    if (containsUnknown(id)) {
      reply.setProperties(toStruct({}));
      reply.setUnknown(true);
      return reply;
    }
    this.deployment.seen.add(urn);
    const reference: string =
      request.getProvider() || (await this.registry.defaultFor(packageOf(goal.type), goal.version));
    const state = await readStep(this.deployment, goal, urn, id, await this.registry.get(reference), reference);
    this.deployment.news.set(urn, state);
    reply.setProperties(toStruct(state.outputs));
    return reply;
  }

  private async invoke(request: any): Promise<any> {
    const token: string = request.getTok();
    const args = fromStruct(request.getArgs());
    const reply = new messages.ResourceInvokeResponse();
    if (token === "pulumi:pulumi:getResource") {
      reply.setReturn(toStruct(this.getResource(String(args["urn"]))));
      return reply;
    }
    const asked = await this.transforms.applyToInvoke(token, args, request.getProvider(), request.getVersion());
    const provider = await this.providerFor(token, asked.provider, asked.version);
    const answered = await provider.invoke(token, asked.args, this.deployment.preview);
    if (answered === undefined) {
      // The provider's own configuration is not known yet, so nothing it would say is.
      reply.setUnknown(true);
      return reply;
    }
    reply.setReturn(toStruct(answered.result));
    reply.setFailuresList(
      answered.failures.map(({ property, reason }) => {
        const failure = new providerMessages.CheckFailure();
        failure.setProperty(property);
        failure.setReason(reason);
        return failure;
      }),
    );
    return reply;
  }

  private getResource(urn: string): Properties {
    const state = this.deployment.news.get(urn) ?? this.deployment.olds.get(urn);
    if (state === undefined) throw new Error(`unknown resource ${urn}`);
    const id = state.custom ? (state.id ?? "") : "";
    return { urn, id: id === "" && state.custom ? UNKNOWN : id, state: state.outputs };
  }

  private async call(request: any): Promise<any> {
    const token: string = request.getTok();
    const args = fromStruct(request.getArgs());
    // A method of a provider resource is answered by that very provider.
    const self = args["__self__"];
    const own =
      typeof self === "object" &&
      self !== null &&
      !Array.isArray(self) &&
      self[SIGNATURE] === REFERENCE &&
      typeOf(String(self["urn"])).startsWith("pulumi:providers:");
    const reference = own
      ? `${String((self as Properties)["urn"])}::${String((self as Properties)["id"])}`
      : request.getProvider();
    const provider = await this.providerFor(token, reference, request.getVersion());
    const dependencies = readDependencies(request.getArgdependenciesMap());
    return callMethod(this.deployment, this, provider, token, args, dependencies);
  }

  private async providerFor(token: string, reference: string, version: string): Promise<ConnectedProvider> {
    return this.registry.get(reference || (await this.registry.defaultFor(packageOf(token), version || undefined)));
  }

  close(): void {
    this.withdraw();
    // What was asked last is answered: cut off, it would fail a program that has nothing left to wait for. Whatever
    // answers nothing in a moment is cut off.
    const cut = setTimeout(() => this.server.forceShutdown(), LAST_WORDS_MS).unref();
    this.server.tryShutdown(() => clearTimeout(cut));
  }
}
