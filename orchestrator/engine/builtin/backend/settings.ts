import * as path from "node:path";
import { type Document, isMap, isScalar, parseDocument } from "yaml";
import { SlipwayError } from "../../../errors";
import type { Json } from "../model";
import type { Files } from "./files";
import type { Passphrase } from "./passphrase";

/** `Pulumi.yaml`. */
export interface Project {
  name: string;
  runtime: string;
  main: string | undefined;
  backendUrl: string | undefined;
}

export function readProject(files: Files, folder: string): Project {
  const file = ["Pulumi.yaml", "Pulumi.yml"]
    .map((name) => path.join(folder, name))
    .find((candidate) => files.read(candidate) !== undefined);
  if (file === undefined)
    throw new SlipwayError(
      "no-project",
      `no Pulumi.yaml project file in ${folder}`,
      "run the command in a project's folder",
      "usage",
    );
  const project = parsed(files, file).toJS() as {
    name?: unknown;
    runtime?: unknown;
    main?: unknown;
    backend?: { url?: string };
  };
  if (typeof project?.name !== "string")
    throw new SlipwayError("bad-project", `${file} names no project`, "add a `name`", "usage");
  const runtime =
    typeof project.runtime === "string" ? project.runtime : (project.runtime as { name?: string } | undefined)?.name;
  return {
    name: project.name,
    runtime: runtime ?? "",
    main: typeof project.main === "string" ? project.main : undefined,
    backendUrl: project.backend?.url,
  };
}

/** One config value as the settings file holds it. */
export type ConfigValue =
  { kind: "plain"; value: Json } | { kind: "secure"; ciphertext: string } | { kind: "object"; value: Json };

/** `Pulumi.<stack>.yaml`: read and rewritten with its comments. */
export class StackSettings {
  private readonly document: Document;

  constructor(
    private readonly files: Files,
    readonly file: string,
  ) {
    this.document = parsed(files, file);
  }

  static at(files: Files, folder: string, stack: string, override: string | undefined): StackSettings {
    return new StackSettings(
      files,
      override === undefined ? path.join(folder, `Pulumi.${stack}.yaml`) : path.resolve(folder, override),
    );
  }

  get salt(): string | undefined {
    return this.document.get("encryptionsalt") as string | undefined;
  }
  set salt(salt: string) {
    this.document.set("encryptionsalt", salt);
  }
  get secretsProvider(): string | undefined {
    return this.document.get("secretsprovider") as string | undefined;
  }

  /** All values under their full key `project:name`. */
  values(project: string): Map<string, Json> {
    const config = (this.document.toJS() as { config?: Record<string, Json> } | null)?.config ?? {};
    return new Map(
      Object.entries(config).map(([key, value]) => [key.includes(":") ? key : `${project}:${key}`, value]),
    );
  }

  /** How the file writes a full key: the project's own may stand without its prefix. */
  keyOf(project: string, full: string): string {
    const short = full.startsWith(`${project}:`) ? full.slice(project.length + 1) : full;
    return this.document.hasIn(["config", short]) ? short : full;
  }

  set(key: string, value: Json): void {
    this.document.setIn(["config", key], this.document.createNode(value));
  }
  setPath(key: string, parts: readonly (string | number)[], value: Json): void {
    const place = ["config", key, ...parts];
    for (let depth = 2; depth < place.length; depth++) {
      const node = this.document.getIn(place.slice(0, depth), true);
      if (node === undefined || isScalar(node))
        this.document.setIn(
          place.slice(0, depth),
          this.document.createNode(typeof place[depth] === "number" ? [] : {}),
        );
    }
    this.document.setIn(place, this.document.createNode(value));
  }
  remove(key: string, parts: readonly (string | number)[] = []): void {
    this.document.deleteIn(["config", key, ...parts]);
    const config = this.document.get("config");
    if (isMap(config) && config.items.length === 0) this.document.delete("config");
  }

  save(): void {
    const text = this.document.toString({ lineWidth: 0 });
    this.files.replace(this.file, text === "null\n" ? "{}\n" : text);
  }
}

function parsed(files: Files, file: string): Document {
  const document = parseDocument(files.read(file) ?? "{}");
  const [error] = document.errors;
  if (error !== undefined)
    throw new SlipwayError(
      "bad-yaml",
      `${file} cannot be read: ${error.message}`,
      "correct the file at the place named",
      "usage",
    );
  // An empty file is a map without entries.
  if (document.contents === null || (isMap(document.contents) && document.contents.items.length === 0))
    return parseDocument("{}").clone() as Document;
  if (isMap(document.contents)) document.contents.flow = false;
  return document;
}

export const hasSecrets = (value: Json): boolean =>
  isSecure(value) || (typeof value === "object" && value !== null && Object.values(value).some(hasSecrets));

export function isSecure(value: Json): value is { secure: string } {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    typeof value["secure"] === "string" &&
    Object.keys(value).length === 1
  );
}

export interface ResolvedConfig {
  /** Text handed to the program; objects as JSON. */
  value: string;
  secret: boolean;
  object?: Json;
}

/** Values as programs and `pulumi config` see them; without a key secrets stay undisclosed. */
export function resolve(value: Json, key: Passphrase | undefined): ResolvedConfig {
  if (isSecure(value)) return { value: key === undefined ? "[secret]" : key.decrypt(value.secure), secret: true };
  if (typeof value !== "object" || value === null) return { value: scalarText(value), secret: false };
  let secret = false;
  const open = (node: Json): Json => {
    if (isSecure(node)) {
      secret = true;
      return key === undefined ? "[secret]" : key.decrypt(node.secure);
    }
    if (Array.isArray(node)) return node.map(open);
    return typeof node === "object" && node !== null
      ? Object.fromEntries(Object.entries(node).map(([name, inner]) => [name, open(inner)]))
      : node;
  };
  const object = open(value);
  return { value: JSON.stringify(object), secret, object };
}

function scalarText(value: Json): string {
  return value === null ? "" : typeof value === "string" ? value : JSON.stringify(value);
}
