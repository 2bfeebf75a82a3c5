import { SlipwayError } from "../../errors";

/** What is read of an Argo CD Application (argoproj.io/v1alpha1). */
export interface Application {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly source?: { readonly repoURL?: string; readonly path?: string; readonly targetRevision?: string };
    readonly destination?: { readonly namespace?: string };
    readonly syncPolicy?: { readonly automated?: object };
  };
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: { readonly status?: string };
    readonly operationState?: {
      readonly phase?: string;
      readonly message?: string;
      readonly syncResult?: { readonly revision?: string };
    };
  };
}

/** Applications of one namespace, through the Kubernetes API. */
export interface Applications {
  all(): Promise<readonly Application[]>;
  /** JSON merge patch (RFC 7386). */
  patch(name: string, patch: object): Promise<void>;
}

/** Holds the policy that was taken away: whoever finds a paused Application can put it back, also after a crash. */
export const PAUSED = "slipway.dev/paused-sync-policy";
/** Why, for people. */
export const REASON = "slipway.dev/paused-reason";
/** A person's pause: until when, and why. Git may declare it too (`infra/environments/delivery.ts`). */
export const UNTIL = "slipway.dev/paused-until";
export const BECAUSE = "slipway.dev/paused-because";

/** An Application that a person paused (C7.2). */
export interface HeldSync {
  readonly name: string;
  readonly until: string;
  readonly reason: string;
}

/** Those that a person paused, whether or not their time is over. Pure. */
export function heldSync(all: readonly Application[]): HeldSync[] {
  return all.flatMap(({ metadata: { name, annotations = {} } }) => {
    const { [UNTIL]: until, [BECAUSE]: reason = "no reason given" } = annotations;
    return until === undefined ? [] : [{ name, until, reason }];
  });
}

/**
 * A person's pause of one Application: it is not synchronised any more, neither by a commit nor against what somebody
 * changes by hand. Done again, it is prolonged. @throws SlipwayError `no-application` (usage).
 */
export async function holdSync(applications: Applications, { name, until, reason }: HeldSync): Promise<void> {
  const { metadata, spec } = requireApplication(await applications.all(), name);
  const kept = metadata.annotations?.[PAUSED] ?? JSON.stringify(spec.syncPolicy?.automated ?? null);
  await applications.patch(name, {
    metadata: { annotations: { [PAUSED]: kept, [UNTIL]: until, [BECAUSE]: reason } },
    spec: { syncPolicy: { automated: null } },
  });
}

/** Gives it back what it had before. One that nobody paused stays as it is. @returns whether it was paused. */
export async function releaseSync(applications: Applications, name: string): Promise<boolean> {
  const application = requireApplication(await applications.all(), name);
  if (heldSync([application]).length === 0) return false;
  await applications.patch(name, given(application, { [UNTIL]: null, [BECAUSE]: null }));
  return true;
}

/** @throws SlipwayError `no-application` (usage) naming those there are. */
export function requireApplication(all: readonly Application[], name: string): Application {
  const found = all.find(({ metadata }) => metadata.name === name);
  if (found !== undefined) return found;
  throw new SlipwayError(
    "no-application",
    `there is no Application ${name} here; there are ${all.map(({ metadata }) => metadata.name).join(", ") || "none"}`,
    "name one of them",
    "usage",
  );
}

/**
 * Nothing is delivered past a person's pause: a promotion would wait for what does not come. A pause whose time is over is
 * ended here. @throws SlipwayError `sync-paused` (refused) naming each that holds.
 */
export async function requireSync(applications: Applications, now: Date): Promise<string[]> {
  const held = heldSync(await applications.all());
  const holds = held.filter(({ until }) => !(now >= new Date(until)));
  if (holds.length > 0)
    throw new SlipwayError(
      "sync-paused",
      `a person paused the synchronisation of ${holds.map(({ name, until, reason }) => `${name} until ${until} (${reason})`).join(", ")}; nothing was touched`,
      "wait until then, or end it: slipway sync resume ENVIRONMENT APPLICATION --reason TEXT",
      "refused",
    );
  for (const { name } of held) await releaseSync(applications, name);
  return held.map(({ name }) => name);
}

/** The patch that ends a pause: what Git declared meanwhile counts more than what was kept. Pure. */
function given({ metadata, spec }: Application, more: Readonly<Record<string, null>> = {}): object {
  const kept = JSON.parse(metadata.annotations?.[PAUSED] ?? "null") as object | null;
  return {
    metadata: { annotations: { [PAUSED]: null, [REASON]: null, ...more } },
    ...(spec.syncPolicy?.automated === undefined && kept !== null && { spec: { syncPolicy: { automated: kept } } }),
  };
}

