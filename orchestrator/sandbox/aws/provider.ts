import { UNKNOWN, type Json } from "../../engine/builtin/model";
import { containsUnknown, equal } from "../../engine/builtin/values";
import type { Properties, StandIn } from "../provider/serve";
import type { AwsObject } from "./account";
import { ec2 } from "./ec2";
import { addonVersions, eks } from "./eks";
import { iam } from "./iam";
import { fields, text, type Kind, type Surroundings } from "./kind";
import { rds } from "./rds";
import { s3 } from "./s3";
import { secrets } from "./secrets";
import { services } from "./services";

/** Every type of resource the rehearsal's AWS knows, with how it behaves. */
export const kinds: Readonly<Record<string, Kind>> = { ...ec2, ...iam, ...eks, ...rds, ...s3, ...secrets, ...services };

function kindOf(type: string): Kind {
  const kind = kinds[type];
  if (kind === undefined)
    throw new Error(
      `the rehearsal's AWS has no ${type}: add it to a table in orchestrator/sandbox/aws, or use a type it has`,
    );
  return kind;
}

/** The stand-in for the aws provider over one account. */
export function awsStandIn(surroundings: Surroundings): StandIn {
  const { account } = surroundings;
  return {
    diffConfig: (olds, news) => ({
      changes: !equal(olds, news),
      replaces: olds["region"] === news["region"] ? [] : ["region"],
    }),
    check: (call, _olds, news) => {
      kindOf(call.type);
      // The provider writes the tags it will really send, its defaults included.
      const tags = news["tags"];
      return Promise.resolve({ inputs: tags === undefined ? news : { ...news, tagsAll: tags } });
    },
    diff: (call, old, news) => {
      const kind = kindOf(call.type);
      const diffs = [...new Set([...Object.keys(old.inputs), ...Object.keys(news)])].filter(
        (key) => !equal(old.inputs[key], news[key]),
      );
      const replaces = (kind.replaceOn ?? []).filter((path) => !equal(at(old.inputs, path), at(news, path)));
      return Promise.resolve({ changes: diffs.length > 0, diffs, replaces, deleteBeforeReplace: kind.unique === true });
    },
    async create(call, inputs, preview) {
      const kind = kindOf(call.type);
      if (preview) return { id: "", outputs: { ...inputs, ...unknowns(kind, inputs, surroundings) } };
      kind.onCreate?.(inputs, surroundings);
      const id = typeof kind.id === "string" ? `${kind.id}-0${account.hex(call.urn, 16)}` : kind.id(inputs, account);
      const object: AwsObject = {
        id,
        type: call.type,
        urn: call.urn,
        inputs,
        outputs: { ...inputs, ...kind.computed?.(inputs, id, account) },
      };
      // Recorded before it has effects: a kill in between leaves something that a resume finds.
      account.put(kind.effect === undefined ? object : { ...object, unfinished: true });
      return { id, outputs: await bringAbout(kind, object, surroundings) };
    },
    async update(call, old, news, preview) {
      const kind = kindOf(call.type);
      const object = account.get(old.id, call.type);
      if (preview) return { ...(object?.outputs ?? old.outputs), ...news };
      if (object === undefined) throw new Error(`updating ${call.type} (${old.id}): it does not exist`);
      kind.onUpdate?.(object.inputs, news, surroundings);
      const bumped: Properties =
        "latestVersion" in object.outputs ? { latestVersion: Number(object.outputs["latestVersion"]) + 1 } : {};
      const changed: AwsObject = { ...object, inputs: news, outputs: { ...kept(object, news), ...bumped } };
      account.put(kind.effect === undefined ? changed : { ...changed, unfinished: true });
      return bringAbout(kind, changed, surroundings);
    },
    async delete(call, id) {
      const kind = kindOf(call.type);
      const object = account.get(id, call.type);
      // Deleting what is gone is success: a resume deletes again what a killed run had deleted.
      if (object === undefined) return;
      kind.onDelete?.(object, surroundings);
      await kind.undo?.(object, surroundings);
      account.drop(object);
    },
    read(call, id) {
      const object = account.get(id, call.type);
      if (object === undefined) return Promise.resolve(undefined);
      const outputs = kindOf(call.type).observe?.(object, surroundings) ?? object.outputs;
      return Promise.resolve({ id, inputs: object.inputs, outputs });
    },
    invoke: (token, args) => Promise.resolve(invoke(token, args, surroundings)),
  };
}

