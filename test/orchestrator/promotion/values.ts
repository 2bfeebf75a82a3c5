import type { Evidence } from "../../../orchestrator/promotion/event";
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

export function anEvidence(changed: Partial<Evidence> = {}): Evidence {
  return {
    run: "20260102T030405Z-1a2b3c4d",
    report: `sha256:${"0".repeat(64)}`,
    engine: "built-in rehearsal engine 0.1.0",
    cluster: "embedded",
    checks: { passed: 28 },
    proofs: ["stand-in"],
    packs: ["slipway 0.1.0"],
    advisories: 0,
    ...changed,
  };
}
