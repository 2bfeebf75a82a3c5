import { createHash } from "node:crypto";
import { contentHash } from "../canonical";
import type { Environment } from "../environment";
import type { Rollout, RolloutResult } from "../rollout";
import type { Branch } from "./branch";
import type { DeliverySettings } from "./settings";
import {
  failedSync,
  pauseSync,
  requireRoot,
  requireSync,
  resumeSync,
  syncTo,
  undelivered,
  type Applications,
} from "./sync";

export interface DeliveryRequest {
  readonly settings: DeliverySettings;
  /** Opened for each look and each change, and closed after it. */
  openBranch(): Branch;
  readonly applications: Applications;
  /** The source commit of a release. */
  revisionOf(release: string): Promise<string>;
  /** The namespace where a canary takes this release in; without one everything has to be healthy when it is delivered. */
  canaryIn?(release: string, environment: Environment): Promise<string | undefined>;
  now(): Date;
  waitUntil(time: Date): Promise<void>;
  say(text: string): void;
}

/** D4.2: a rollout is ready in ten minutes or it failed. */
export const ROLLOUT_MINUTES = 10;
/** D4.2: ten seconds between two looks. */
const LOOK_SECONDS = 10;

/**
 * Brings applications to a release, and back, by Git alone: Argo CD's sync is paused while the branch changes, then asked
 * for exactly that commit, and given back when it is delivered. What a cluster does by itself (`rollout undo`) the next
 * sync would undo (D6.2). Kill it anywhere and run it again: the paused policy is kept in the cluster.
 */
export function createDelivery(request: DeliveryRequest): Rollout {
  const { settings, applications, say } = request;
  const withBranch = <T>(use: (branch: Branch) => T): T => {
    const branch = request.openBranch();
    try {
      return use(branch);
    } finally {
      branch.close();
    }
  };
  const foresee = (environment: Environment) => {
    const { commit, tree, release: there } = withBranch((branch) => branch.look(environment));
    // Which release it becomes is said beside plan and state wherever they are used.
    const plan = contentHash({ environment, tree });
    return Promise.resolve({ plan, state: contentHash({ commit, release: there ?? null }), changes: { update: 1 } });
  };
  return {
    foresee,
    async run({ environment, release, purpose, permit }) {
      const folder = settings.folder.replaceAll("{environment}", environment);
      requireRoot(await applications.all(), { ...settings, folder });
      const ended = await requireSync(applications, request.now());
      if (ended.length > 0) say(`pause over, sync given back: ${ended.join(", ")}`);
      await permit(() => foresee(environment));
      const paused = await pauseSync(applications, `${purpose} to ${release}`);
      say(`sync paused: ${paused.join(", ") || "nothing synced by itself"}`);
      const revision = await request.revisionOf(release);
      const commit = withBranch((branch) =>
        purpose === "rollback" ? branch.revert(environment, release) : branch.set(environment, release, revision),
      );
      say(`${purpose === "rollback" ? "reverted" : "written"} in Git: ${commit}`);
      await syncTo(applications, settings.root, commit);
      // A way back takes no steps: to the stable version, or to one within the Rollout's window.
      const canary = purpose === "promotion" ? await request.canaryIn?.(release, environment) : undefined;
      const left = await delivered(request, commit, canary);
      // What did not arrive stays paused no longer: Git says what should run, and people look from there.
      const resumed = await resumeSync(applications);
      say(`sync resumed: ${resumed.join(", ") || "nothing was paused any more"}`);
      return result(commit, left, (await applications.all()).length);
    },
  };
}

/** Waits until the commit is delivered; otherwise why it is not. */
async function delivered(
  { settings, applications, now, waitUntil }: DeliveryRequest,
  commit: string,
  canary: string | undefined,
): Promise<string[]> {
  const end = now().getTime() + ROLLOUT_MINUTES * 60_000;
  for (;;) {
    const all = await applications.all();
    const left = undelivered(all, settings.root, commit, canary);
    if (left.length === 0) return [];
    const failed = failedSync(all, settings.root, commit);
    if (failed !== undefined) return [failed];
    const next = now().getTime() + LOOK_SECONDS * 1000;
    if (next > end) return left.map((one) => `${one} after ${ROLLOUT_MINUTES} minutes`);
    await waitUntil(new Date(next));
    // The children were paused with the root; once it delivered their manifests they follow by themselves.
    if (all.some(({ metadata, status }) => metadata.name === settings.root && status?.sync?.revision === commit)) {
      await resumeSync(applications);
    }
  }
}

function result(commit: string, left: readonly string[], looked: number): RolloutResult {
  const good = left.length === 0;
  return {
    status: good ? "verified" : "failed",
    reason: left.join("; "),
    fix: good ? "" : "look at the Applications: kubectl get applications -A, then run the same command again",
    kind: "failure",
    evidence: {
      run: commit,
      report: `sha256:${createHash("sha256").update(commit).digest("hex")}`,
      engine: "git",
      cluster: "argo-cd",
      checks: good ? { passed: looked } : { failed: left.length, passed: Math.max(0, looked - left.length) },
      proofs: ["real cluster"],
      packs: [],
      advisories: 0,
    },
  };
}

/**
 * Both, one after the other, as one promotion: the platform first, what runs on it second. Permission is asked once, with
 * what both would do; the second is not begun when the first did not verify.
 */
export function inSequence(first: Rollout, second: Rollout): Rollout {
  const together = <T extends { plan: string; state: string; changes: Readonly<Record<string, number>> }>(
    a: T,
    b: T,
  ) => ({
    plan: contentHash([a.plan, b.plan]),
    state: contentHash([a.state, b.state]),
    changes: a.changes,
  });
  return {
    foresee: async (environment, release) =>
      together(await first.foresee(environment, release), await second.foresee(environment, release)),
    async run(request) {
      const one = await first.run({
        ...request,
        permit: (look) => request.permit(async () => together(await look(), await second.foresee(request.environment))),
      });
      if (one.status !== "verified") return one;
      const two = await second.run({ ...request, permit: () => Promise.resolve() });
      const checks = { ...one.evidence.checks };
      for (const [verdict, count] of Object.entries(two.evidence.checks))
        checks[verdict] = (checks[verdict] ?? 0) + count;
      const proofs = [...new Set([...one.evidence.proofs, ...two.evidence.proofs])].toSorted();
      return { ...two, evidence: { ...one.evidence, checks, proofs } };
    },
  };
}
