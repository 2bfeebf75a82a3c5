/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import type { AnalyzedResource, AnalyzedStackResource } from "../model";
import { fromStruct, toStruct } from "../struct";
import { withoutReferences } from "../values";
import type { Level, PolicyInfo, PolicySetting } from "./pack-config";

const messages = require("@pulumi/pulumi/proto/analyzer_pb") as any;

/** Enforcement levels by their number in the protocol. */
export const LEVELS: readonly Level[] = ["advisory", "mandatory", "disabled", "remediate"];

/** Which stack a pack judges, and with which configuration. */
export interface StackFacts {
  organization: string;
  project: string;
  stack: string;
  dryRun: boolean;
  config: Record<string, string>;
  configSecretKeys: string[];
}

/** The greeting of a pack in this folder. */
export function handshake(place: string): any {
  const request = new messages.AnalyzerHandshakeRequest();
  request.setEngineAddress("127.0.0.1:1");
  request.setRootDirectory(place);
  request.setProgramDirectory(place);
  return request;
}

/** The same as a message. */
export function writeFacts(request: StackFacts): any {
  const message = new messages.AnalyzerStackConfigureRequest();
  message.setStack(request.stack);
  message.setProject(request.project);
  message.setOrganization(request.organization);
  message.setDryRun(request.dryRun);
  for (const [key, value] of Object.entries(request.config)) message.getConfigMap().set(key, value);
  message.setConfigSecretKeysList(request.configSecretKeys);
  return message;
}

/** What a pack says of one of its policies. */
export function policyInfo(policy: any): PolicyInfo {
  const schema = policy.getConfigschema();
  return {
    name: policy.getName(),
    description: policy.getDescription(),
    level: LEVELS[policy.getEnforcementlevel() as number] ?? "advisory",
    schema: {
      properties: schema ? (fromStruct(schema.getProperties()) as PolicyInfo["schema"]["properties"]) : {},
      required: schema?.getRequiredList() ?? [],
    },
  };
}

/** The settings a pack brings itself. */
export function initialConfig(info: any): Record<string, PolicySetting> {
  const result: Record<string, PolicySetting> = {};
  info.getInitialconfigMap().forEach((config: any, name: string) => {
    result[name] = {
      level: LEVELS[config.getEnforcementlevel() as number] ?? "advisory",
      properties: fromStruct(config.getProperties()),
    };
  });
  return result;
}

/** The settings a pack is to judge by. */
export function configuration(settings: Readonly<Record<string, PolicySetting>>): any {
  const request = new messages.ConfigureAnalyzerRequest();
  for (const [name, { level, properties }] of Object.entries(settings)) {
    const config = new messages.PolicyConfig();
    config.setEnforcementlevel(LEVELS.indexOf(level));
    config.setProperties(toStruct(properties));
    request.getPolicyconfigMap().set(name, config);
  }
  return request;
}

/** One resource to judge or mend. */
export function analyzeRequest(resource: AnalyzedResource): any {
  return fill(new messages.AnalyzeRequest(), resource);
}

function fill(request: any, resource: AnalyzedResource): any {
  request.setType(resource.type);
  request.setUrn(resource.urn);
  request.setName(resource.name);
  // As the engine does for analyzers, whose SDK does not know references: the id a reference stands for.
  request.setProperties(toStruct(withoutReferences(resource.properties)));
  const options = new messages.AnalyzerResourceOptions();
  options.setProtect(resource.options.protect);
  options.setIgnorechangesList(resource.options.ignoreChanges);
  options.setDeletebeforereplace(resource.options.deleteBeforeReplace ?? false);
  options.setDeletebeforereplacedefined(resource.options.deleteBeforeReplace !== undefined);
  options.setAdditionalsecretoutputsList(resource.options.additionalSecretOutputs);
  options.setAliasesList(resource.options.aliases);
  const timeouts = new messages.AnalyzerResourceOptions.CustomTimeouts();
  timeouts.setCreate(resource.options.customTimeouts.create);
  timeouts.setUpdate(resource.options.customTimeouts.update);
  timeouts.setDelete(resource.options.customTimeouts.delete);
  options.setCustomtimeouts(timeouts);
  options.setParent?.(resource.options.parent);
  request.setOptions(options);
  if (resource.provider !== undefined) {
    const provider = new messages.AnalyzerProviderResource();
    provider.setType(resource.provider.type);
    provider.setUrn(resource.provider.urn);
    provider.setName(resource.provider.name);
    provider.setProperties(toStruct(resource.provider.properties));
    request.setProvider(provider);
  }
  return request;
}

function stackResource(resource: AnalyzedStackResource): any {
  const message = fill(new messages.AnalyzerResource(), resource);
  message.setParent(resource.parent);
  message.setDependenciesList(resource.dependencies);
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
    const list = new messages.AnalyzerPropertyDependencies();
    list.setUrnsList(urns);
    message.getPropertydependenciesMap().set(key, list);
  }
  return message;
}

/** All resources of a stack to judge. */
export function stackRequest(resources: readonly AnalyzedStackResource[]): any {
  const request = new messages.AnalyzeStackRequest();
  request.setResourcesList(resources.map(stackResource));
  return request;
}
