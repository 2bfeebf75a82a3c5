import { parseDocument, type DocumentOptions, type ParseOptions, type ScalarTag, type SchemaOptions } from "yaml";
import { tokenOf } from "../kind";
import { Subject } from "../subject";
import { isFields, type Fields, type Value } from "../value";
import { readFast, Unusual } from "./fast-yaml";

/** One document of a file. */
export interface Document {
  readonly text: string;
  /** Line it begins at, from 1. */
  readonly line: number;
}

/** Cuts a stream of text at `---` lines as it comes, so that a file of any size takes the memory of one document. */
export class Splitter {
  #rest = "";
  #line = 1;
  #held: string[] = [];
  #start = 1;

  /** Documents that are complete with this piece of text. */
  push(text: string): Document[] {
    this.#rest += text;
    const documents: Document[] = [];
    let from = 0;
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n", from)) {
      this.#take(this.#rest.slice(from, end), documents);
      from = end + 1;
    }
    this.#rest = this.#rest.slice(from);
    return documents;
  }

  /** The last document. */
  end(): Document[] {
    const documents: Document[] = [];
    if (this.#rest !== "") this.#take(this.#rest, documents);
    this.#rest = "";
    this.#close(documents);
    return documents;
  }

  #take(given: string, documents: Document[]): void {
    // What some editors begin a file with says nothing.
    const line = this.#line === 1 && given.startsWith("\uFEFF") ? given.slice(1) : given;
    const mark = line.startsWith("---") && /^---(?:\s|$)/.test(line);
    if (mark || /^\.\.\.\s*$/.test(line)) {
      this.#close(documents);
      const after = mark ? line.slice(3).trim() : "";
      this.#start = this.#line + 1;
      if (after !== "" && !after.startsWith("#")) {
        this.#start = this.#line;
        this.#held.push(after);
      }
    } else this.#held.push(line);
    this.#line++;
  }

  #close(documents: Document[]): void {
    const said = this.#held.findIndex((line) => line.trim() !== "" && !line.trimStart().startsWith("#"));
    if (said >= 0) documents.push({ text: this.#held.slice(said).join("\n"), line: this.#start + said });
    this.#held = [];
  }
}

/** A document as data; throws an error whose first line says what is wrong with it. */
export function parse(text: string): unknown {
  const json = /^\s*[{[]/.test(text);
  if (json) {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // A YAML flow collection may begin like JSON.
    }
  }
  try {
    return readFast(text);
  } catch (error) {
    if (!(error instanceof Unusual)) throw error;
  }
  const document = parseDocument(text, AS_KUBERNETES_READS);
  const [problem] = document.errors;
  if (problem !== undefined) throw new Error(problem.message.split("\n")[0]);
  return document.toJS({ maxAliasCount: 100 }) as unknown;
}

/** What YAML 1.1 calls a number with an exponent; the library takes `e5`, which may be a commit, for one, too. */
const EXPONENT = /^[-+]?(?:\d[\d_]*(?:\.[\d_]*)?|\.[\d_]+)[eE][-+]?\d+$/;

/** How the full parser is told to read what Kubernetes reads: no sexagesimal numbers, and dates are text. */
export const AS_KUBERNETES_READS = {
  version: "1.1",
  merge: true,
  customTags: (tags) =>
    tags
      .filter((tag) => typeof tag === "string" || (tag.format !== "TIME" && !String(tag.tag).includes("timestamp")))
      .map((tag) =>
        typeof tag !== "string" && tag.format === "EXP" ? ({ ...tag, test: EXPONENT } as ScalarTag) : tag,
      ),
} satisfies ParseOptions & DocumentOptions & SchemaOptions;

/**
 * The Kubernetes objects of a document. Undefined when it is none: a values file, a chart's own description. Kinds that
 * end in List are opened, since every reader of manifests does so.
 */
export function subjectsOf(document: unknown, file: string, line: number): Subject[] | undefined {
  if (Array.isArray(document)) {
    const found = document.flatMap((one, index) => subjectsOf(one, `${file}[${index}]`, line) ?? []);
    return found.length > 0 ? found : undefined;
  }
  if (!isFields(document as Value)) return undefined;
  const object = document as Fields;
  const { apiVersion, kind, items } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return undefined;
  if (kind.endsWith("List") && Array.isArray(items)) {
    // A typed list may leave out what its members are: it has said so itself.
    const members = (items as Value[])
      .filter(isFields)
      .map((member) => ({ apiVersion, kind: kind.slice(0, -"List".length), ...member }));
    return members.flatMap((member, index) => subjectsOf(member, `${file}#${index}`, line) ?? []);
  }
  const metadata = isFields(object["metadata"]) ? object["metadata"] : {};
  const name = metadata["name"] ?? metadata["generateName"];
  return [
    new Subject(`${file}:${line}:${kind}`, tokenOf(apiVersion, kind), typeof name === "string" ? name : kind, object),
  ];
}

/** What stack rules look at: an object without what is long and only judged by itself. */
export function slim(subject: Subject): Subject {
  const { properties } = subject;
  const kept: Record<string, Value> = {};
  for (const key of Object.keys(properties))
    if (key !== "data" && key !== "binaryData" && key !== "stringData" && key !== "status")
      kept[key] = slimmer(properties[key], 0);
  return new Subject(subject.urn, subject.type, subject.name, kept, subject.sources);
}

/** Containers are the bulk of a manifest, and no stack rule reads them. */
function slimmer(value: Value, depth: number): Value {
  if (!isFields(value) || depth > 5) return value;
  const kept: Record<string, Value> = {};
  for (const key of Object.keys(value))
    if (key !== "containers" && key !== "initContainers" && key !== "managedFields")
      kept[key] = slimmer(value[key], depth + 1);
  return kept;
}
