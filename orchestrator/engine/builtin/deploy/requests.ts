/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import type { Json, Properties } from "../model";
import { fromStruct, fromValue, toStruct, toValue } from "../struct";
import { containsSecret, secret, withOutputValues, withoutOutputValues } from "../values";
import { parseDuration, type Alias, type Goal, type Registered } from "./goal";
import { emptyGoal } from "./providers";

const messages = require("@pulumi/pulumi/proto/resource_pb") as any;
const aliasMessages = require("@pulumi/pulumi/proto/alias_pb") as any;

/** A RegisterResource request as a goal. */
export function readGoal(request: any): Goal {
  const timeouts = request.getCustomtimeouts();
  const position = request.getSourceposition();
  return {
    ...emptyGoal(request.getType(), request.getName()),
    custom: request.getCustom(),
    remote: request.getRemote(),
    parent: request.getParent() || undefined,
    properties: fromStruct(request.getObject()),
    dependencies: request.getDependenciesList(),
    propertyDependencies: readDependencies(request.getPropertydependenciesMap()),
    provider: request.getProvider() || undefined,
    providers: Object.fromEntries(request.getProvidersMap().getEntryList()),
    version: request.getVersion() || undefined,
    protect: request.hasProtect() ? request.getProtect() : undefined,
    retainOnDelete: request.hasRetainondelete() ? request.getRetainondelete() : undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    hideDiffs: request.getHidediffsList(),
    aliases: [
      ...request.getAliasurnsList().map((urn: string): Alias => ({ urn })),
      ...request.getAliasesList().map(readAlias),
    ],
    importId: request.getImportid(),
    customTimeouts: timeouts ? readTimeouts(timeouts) : {},
    deletedWith: request.getDeletedwith(),
    replaceWith: request.getReplaceWithList(),
    replacementTrigger: request.hasReplacementTrigger() ? fromValue(request.getReplacementTrigger()) : undefined,
    sourcePosition: position ? `${position.getUri()}#${position.getLine()},${position.getColumn()}` : "",
    transforms: request
      .getTransformsList()
      .map((callback: any) => ({ target: callback.getTarget(), token: callback.getToken() })),
  };
}

export function readTimeouts(timeouts: any): Goal["customTimeouts"] {
  return {
    create: parseDuration(timeouts.getCreate()) ?? 0,
    update: parseDuration(timeouts.getUpdate()) ?? 0,
    delete: parseDuration(timeouts.getDelete()) ?? 0,
  };
}

export function readDependencies(map: any): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  map.forEach((value: any, key: string) => (result[key] = value.getUrnsList()));
  return result;
}

function readAlias(alias: any): Alias {
  if (alias.getAliasCase() === aliasMessages.Alias.AliasCase.URN) return { urn: alias.getUrn() };
  const spec = alias.getSpec();
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    noParent: spec.getNoparent(),
    ...(spec.getParenturn() ? { parentUrn: spec.getParenturn() } : {}),
  };
}

export function writeAlias(alias: Alias): any {
  const message = new aliasMessages.Alias();
  if ("urn" in alias) {
    message.setUrn(alias.urn);
    return message;
  }
  const spec = new aliasMessages.Alias.Spec();
  spec.setName(alias.name ?? "");
  spec.setType(alias.type ?? "");
  spec.setStack(alias.stack ?? "");
  spec.setProject(alias.project ?? "");
  if (alias.noParent) spec.setNoparent(true);
  else if (alias.parentUrn) spec.setParenturn(alias.parentUrn);
  message.setSpec(spec);
  return message;
}

export function writeRegistered(registered: Registered): any {
  const reply = new messages.RegisterResourceResponse();
  reply.setUrn(registered.urn);
  reply.setId(registered.id);
  reply.setObject(toStruct(registered.outputs));
  reply.setUnknown(registered.unknown);
  reply.setResult({ success: 0, fail: 1, skip: 2 }[registered.result]);
  for (const [key, urns] of Object.entries(registered.outputDependencies ?? {})) {
    const list = new messages.RegisterResourceResponse.PropertyDependencies();
    list.setUrnsList(urns);
    reply.getPropertydependenciesMap().set(key, list);
  }
  return reply;
}

