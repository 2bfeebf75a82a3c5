import type { PlatformConfig } from "../../infra/config";
import { accountOf, clusterName, HOLD_TAG } from "../../infra/naming";

/** A rollout of every phase ends well within this, hours. */
export const ROLLOUT_HOURS = 4;

/** Keeps an environment's nodes until a time, whatever its working hours say (H4.3). */
export type HoldNodes = (config: PlatformConfig, until: Date) => Promise<void>;

/** Until when a cluster is held by its tags; undefined without a hold that can be read. */
export function heldUntil(tags: Readonly<Record<string, string>> | undefined): Date | undefined {
  const text = tags?.[HOLD_TAG];
  if (text === undefined) return undefined;
  const until = new Date(text);
  return Number.isNaN(until.getTime()) ? undefined : until;
}

/** A hold as the state machine reads it: whole seconds, in UTC. */
export function holdTag(until: Date): Record<string, string> {
  return { [HOLD_TAG]: until.toISOString().replace(/\.\d+Z$/, "Z") };
}

/** The longer of a hold that is there and the one that is asked for; undefined when nothing has to be written. */
export function longerHold(present: Date | undefined, wanted: Date): Date | undefined {
  return present !== undefined && present >= wanted ? undefined : wanted;
}

/** Writes the tag in a real account. */
export const holdInAccount: HoldNodes = async (config, until) => {
  const { EKSClient, TagResourceCommand } = await import("@aws-sdk/client-eks");
  const resourceArn = `arn:aws:eks:${config.region}:${accountOf(config)}:cluster/${clusterName(config)}`;
  await new EKSClient({ region: config.region }).send(new TagResourceCommand({ resourceArn, tags: holdTag(until) }));
};
