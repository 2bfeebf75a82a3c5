import type { ReleaseRecord } from "../../../orchestrator/promotion/record";

/** A record of no repository, for tests that only need one. */
export function aRecord(changed: Partial<ReleaseRecord> = {}): ReleaseRecord {
  return {
    schemaVersion: 1,
    source: { commit: "1".repeat(40), since: null, authors: ["author@example.com"], files: {} },
    images: {},
    charts: { karpenter: { chart: "karpenter", version: "1.2.3" } },
    configuration: { dev: {}, staging: {}, production: {} },
    policy: { name: "slipway-policy", version: "0.1.0", digest: `sha256:${"0".repeat(64)}` },
    tools: {},
    ...changed,
  };
}
