/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published stubs are untyped */
import * as grpc from "@grpc/grpc-js";
import { REFERENCE, SIGNATURE, UNKNOWN, type Json, type Properties } from "../../engine/builtin/model";
import { fromStruct, toStruct } from "../../engine/builtin/struct";
import { revealed, withoutOutputValues } from "../../engine/builtin/values";

const { ResourceMonitorClient } = require("@pulumi/pulumi/proto/resource_grpc_pb") as any;
const resource = require("@pulumi/pulumi/proto/resource_pb") as any;
const { ConstructResponse } = require("@pulumi/pulumi/proto/provider_pb") as any;

/** Messages may carry whole kubeconfigs and policies. */
const channelOptions = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };

/** A resource registered by a component, with what later children read of it. */
export interface Child {
  readonly urn: string;
  readonly id: string;
  readonly outputs: Properties;
  /** Left out by `--target` and not there yet: nothing of it is known, and nobody can look it up. */
  readonly unknown: boolean;
}
export interface ChildOptions {
  /** URNs the child comes after. */
  readonly dependencies?: readonly string[];
  /** Input of the component that each input of the child was made from, where the names differ. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** One remote component being built: registers it and its children with the engine that asked (pulumi.md 8.4). */
export class Construction {
  readonly type: string;
  readonly name: string;
  readonly parent: string;
  /** In clear text and without dependencies: what the component decides by. */
  readonly inputs: Properties;
  private readonly monitor: any;

  constructor(
    private readonly request: any,
    /** Package whose provider makes the children. */
    private readonly pkg: string,
  ) {
    this.type = request.getType();
    this.name = request.getName();
    this.parent = request.getParent();
    this.inputs = revealed(withoutOutputValues(fromStruct(request.getInputs())));
    this.monitor = new ResourceMonitorClient(
      request.getMonitorendpoint(),
      grpc.credentials.createInsecure(),
      channelOptions,
    );
  }

  /** The component itself, with its arguments as inputs, which is what a policy pack judges. */
  component(): Promise<Child> {
    const message = this.message(this.type, this.name, this.parent, this.inputs);
    message.setCustom(false);
    for (const [pkg, reference] of this.request.getProvidersMap().getEntryList())
      message.getProvidersMap().set(pkg, reference);
    message.setDependenciesList(this.request.getDependenciesList());
    return this.send(message);
  }

  child(type: string, name: string, parent: string, inputs: Properties, options: ChildOptions = {}): Promise<Child> {
    const message = this.message(type, name, parent, inputs, options.sources);
    message.setCustom(true);
    message.setProvider(this.request.getProvidersMap().get(this.pkg) ?? "");
    message.setDependenciesList([...(options.dependencies ?? [])]);
    return this.send(message);
  }

  /** State of a resource the program handed over by reference. */
  async lookUp(urn: Json): Promise<Properties> {
    const invoke = new resource.ResourceInvokeRequest();
    invoke.setTok("pulumi:pulumi:getResource");
    invoke.setArgs(toStruct({ urn }));
    const reply = await this.ask("invoke", invoke);
    const { state } = fromStruct(reply.getReturn());
    return (state ?? {}) as Properties;
  }

  /** Ends the construction: the component's outputs, all of them made from the given children. */
  async finish(component: string, outputs: Properties, madeFrom: readonly string[]): Promise<any> {
    const registration = new resource.RegisterResourceOutputsRequest();
    registration.setUrn(component);
    registration.setOutputs(toStruct(outputs));
    await this.ask("registerResourceOutputs", registration);
    const response = new ConstructResponse();
    response.setUrn(component);
    response.setState(toStruct(outputs));
    for (const key of Object.keys(outputs)) {
      const dependencies = new ConstructResponse.PropertyDependencies();
      dependencies.setUrnsList([...madeFrom]);
      response.getStatedependenciesMap().set(key, dependencies);
    }
    return response;
  }

  close(): void {
    this.monitor.close();
  }

  private message(
    type: string,
    name: string,
    parent: string,
    inputs: Properties,
    sources: Readonly<Record<string, string>> = {},
  ): any {
    const message = new resource.RegisterResourceRequest();
    message.setType(type);
    message.setName(name);
    message.setParent(parent);
    message.setObject(toStruct(inputs));
    message.setAcceptsecrets(true);
    message.setAcceptresources(true);
    message.setSupportsresultreporting(true);
    // Protection of the component is protection of what it is made of.
    if (this.request.hasProtect?.()) message.setProtect(this.request.getProtect());
    for (const key of Object.keys(inputs)) {
      const list = new resource.RegisterResourceRequest.PropertyDependencies();
      list.setUrnsList(
        this.request
          .getInputdependenciesMap()
          .get(sources[key] ?? key)
          ?.getUrnsList() ?? [],
      );
      message.getPropertydependenciesMap().set(key, list);
    }
    return message;
  }

  private async send(message: any): Promise<Child> {
    const reply = await this.ask("registerResource", message);
    return {
      urn: reply.getUrn(),
      id: reply.getId(),
      outputs: revealed(fromStruct(reply.getObject())),
      unknown: reply.getUnknown(),
    };
  }

  private ask(method: string, message: unknown): Promise<any> {
    return new Promise((resolve, reject) =>
      this.monitor[method](message, (error: Error | null, reply: unknown) => (error ? reject(error) : resolve(reply))),
    );
  }
}

/** A reference to a registered resource, as a component hands it out. */
export function referenceTo(child: Child): Json {
  if (child.unknown) return UNKNOWN;
  return { [SIGNATURE]: REFERENCE, urn: child.urn, id: child.id === "" ? UNKNOWN : child.id, packageVersion: "" };
}
