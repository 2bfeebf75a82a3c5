import type { Draft } from "./rule";
import { isUnknownText, UNKNOWN } from "./value";
import { podPath } from "./workload";

const LISTS = ["initContainers", "containers", "ephemeralContainers"];

/**
 * Hands the pod's security context and its containers to `mend`, which sets fields in place. Nothing is copied: a copy of what the
 * SDK hands over would turn secrets beside the change into clear text.
 */
export function mendPods(
  draft: Draft,
  type: string,
  mend: (security: Draft, containers: readonly Draft[]) => void,
): void {
  const pod = podOf(draft, type);
  if (pod !== undefined && isLinux(pod))
    mendPart(pod, "securityContext", (security) => mend(security, containersOf(pod, LISTS)));
}

/** Hands the security context of every container to `mend`. Windows pods are left alone. */
export function mendContainers(draft: Draft, type: string, mend: (security: Draft) => void): void {
  const pod = podOf(draft, type);
  if (pod === undefined || !isLinux(pod)) return;
  for (const container of containersOf(pod, LISTS)) mendPart(container, "securityContext", mend);
}

/** Hands the resources of every container that can have any to `mend`. */
export function mendResources(draft: Draft, type: string, mend: (resources: Draft) => void): void {
  const pod = podOf(draft, type);
  if (pod === undefined) return;
  for (const container of containersOf(pod, ["initContainers", "containers"])) mendPart(container, "resources", mend);
}

/**
 * Hands a part of an object to `mend`, made where it is absent and kept when something was set. A part that is not known
 * before the update, or is nothing a field can be set of, is left as it is.
 */
export function mendPart(whole: Draft, key: string, mend: (part: Draft) => void): void {
  const before = said(whole, key);
  if (!isDraft(before) && !isOpen(before)) return;
  const part = isDraft(before) ? before : {};
  mend(part);
  if (!isDraft(before) && Object.keys(part).length > 0) whole[key] = part;
}

/**
 * What a field says; UNKNOWN for what is not known before the update, which the SDK's proxy throws an error for: one
 * such field must not keep everything beside it from being mended.
 */
export function said(whole: object | undefined, key: string | number): unknown {
  let value: unknown;
  try {
    value = (whole as Record<string | number, unknown> | undefined)?.[key];
  } catch {
    return UNKNOWN;
  }
  return typeof value === "string" && isUnknownText(value) ? UNKNOWN : value;
}

/** Whether nothing is said: what is not known yet is said. */
export const isOpen = (value: unknown): boolean => value === undefined || value === null || value === "";

/** By index: the SDK's proxies of lists take no `filter`. */
export function itemsOf(list: unknown): unknown[] {
  return Array.isArray(list) ? Array.from({ length: list.length }, (_, index) => said(list, index)) : [];
}

function containersOf(pod: Draft, lists: readonly string[]): Draft[] {
  return lists.flatMap((list) => itemsOf(said(pod, list)).filter(isDraft));
}

function podOf(draft: Draft, type: string): Draft | undefined {
  let here: unknown = draft;
  for (const key of podPath(type) ?? []) here = isDraft(here) ? said(here, key) : undefined;
  return isDraft(here) && here !== draft ? here : undefined;
}

/** Windows pods have no Linux settings; of a pod whose system is not known yet nobody can tell. */
function isLinux(pod: Draft): boolean {
  const os = said(pod, "os");
  return isOpen(os) || (isDraft(os) && said(os, "name") !== "windows" && said(os, "name") !== UNKNOWN);
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