/**
 * Takes automatic sync away from every Application, so that nothing is delivered while Git is changed. One that is paused
 * already keeps what it had before. @returns the names of what is paused now.
 */
export async function pauseSync(applications: Applications, reason: string): Promise<string[]> {
  const paused: string[] = [];
  for (const { metadata, spec } of await applications.all()) {
    const automated = spec.syncPolicy?.automated;
    if (automated !== undefined) {
      await applications.patch(metadata.name, {
        metadata: { annotations: { [PAUSED]: JSON.stringify(automated), [REASON]: reason } },
        spec: { syncPolicy: { automated: null } },
      });
    }
    if (automated !== undefined || metadata.annotations?.[PAUSED] !== undefined) paused.push(metadata.name);
  }
  return paused;
}

/** Gives automatic sync back to whatever this program took it from, except where a person paused it. @returns their names. */
export async function resumeSync(applications: Applications): Promise<string[]> {
  const resumed: string[] = [];
  for (const application of await applications.all()) {
    const { name, annotations } = application.metadata;
    if (annotations?.[PAUSED] === undefined || annotations[UNTIL] !== undefined) continue;
    await applications.patch(name, given(application));
    resumed.push(name);
  }
  return resumed;
}

/** Asks Argo CD to deliver exactly this commit now. */
export function syncTo(applications: Applications, name: string, revision: string): Promise<void> {
  return applications.patch(name, {
    operation: { initiatedBy: { username: "slipway" }, sync: { revision, prune: true } },
  });
}

/**
 * What keeps the applications from being delivered: the root at this commit, everything synced and healthy. Where a canary
 * takes the new version in, in the namespace `canary`, its steps outlast any delivery, and whether it is healthy is said
 * when they are over: there it is enough that it is synced. Pure.
 */
export function undelivered(all: readonly Application[], root: string, revision: string, canary?: string): string[] {
  return all.flatMap(({ metadata, spec, status }) => {
    const { name } = metadata;
    const wanted = wantedBy({ metadata, spec }, root, revision);
    const [sync, at, health] = [status?.sync?.status, status?.sync?.revision ?? "", status?.health?.status];
    if (sync !== "Synced") return [`${name} is ${sync ?? "not looked at yet"}`];
    // A branch or tag is resolved by Argo CD; a commit has to be the very one.
    if (/^[0-9a-f]{40}$/.test(wanted) && at !== wanted) return [`${name} is at ${at || "nothing"}, not ${wanted}`];
    if (canary !== undefined && spec.destination?.namespace === canary && name !== root) return [];
    return health === "Healthy" ? [] : [`${name} is ${health ?? "of unknown health"}`];
  });
}

function wantedBy({ metadata, spec }: Application, root: string, revision: string): string {
  return metadata.name === root ? revision : (spec.source?.targetRevision ?? "");
}

/** A sync of this very commit that failed, after the retries of its policy, does not get better by waiting. Pure. */
export function failedSync(all: readonly Application[], root: string, revision: string): string | undefined {
  const failed = all.find((one) => {
    const { phase = "", syncResult } = one.status?.operationState ?? {};
    return ["Failed", "Error"].includes(phase) && syncResult?.revision === wantedBy(one, root, revision);
  });
  return failed && `${failed.metadata.name}: ${failed.status?.operationState?.message ?? "its sync failed"}`;
}

/**
 * The root Application must be that of this repository and environment: another cluster's is not touched.
 * @throws SlipwayError `wrong-cluster` (refused).
 */
export function requireRoot(
  all: readonly Application[],
  { root, repository, folder }: { readonly root: string; readonly repository: string; readonly folder: string },
): void {
  const source = all.find(({ metadata }) => metadata.name === root)?.spec.source;
  if (source?.repoURL === repository && source.path === folder) return;
  const found =
    source === undefined ? "there is no such Application" : `it delivers ${source.path} of ${source.repoURL}`;
  throw new SlipwayError(
    "wrong-cluster",
    `Application ${root} of this cluster must deliver ${folder} of ${repository}, but ${found}; nothing was touched`,
    "use the kubeconfig of that environment's cluster, or correct delivery: in promotion/rules.yaml",
    "refused",
  );
}
