import { createHash } from "node:crypto";
import type { Kind } from "./sizes";

/** The same in every environment (B8.5): one name, one port, one health path, one metrics path. */
export const APPLICATION = {
  name: "app",
  port: 8080,
  /** Ready to serve; may ask the database. */
  health: "/health",
  /** Alive; asks nobody else, or an outage of the database restarts everything (C1.6). */
  live: "/live",
  /** What the smoke test asks besides (C3.5). */
  status: "/status",
  metrics: "/metrics",
} as const;

/** Postgres, in every environment (C1.5, C2.4). */
export const DATABASE_PORT = 5432;

export interface Place {
  readonly kind: Kind;
  /** Of a preview. */
  readonly pullRequest?: number;
  /** Domain of the cluster it is on. */
  readonly domain: string;
}
export interface Names {
  readonly namespace: string;
  readonly host: string;
  readonly url: string;
  /** Section of the entry point's Gateway that serves the host. */
  readonly listener: string;
}

/**
 * The one function that names namespace, host and address of an environment (C2.2, C3.4, C4.3, C5.3).
 * @throws RangeError for a preview without a pull request, or with no number of one.
 */
export function namesOf({ kind, pullRequest, domain }: Place): Names {
  const named = (namespace: string, host: string): Names => ({
    namespace,
    host,
    url: `https://${host}`,
    listener: listenerOf(kind),
  });
  switch (kind) {
    case "preview":
      if (pullRequest === undefined || !Number.isSafeInteger(pullRequest) || pullRequest < 1)
        throw new RangeError(`${String(pullRequest)} is no number of a pull request`);
      return named(`${PREVIEW_PREFIX}${pullRequest}`, `pr-${pullRequest}.preview.${domain}`);
    case "qa":
      return named("qa", `qa.${domain}`);
    case "staging":
      // The staging cluster's own domain is staging.<domain> already.
      return named("staging", domain.startsWith("staging.") ? domain : `staging.${domain}`);
    case "production":
      return named("production", `api.${domain}`);
  }
}

/** Namespace and stack of every preview begin so (C1.1). */
export const PREVIEW_PREFIX = "feature-pr-";

const listenerOf = (kind: Kind) => (kind === "preview" ? "previews" : kind === "qa" ? "qa" : "application");

/** A way in that the entry point holds ready for application environments. */
export interface Listener {
  readonly name: string;
  /** What it serves; previews share one certificate, or a busy week meets the limits of the authority. */
  readonly hostname: string;
  readonly kind: Kind;
}

/** Listeners of a cluster: previews and QA are on the dev cluster, the others on their own (B7, C1.1). */
export function listenersOf(environment: "dev" | "staging" | "production", domain: string): Listener[] {
  const of = (kind: Exclude<Kind, "preview">): Listener => ({
    name: listenerOf(kind),
    hostname: namesOf({ kind, domain }).host,
    kind,
  });
  return environment === "dev"
    ? [{ name: listenerOf("preview"), hostname: `*.preview.${domain}`, kind: "preview" }, of("qa")]
    : [of(environment)];
}

/** Twelve digits that stand for an image in names of things that never change (D3.8). */
export function imageTag(image: string): string {
  const digest = /@sha256:([0-9a-f]{64})$/.exec(image)?.[1] ?? createHash("sha256").update(image).digest("hex");
  return digest.slice(0, 12);
}
