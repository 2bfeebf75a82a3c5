import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { PulumiFn, Stack } from "@pulumi/pulumi/automation";
import { parse, stringify } from "yaml";
import { SlipwayError } from "../errors";
import type { Redactor } from "../report/redact";
import type { Engine } from "./engine";
import { writeFileWhole } from "./files";
import { makeFolders, type Layout } from "./layout";

export interface WorkspaceRequest {
  /** Folder of the user's Pulumi.yaml and Pulumi.<env>.yaml. */
  readonly root: string;
  readonly layout: Layout;
  readonly environment: string;
  readonly target: "rehearsal" | "aws";
  readonly engine: Engine;
  readonly program: PulumiFn;
  /** Variables that attach the stand-in providers. */
  readonly engineEnvironment: Readonly<Record<string, string>>;
  readonly redactor: Redactor;
  /** Whether a stack that is not there is made. */
  readonly create: boolean;
  /** In place of `Pulumi.<environment>.yaml`, for a stack that has no file of its own: a preview. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

export interface OpenedStack {
  readonly stack: Stack;
  readonly project: string;
  readonly notes: readonly string[];
}

/**
 * Opens the stack of an environment in a working directory of its own: the Automation API writes into that folder, and
 * two stacks in one folder race (pulumi.md 3.8).
 * @throws SlipwayError `no-such-stack` when it does not exist and is not to be made.
 */
export async function openStack(request: WorkspaceRequest): Promise<OpenedStack> {
  const { root, layout, environment, target, engine, create } = request;
  const work = layout.work(environment);
  makeFolders(work);
  const project = copyProject(root, work);
  const notes = copySettings(request, work);
  const { LocalWorkspace, StackNotFoundError } = await import("@pulumi/pulumi/automation/index.js");
  const inline = {
    stackName: environment,
    projectName: project,
    program: engine.nearby?.(request.program) ?? request.program,
  };
  const options = {
    workDir: work,
    pulumiCommand: await engine.command(),
    envVars: variables(request),
    ...(target === "rehearsal" && { pulumiHome: layout.home }),
  };
  try {
    const stack = create
      ? await LocalWorkspace.createOrSelectStack(inline, options)
      : await LocalWorkspace.selectStack(inline, options);
    return { stack, project, notes };
  } catch (error) {
    if (!(error instanceof StackNotFoundError)) throw error;
    throw new SlipwayError(
      "no-such-stack",
      `there is no stack ${environment}: nothing was built there yet`,
      `build it first: slipway bootstrap --environment ${environment} --target ${target}`,
      "usage",
      { cause: error },
    );
  }
}

function variables({ layout, target, engineEnvironment, redactor }: WorkspaceRequest): Record<string, string> {
  const common = {
    // Every plugin is bundled, attached or in the lockfile: a download would only be a delay or a surprise.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    ...engineEnvironment,
  };
  if (target === "aws") return common;
  makeFolders(layout.backend, layout.home);
  const passphrase = rehearsalPassphrase(layout.passphrase);
  redactor.add(passphrase);
  return {
    ...common,
    PULUMI_BACKEND_URL: pathToFileURL(layout.backend).href,
    PULUMI_CONFIG_PASSPHRASE: passphrase,
  };
}

/** Made once per state directory, readable by its owner only; it protects nothing but rehearsal values. */
function rehearsalPassphrase(file: string): string {
  if (!existsSync(file)) writeFileWhole(file, randomBytes(32).toString("base64url"));
  return readFileSync(file, "utf8");
}

/** Copies Pulumi.yaml and returns the project's name. */
function copyProject(root: string, work: string): string {
  const file = path.join(root, "Pulumi.yaml");
  const settings = readYaml(file);
  if (typeof settings["name"] !== "string") {
    throw new SlipwayError("project-invalid", `${file} has no name`, `give the project a name in ${file}`, "usage");
  }
  // The engine insists that `main` exists; the copy lives elsewhere, so it points back at the real folder.
  writeFileWhole(path.join(work, "Pulumi.yaml"), stringify({ ...settings, main: root }));
  return settings["name"];
}

/** Copies the stack's settings; in a rehearsal without what only the owner of the real secrets can open. */
function copySettings({ root, environment, target, settings: given }: WorkspaceRequest, work: string): string[] {
  const name = `Pulumi.${environment}.yaml`;
  const settings = given ?? readYaml(path.join(root, name));
  const copy = path.join(work, name);
  // Where the user's file has no salt, the engine wrote one into the copy when it made the stack: it must stay the same.
  const salt = existsSync(copy) ? readYaml(copy)["encryptionsalt"] : undefined;
  if (target === "aws") {
    writeFileWhole(copy, stringify({ ...(salt !== undefined && { encryptionsalt: salt }), ...settings }));
    return [];
  }
  // Of the settings only the configuration: the user's salt and secrets provider belong to the real stack.
  const { config, replaced } = withoutSecrets((settings["config"] ?? {}) as Record<string, unknown>);
  writeFileWhole(copy, stringify({ ...(salt !== undefined && { encryptionsalt: salt }), config }));
  return replaced.map(
    (key) => `${key}: the encrypted value of ${name} is not used in a rehearsal; a stand-in value is`,
  );
}

/** Replaces every `{secure: …}`, also nested, by a labelled stand-in. Pure. */
export function withoutSecrets(config: Record<string, unknown>): {
  config: Record<string, unknown>;
  replaced: string[];
} {
  const replaced: string[] = [];
  const clean = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item, index) => clean(item, `${key}[${index}]`));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    if (entries.length === 1 && entries[0]?.[0] === "secure") {
      replaced.push(key);
      return `rehearsal-stand-in-for-${key.replace(/[^A-Za-z0-9]+/g, "-")}`;
    }
    return Object.fromEntries(entries.map(([name, item]) => [name, clean(item, `${key}.${name}`)]));
  };
  const cleaned = Object.fromEntries(Object.entries(config).map(([key, value]) => [key, clean(value, key)]));
  return { config: cleaned, replaced };
}

/** @throws SlipwayError `settings-missing` or `settings-invalid` naming the file and, where known, the line. */
export function readYaml(file: string): Record<string, unknown> {
  if (!existsSync(file)) {
    throw new SlipwayError(
      "settings-missing",
      `${file} does not exist`,
      `create ${file}, or name another environment`,
      "usage",
    );
  }
  try {
    const value: unknown = parse(readFileSync(file, "utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new Error("it holds no key: value pairs");
  } catch (error) {
    throw new SlipwayError(
      "settings-invalid",
      `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      `mend the YAML of ${file}`,
      "usage",
      { cause: error },
    );
  }
}