export function writeTransformRequest(goal: Goal): any {
  const request = new messages.TransformRequest();
  request.setType(goal.type);
  request.setName(goal.name);
  request.setCustom(goal.custom);
  request.setParent(goal.parent ?? "");
  request.setProperties(toStruct(withOutputValues(goal.properties)));
  const options = new messages.TransformResourceOptions();
  options.setDependsOnList(goal.dependencies);
  if (goal.protect !== undefined) options.setProtect(goal.protect);
  options.setIgnoreChangesList(goal.ignoreChanges);
  options.setReplaceOnChangesList(goal.replaceOnChanges);
  options.setVersion(goal.version ?? "");
  options.setAliasesList(goal.aliases.map(writeAlias));
  options.setProvider(goal.provider ?? "");
  options.setCustomTimeouts(writeTimeouts(goal.customTimeouts));
  if (goal.retainOnDelete !== undefined) options.setRetainOnDelete(goal.retainOnDelete);
  options.setDeletedWith(goal.deletedWith);
  if (goal.deleteBeforeReplace !== undefined) options.setDeleteBeforeReplace(goal.deleteBeforeReplace);
  options.setAdditionalSecretOutputsList(goal.additionalSecretOutputs);
  for (const [pkg, reference] of Object.entries(goal.providers)) options.getProvidersMap().set(pkg, reference);
  options.setImport(goal.importId);
  options.setHideDiffList(goal.hideDiffs);
  options.setReplaceWithList(goal.replaceWith);
  if (goal.replacementTrigger !== undefined) options.setReplacementTrigger(toValue(goal.replacementTrigger));
  request.setOptions(options);
  return request;
}

function writeTimeouts(timeouts: Goal["customTimeouts"]): any {
  const message = new messages.RegisterResourceRequest.CustomTimeouts();
  for (const [key, setter] of [
    ["create", "setCreate"],
    ["update", "setUpdate"],
    ["delete", "setDelete"],
  ] as const) {
    const seconds = timeouts[key];
    if (seconds !== undefined && seconds > 0) message[setter](`${seconds}s`);
  }
  return message;
}

/** Whatever a function of the program does with a secret input, the input stays one. */
function stillSecret(properties: Properties, before: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      containsSecret(before[key]) && !containsSecret(value) ? secret(value) : value,
    ]),
  );
}

/** The goal as a transform left it. */
export function readTransformed(goal: Goal, reply: any): Goal {
  const options = reply.getOptions();
  const properties = reply.hasProperties()
    ? stillSecret(withoutOutputValues(fromStruct(reply.getProperties())), goal.properties)
    : goal.properties;
  // Inputs a transform adds were made from nothing the engine knows of.
  const propertyDependencies = Object.fromEntries(
    Object.keys(properties).map((key) => [key, goal.propertyDependencies[key] ?? []]),
  );
  if (options === undefined || options === null) return { ...goal, properties, propertyDependencies };
  return {
    ...goal,
    properties,
    propertyDependencies,
    dependencies: options.getDependsOnList(),
    protect: options.hasProtect() ? options.getProtect() : undefined,
    ignoreChanges: options.getIgnoreChangesList(),
    replaceOnChanges: options.getReplaceOnChangesList(),
    version: options.getVersion() || undefined,
    aliases: options.getAliasesList().map(readAlias),
    provider: options.getProvider() || undefined,
    customTimeouts: options.getCustomTimeouts() ? readTimeouts(options.getCustomTimeouts()) : {},
    retainOnDelete: options.hasRetainOnDelete() ? options.getRetainOnDelete() : undefined,
    deletedWith: options.getDeletedWith(),
    deleteBeforeReplace: options.hasDeleteBeforeReplace() ? options.getDeleteBeforeReplace() : undefined,
    additionalSecretOutputs: options.getAdditionalSecretOutputsList(),
    providers: Object.fromEntries(options.getProvidersMap().getEntryList()),
    importId: options.getImport(),
    hideDiffs: options.getHideDiffList(),
    replaceWith: options.getReplaceWithList(),
    replacementTrigger: options.hasReplacementTrigger()
      ? (fromValue(options.getReplacementTrigger()) as Json)
      : undefined,
  };
}
