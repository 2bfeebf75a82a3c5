/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import type { Properties } from "../model";
import { fromStruct, toStruct, toValue } from "../struct";
import type { Deployment } from "./deployment";
import type { Goal, Registered } from "./goal";
import type { ConnectedProvider, ProviderRegistry } from "./providers";
import { readDependencies, writeAlias } from "./requests";
import { packageOf } from "./urn";

const messages = require("@pulumi/pulumi/proto/provider_pb") as any;

/** Where the provider of a remote component or method registers and reads: the monitor of this operation. */
export interface MonitorPlace {
  readonly address: string;
}

/**
 * Lets a provider build a remote component: it registers the component and its children through the monitor, and says
 * what the component's outputs are made from (pulumi.md 8.4, 7.2).
 */
export async function construct(
  deployment: Deployment,
  registry: ProviderRegistry,
  place: MonitorPlace,
  goal: Goal,
): Promise<Registered> {
  const pkg = packageOf(goal.type);
  const reference = goal.provider ?? goal.providers[pkg] ?? (await registry.defaultFor(pkg, goal.version));
  const provider = await registry.get(reference);
  const request = new messages.ConstructRequest();
  situate(deployment, place, request);
  request.setType(goal.type);
  request.setName(goal.name);
  request.setParent(goal.parent ?? "");
  request.setInputs(toStruct(goal.properties));
  for (const [key, urns] of Object.entries(goal.propertyDependencies)) {
    const list = new messages.ConstructRequest.PropertyDependencies();
    list.setUrnsList(urns);
    request.getInputdependenciesMap().set(key, list);
  }
  for (const [name, handed] of Object.entries({ ...goal.providers, [pkg]: reference }))
    request.getProvidersMap().set(name, handed);
  request.setDependenciesList(goal.dependencies);
  request.setAliasesList(goal.aliases.map(writeAlias));
  if (goal.protect !== undefined) request.setProtect(goal.protect);
  request.setAdditionalsecretoutputsList(goal.additionalSecretOutputs);
  request.setDeletedwith(goal.deletedWith);
  if (goal.deleteBeforeReplace !== undefined) request.setDeletebeforereplace(goal.deleteBeforeReplace);
  request.setIgnorechangesList(goal.ignoreChanges);
  request.setReplaceonchangesList(goal.replaceOnChanges);
  if (goal.retainOnDelete !== undefined) request.setRetainondelete(goal.retainOnDelete);
  request.setReplaceWithList(goal.replaceWith);
  if (goal.replacementTrigger !== undefined) request.setReplacementTrigger(toValue(goal.replacementTrigger));
  request.setAcceptsOutputValues(true);
  const reply = await provider.client.construct(request);
  return {
    urn: reply.getUrn(),
    id: "",
    outputs: fromStruct(reply.getState()),
    result: "success",
    unknown: false,
    outputDependencies: readDependencies(reply.getStatedependenciesMap()),
  };
}

/** Calls a method of a resource; the provider may register resources meanwhile. */
export async function callMethod(
  deployment: Deployment,
  place: MonitorPlace,
  provider: ConnectedProvider,
  token: string,
  args: Properties,
  dependencies: Readonly<Record<string, readonly string[]>>,
): Promise<any> {
  const request = new messages.CallRequest();
  situate(deployment, place, request);
  request.setTok(token);
  request.setArgs(toStruct(args));
  for (const [key, urns] of Object.entries(dependencies)) {
    const list = new messages.CallRequest.ArgumentDependencies();
    list.setUrnsList([...urns]);
    request.getArgdependenciesMap().set(key, list);
  }
  request.setAcceptsOutputValues(true);
  return provider.client.callMethod(request);
}

function situate(deployment: Deployment, place: MonitorPlace, request: any): void {
  const { organization, project, stack, config, configSecretKeys, options } = deployment.request;
  request.setOrganization(organization);
  request.setProject(project);
  request.setStack(stack);
  request.setDryrun(deployment.preview);
  request.setParallel(options.parallel);
  request.setMonitorendpoint(place.address);
  for (const [key, value] of Object.entries(config)) request.getConfigMap().set(key, value);
  request.setConfigsecretkeysList(configSecretKeys);
}
