import { podPath } from "./workload";
import type { Draft } from "./rule";

const LISTS = ["initContainers", "containers", "ephemeralContainers"];

/**
 * Hands the pod and its security context to `mend`, which sets fields in place. Nothing is copied: a copy of what the
 * SDK hands over would turn secrets beside the change into clear text.
 */
export function mendPods(draft: Draft, type: string, mend: (pod: Draft, security: Draft) => void): void {
  const pod = podOf(draft, type);
  if (pod === undefined) return;
  const before = pod["securityContext"];
  const security = isDraft(before) ? before : {};
  mend(pod, security);
  if (!isDraft(before) && Object.keys(security).length > 0) pod["securityContext"] = security;
}

/** Hands every container and its security context to `mend`. Windows pods are left alone: they have no Linux settings. */
export function mendContainers(draft: Draft, type: string, mend: (container: Draft, security: Draft) => void): void {
  const pod = podOf(draft, type);
  if (pod === undefined || (isDraft(pod["os"]) && pod["os"]["name"] === "windows")) return;
  for (const list of LISTS) {
    const containers = pod[list];
    if (!Array.isArray(containers)) continue;
    for (const container of containers as unknown[]) {
      if (!isDraft(container)) continue;
      const before = container["securityContext"];
      const security = isDraft(before) ? before : {};
      mend(container, security);
      if (!isDraft(before) && Object.keys(security).length > 0) container["securityContext"] = security;
    }
  }
}

function podOf(draft: Draft, type: string): Draft | undefined {
  let here: unknown = draft;
  for (const key of podPath(type) ?? []) here = isDraft(here) ? here[key] : undefined;
  return isDraft(here) && here !== draft ? here : undefined;
}

function isDraft(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