/** Runs the effect and keeps what it says of the object. */
async function bringAbout(kind: Kind, object: AwsObject, surroundings: Surroundings): Promise<Properties> {
  if (kind.effect === undefined) return object.outputs;
  const outputs = { ...object.outputs, ...(await kind.effect(object, surroundings)) };
  surroundings.account.put({ ...object, outputs });
  return outputs;
}

/**
 * Finishes what was begun when the process last ended, oldest first: AWS goes on making a cluster or its nodes whether
 * or not the caller still lives.
 */
export async function finishUnfinished(surroundings: Surroundings): Promise<void> {
  for (const { unfinished, ...object } of surroundings.account.all()) {
    const kind = kinds[object.type];
    if (unfinished === true && kind !== undefined) await bringAbout(kind, object, surroundings);
  }
}

/** Computed outputs survive an update; inputs that went are gone. */
function kept(object: AwsObject, news: Properties): Properties {
  const computed = Object.entries(object.outputs).filter(([key]) => !(key in object.inputs));
  return { ...Object.fromEntries(computed), ...news };
}

/** Which outputs a preview cannot know: everything computed. */
function unknowns(kind: Kind, inputs: Properties, surroundings: Surroundings): Properties {
  const probe = containsUnknown(inputs) ? {} : inputs;
  let names: string[];
  try {
    names = Object.keys(kind.computed?.(probe, "preview-0", surroundings.account) ?? {});
  } catch {
    names = ["arn"];
  }
  const observed =
    kind.effect && kind === eks["aws:eks/cluster:Cluster"]
      ? ["arn", "endpoint", "certificateAuthority", "identities", "status", "platformVersion"]
      : [];
  return Object.fromEntries([...names, ...observed].filter((name) => !(name in inputs)).map((name) => [name, UNKNOWN]));
}

function invoke(token: string, args: Properties, { account }: Surroundings): Properties {
  switch (token) {
    case "aws:index/getCallerIdentity:getCallerIdentity":
      return {
        accountId: account.accountId,
        arn: account.arn("iam", "role/rehearsal", false),
        userId: "AROAREHEARSAL",
        id: account.accountId,
      };
    case "aws:index/getRegion:getRegion":
      return {
        name: account.region,
        region: account.region,
        id: account.region,
        description: account.region,
        endpoint: `ec2.${account.region}.amazonaws.com`,
      };
    case "aws:index/getPartition:getPartition":
      return { partition: "aws", dnsSuffix: "amazonaws.com", id: "aws", reverseDnsPrefix: "com.amazonaws" };
    case "aws:index/getAvailabilityZones:getAvailabilityZones":
      return {
        names: [...account.zones],
        zoneIds: account.zones.map((_, i) => `az${i + 1}`),
        id: account.region,
        state: "available",
        groupNames: [account.region],
      };
    case "aws:eks/getAddonVersion:getAddonVersion": {
      const name = text(args["addonName"]);
      const version = addonVersions[name];
      if (version === undefined)
        throw new Error(
          `reading EKS Add-On version info: operation error EKS: DescribeAddonVersions, api error InvalidParameterException: addon ${name} is not supported`,
        );
      return {
        addonName: name,
        kubernetesVersion: args["kubernetesVersion"] ?? "",
        mostRecent: args["mostRecent"] ?? false,
        version,
        id: name,
      };
    }
    case "aws:route53/getZone:getZone": {
      const zone = account
        .all("aws:route53/zone:Zone")
        .find((one) => one.inputs["name"] === args["name"] || one.id === args["zoneId"]);
      if (zone === undefined) throw new Error(`no matching Route 53 Hosted Zone found`);
      return { ...zone.outputs, id: zone.id, zoneId: zone.id };
    }
    default:
      throw new Error(`the rehearsal's AWS has no function ${token}: add it to orchestrator/sandbox/aws/provider.ts`);
  }
}

/** Tags an object carries, for the sweep. */
export function tagsOf(object: AwsObject): Record<string, string> {
  const tags = object.inputs["tags"];
  return typeof tags === "object" && tags !== null && !Array.isArray(tags)
    ? Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, text(value)]))
    : {};
}

/** The value at a dotted path; what is not there is undefined. */
function at(inputs: Properties, path: string): Json | undefined {
  return path.split(".").reduce<Json | undefined>((node, key) => fields(node)[key], inputs);
}
