import type { KubernetesObject } from "@kubernetes/client-node";
import type { PlatformConfig } from "../../infra/config";
import { SlipwayError } from "../errors";

/** Settings of previews, as `Pulumi.dev.yaml` has them. */
export type PreviewSettings = NonNullable<PlatformConfig["previews"]>;

/** A preview as its namespace says: the cluster is the only record of what there is. */
export interface Preview {
  readonly pullRequest: number;
  readonly namespace: string;
  /** First digits of the image's digest. */
  readonly image: string;
  readonly created: Date;
  /** When it last got another image. */
  readonly pushed: Date;
  /** A person wants it to stay: `kubectl label namespace feature-pr-N slipway.dev/keep=true`. */
  readonly keep: boolean;
  /** Being removed already. */
  readonly ending: boolean;
}

/** Labels of a preview's namespace. Times are seconds since 1970: a label's value takes no colon. */
export const LABELS = {
  kind: "slipway.dev/environment",
  pullRequest: "slipway.dev/pull-request",
  image: "slipway.dev/image",
  created: "slipway.dev/created",
  pushed: "slipway.dev/pushed",
  keep: "slipway.dev/keep",
} as const;

/** The preview a namespace is; undefined for every other namespace. */
export function previewOf({ metadata }: KubernetesObject): Preview | undefined {
  const labels = metadata?.labels ?? {};
  const pullRequest = Number(labels[LABELS.pullRequest]);
  if (labels[LABELS.kind] !== "preview" || !Number.isSafeInteger(pullRequest) || pullRequest < 1) return undefined;
  const time = (label: string) => new Date(Number(labels[label] ?? 0) * 1000);
  return {
    pullRequest,
    namespace: metadata?.name ?? "",
    image: labels[LABELS.image] ?? "",
    created: time(LABELS.created),
    pushed: time(LABELS.pushed),
    keep: labels[LABELS.keep] === "true",
    ending: metadata?.deletionTimestamp !== undefined,
  };
}

/** Labels of a preview that gets this image now; the same image again changes nothing (C2.1). */
export function labelsFor(
  pullRequest: number,
  image: string,
  before: Preview | undefined,
  now: Date,
): Record<string, string> {
  const seconds = (time: Date) => String(Math.floor(time.getTime() / 1000));
  return {
    [LABELS.pullRequest]: String(pullRequest),
    [LABELS.image]: image,
    [LABELS.created]: seconds(before?.created ?? now),
    [LABELS.pushed]: seconds(before?.image === image ? before.pushed : now),
  };
}

const HOUR = 3_600_000;

/** Why a preview is over; undefined while it is not, or while somebody keeps it (C2.8). */
export function overdue(
  { created, pushed, keep }: Preview,
  { idleHours, lifetimeHours }: PreviewSettings,
  now: Date,
): string | undefined {
  if (keep) return undefined;
  const hours = (since: Date) => (now.getTime() - since.getTime()) / HOUR;
  if (hours(created) >= lifetimeHours) return `older than ${lifetimeHours} h`;
  return hours(pushed) >= idleHours ? `no push for ${idleHours} h` : undefined;
}

/**
 * The image of a preview by its digest.
 * @throws SlipwayError `digest-invalid` for anything but 64 hexadecimal digits, `sha256:` before them or not.
 */
export function imageFor({ repository }: PreviewSettings, typed: string): string {
  const digits = /^(?:sha256:)?([0-9a-f]{64})$/.exec(typed)?.[1];
  if (digits !== undefined) return `${repository}@sha256:${digits}`;
  throw new SlipwayError(
    "digest-invalid",
    `"${typed}" is no digest of an image: sha256: and 64 hexadecimal digits`,
    "pass what the push of the image printed; a commit or a tag names no image that stays the same",
    "usage",
  );
}

/**
 * A preview of a fork is made by a person or not at all (C2.7). It gets no secrets either way: no preview has any but a
 * database password of its own.
 * @throws SlipwayError `fork-not-approved` (refused).
 */
export function requireApproved(fork: Fork | undefined, pullRequest: number): void {
  if (fork === undefined || fork.approvedBy !== undefined) return;
  throw new SlipwayError(
    "fork-not-approved",
    `pull request ${pullRequest} comes from a fork: what it runs was written by somebody without rights here`,
    "have a maintainer read the change and start the preview by hand with --fork --approved-by NAME",
    "refused",
  );
}

export interface Fork {
  /** Who read the change and started the preview. */
  readonly approvedBy?: string;
}

/**
 * One more preview must fit under the cap; a preview that is there may always be updated (C2.9).
 * @throws SlipwayError `previews-full` (refused) naming what may go.
 */
export function requireRoom(all: readonly Preview[], pullRequest: number, settings: PreviewSettings, now: Date): void {
  const others = all.filter((one) => one.pullRequest !== pullRequest);
  if (others.length < settings.maximum) return;
  const oldest = others.toSorted((a, b) => a.pushed.getTime() - b.pushed.getTime())[0];
  const over = others.filter((one) => overdue(one, settings, now) !== undefined).length;
  throw new SlipwayError(
    "previews-full",
    `there are ${others.length} previews, and ${settings.maximum} share the cluster; the longest without a push is ${oldest?.namespace ?? "none"}`,
    over > 0
      ? `run slipway environment reap: ${over} ${over === 1 ? "is" : "are"} over`
      : "remove one with slipway environment delete --pr N, or raise previews.maximum in Pulumi.dev.yaml",
    "refused",
  );
}
