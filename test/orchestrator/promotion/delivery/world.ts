import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import type { Application, Applications } from "../../../../orchestrator/promotion/delivery/sync";

export const git = (cwd: string, ...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=ada", "-c", "user.email=ada@example.com", ...args], {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  }).trimEnd();

export const application = (name: string, revision: string, folder: string) => `# ${name}, as its team declares it
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
spec:
  source:
    repoURL: https://git.example/platform
    targetRevision: ${revision} # what runs
    path: ${folder}
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
`;

/** A bare repository with a branch, and a clone somebody works in. */
export function repository(folder: string, files: Readonly<Record<string, string>>) {
  const [bare, work] = [path.join(folder, "platform.git"), path.join(folder, "work")];
  mkdirSync(bare);
  git(bare, "init", "-q", "--bare", "--initial-branch", "main");
  git(folder, "clone", "-q", bare, work);
  git(work, "checkout", "-q", "-B", "main");
  const commit = (message: string, changed: Readonly<Record<string, string | undefined>>): string => {
    git(
      work,
      "pull",
      "-q",
      "--rebase",
      ...(message === "first" ? ["--allow-unrelated-histories"] : []),
      "origin",
      "main",
    );
    for (const [name, text] of Object.entries(changed)) {
      const file = path.join(work, name);
      mkdirSync(path.dirname(file), { recursive: true });
      if (text === undefined) git(work, "rm", "-q", "--", name);
      else writeFileSync(file, text);
    }
    git(work, "add", "-A");
    git(work, "commit", "-q", "-m", message);
    git(work, "push", "-q", "origin", "main");
    return git(work, "rev-parse", "HEAD");
  };
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(work, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  git(work, "add", "-A");
  git(work, "commit", "-q", "-m", "first");
  git(work, "push", "-q", "origin", "main");
  return {
    bare,
    commit,
    read: (name: string, revision = "main") => git(bare, "show", `${revision}:${name}`),
    log: () => git(bare, "log", "--format=%s", "main").split("\n"),
    message: () => git(bare, "log", "-1", "--format=%B", "main"),
    tree: (name: string) => git(bare, "rev-parse", `main:${name}`),
  };
}

type Mutable = { -readonly [key in keyof Application]: Application[key] };

/**
 * A cluster with an Argo CD in it, as far as it matters here: an Application that syncs by itself, or is told to, takes
 * what its revision of the repository says; one that is paused does not. Strict: patches are JSON merge patches of what
 * an Application has.
 */
export class ArgoFake implements Applications {
  readonly patched: { name: string; patch: Record<string, unknown> }[] = [];
  readonly objects = new Map<string, Record<string, never>>();
  /** Every revision the root delivered, in order. */
  readonly delivered: string[] = [];
  /** Name of an application that stays unhealthy. */
  sick: string | undefined;
  /** The next sync fails with this. */
  fails: string | undefined;

  constructor(
    private readonly bare: string,
    private readonly folder: string,
    repoURL: string,
  ) {
    this.objects.set("applications", {
      metadata: { name: "applications" },
      spec: {
        source: { repoURL, path: folder, targetRevision: "main" },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
      },
    } as never);
    this.reconcile();
  }

  all(): Promise<readonly Application[]> {
    this.reconcile();
    return Promise.resolve([...this.objects.values()].map((one) => structuredClone(one) as unknown as Application));
  }
  patch(name: string, patch: object): Promise<void> {
    const before = this.objects.get(name);
    if (before === undefined) throw new Error(`applications.argoproj.io "${name}" not found`);
    const unknown = Object.keys(patch).filter((key) => !["metadata", "spec", "operation"].includes(key));
    if (unknown.length > 0) throw new Error(`unknown field "${unknown.join('", "')}"`);
    this.patched.push({ name, patch: structuredClone(patch) as Record<string, unknown> });
    this.objects.set(name, merged(before, patch) as never);
    this.reconcile();
    return Promise.resolve();
  }
  private reconcile(): void {
    this.deliver("applications");
    for (const name of [...this.objects.keys()].filter((one) => one !== "applications")) this.deliver(name);
  }
  private deliver(name: string): void {
    const object = this.objects.get(name) as unknown as Mutable & {
      operation?: { sync: { revision: string } };
      status?: object;
    };
    const automated = object.spec.syncPolicy?.automated !== undefined;
    if (!automated && object.operation === undefined) return;
    const wanted = object.operation?.sync.revision ?? object.spec.source?.targetRevision ?? "";
    const revision = /^[0-9a-f]{40}$/.test(wanted) ? wanted : git(this.bare, "rev-parse", wanted);
    delete object.operation;
    if (this.fails !== undefined) {
      const message = this.fails;
      object.status = { operationState: { phase: "Failed", message, syncResult: { revision } } };
      return;
    }
    if (name === "applications") {
      if (this.delivered.at(-1) !== revision) this.delivered.push(revision);
      for (const file of git(this.bare, "ls-tree", "--name-only", revision, `${this.folder}/`).split("\n")) {
        if (!file.endsWith(".yaml")) continue;
        for (const document of parseAllDocuments(git(this.bare, "show", `${revision}:${file}`))) {
          const declared = document.toJS() as { kind: string; metadata: { name: string } };
          if (declared.kind !== "Application") continue;
          const live = this.objects.get(declared.metadata.name) as unknown as Application | undefined;
          // The root leaves it to whoever pauses: /spec/syncPolicy/automated is among its ignored differences.
          const kept = live && { automated: live.spec.syncPolicy?.automated ?? null };
          this.objects.set(
            declared.metadata.name,
            merged(merged(live ?? {}, declared), { ...(kept && { spec: { syncPolicy: kept } }) }) as never,
          );
        }
      }
    }
    const health = { status: this.sick === name ? "Degraded" : "Healthy" };
    object.status = {
      sync: { status: "Synced", revision },
      health,
      operationState: { phase: "Succeeded", syncResult: { revision } },
    };
  }
}

/** RFC 7386. */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return structuredClone(patch);
  const result: Record<string, unknown> =
    typeof target === "object" && target !== null ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}
