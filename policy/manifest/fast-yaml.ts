/**
 * The YAML that manifests are written in, read in one pass: block mappings and sequences, one-line scalars, literal
 * blocks, empty or JSON-like flow collections. Anything else is not guessed at: it is handed to the full parser, which
 * takes twenty times as long (bench/policy.ts). Scalars are those of YAML 1.1 as Kubernetes reads them.
 */
export class Unusual extends Error {}

/** Throws `Unusual` for what only the full parser can tell. */
export function readFast(text: string): unknown {
  const reader = new Reader(text);
  const value = reader.block(0);
  if (!reader.atEnd) throw new Unusual("something is left");
  return value;
}

const KEY = /^([A-Za-z0-9_$/.@][^\s:#,[\]{}"'&*!|>%`]*|"[^"\\]*"|'[^']*'):(?: +|$)/;
const LITERAL = /^\|([-+]?)\s*$/;
/** First characters of what is no plain one-line scalar: anchors, aliases, tags, folded text, directives, long keys. */
const SPECIAL = new Set(["&", "*", "!", ">", "%", "@", "`", "?", "|", ",", "]", "}"]);

class Reader {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.split("\n");
    this.#skip();
  }

  get atEnd(): boolean {
    return this.#at >= this.#lines.length;
  }

  /** To the next line that says something. */
  #skip(): void {
    while (this.#at < this.#lines.length) {
      const line = this.#lines[this.#at] as string;
      let column = 0;
      while (line.charCodeAt(column) === 32) column++;
      const code = line.charCodeAt(column);
      if (Number.isNaN(code) || code === 35 || code === 13) this.#at++;
      else if (code === 9) throw new Unusual("a tab");
      else return;
    }
  }

  /** Indentation of the line at hand; -1 behind the last one. */
  #indent(): number {
    const line = this.#lines[this.#at];
    if (line === undefined) return -1;
    let column = 0;
    while (line.charCodeAt(column) === 32) column++;
    return column;
  }

  /** The block whose lines are indented by at least `least`. */
  block(least: number): unknown {
    const indent = this.#indent();
    if (indent < least) return null;
    const rest = trimmed((this.#lines[this.#at] as string).slice(indent));
    if (rest.startsWith("- ") || rest === "-") return this.#sequence(indent);
    if (KEY.test(rest)) return this.#mapping(indent, rest);
    // Its text may be indented less than itself: how far, its parent tells.
    if (rest.startsWith("|")) throw new Unusual("literal text on a line of its own");
    return this.#scalar(rest, indent - 1);
  }

  #sequence(indent: number): unknown[] {
    const items: unknown[] = [];
    while (this.#indent() === indent) {
      const line = trimmed((this.#lines[this.#at] as string).slice(indent));
      if (line !== "-" && !line.startsWith("- ")) break;
      let offset = 1;
      while (line.charCodeAt(offset) === 32) offset++;
      const rest = line.slice(offset);
      if (rest === "" || rest.startsWith("#")) {
        this.#next();
        items.push(this.#indent() > indent ? this.block(indent + 1) : null);
      } else if (rest.startsWith("- ") || rest === "-") throw new Unusual("a sequence on the line of another");
      else if (KEY.test(rest)) items.push(this.#mapping(indent + offset, rest));
      else items.push(this.#scalar(rest, indent));
    }
    if (this.#indent() > indent) throw new Unusual("deeper than its sequence");
    return items;
  }

  #mapping(indent: number, first: string): Record<string, unknown> {
    const fields: Record<string, unknown> = {};
    let line = first;
    for (;;) {
      const match = KEY.exec(line);
      if (match === null) throw new Unusual("no key");
      const [whole, written = ""] = match;
      const quoted = written.startsWith('"') || written.startsWith("'");
      const key = quoted ? written.slice(1, -1) : String(keyOf(written));
      if (key === "<<" || key === "__proto__" || Object.hasOwn(fields, key))
        throw new Unusual("a key with a meaning, or twice");
      const rest = line.slice(whole.length);
      if (rest === "" || rest.startsWith("#")) {
        this.#next();
        const below = this.#indent();
        const dashed = below === indent && /^-(?: |$)/.test((this.#lines[this.#at] as string).slice(below));
        fields[key] = below > indent ? this.block(indent + 1) : dashed ? this.#sequence(indent) : null;
      } else fields[key] = this.#scalar(rest, indent);
      if (this.#indent() !== indent) break;
      line = trimmed((this.#lines[this.#at] as string).slice(indent));
      if (line.startsWith("- ") || line === "-") break;
    }
    if (this.#indent() > indent) throw new Unusual("deeper than its mapping");
    return fields;
  }

  #next(): void {
    this.#at++;
    this.#skip();
  }

  /** A value on the line of its key; literal text goes on below. */
  #scalar(rest: string, indent: number): unknown {
    const literal = LITERAL.exec(rest);
    if (literal !== null) return this.#literal(indent, literal[1] ?? "");
    const value = scalarOf(rest);
    this.#next();
    // A plain scalar may go on over lines; telling where it ends is for the full parser.
    if (this.#indent() > indent) throw new Unusual("text over several lines");
    return value;
  }

  #literal(indent: number, chomp: string): string {
    this.#at++;
    const lines: string[] = [];
    let depth = -1;
    for (; this.#at < this.#lines.length; this.#at++) {
      const line = trimmed(this.#lines[this.#at] as string, false);
      const own = this.#indent();
      if (line.trim() === "") {
        if (depth < 0 && line.length > 0) throw new Unusual("blank lines before literal text");
        lines.push(depth < 0 ? "" : line.slice(depth));
        continue;
      }
      if (line.charCodeAt(own) === 9) throw new Unusual("a tab");
      if (own <= indent) break;
      if (depth < 0) depth = own;
      if (own < depth) throw new Unusual("literal text that goes back");
      lines.push(line.slice(depth));
    }
    let trailing = 0;
    while (trailing < lines.length && lines[lines.length - 1 - trailing] === "") trailing++;
    const kept = lines.slice(0, lines.length - trailing);
    this.#skip();
    if (chomp === "+") throw new Unusual("kept line ends");
    const text = kept.join("\n");
    return chomp === "-" || text === "" ? text : `${text}\n`;
  }
}

/** Without the carriage return of Windows files, and without spaces at the end. */
function trimmed(line: string, spaces = true): string {
  const last = line.charCodeAt(line.length - 1);
  if (last === 13) return trimmed(line.slice(0, -1), spaces);
  return spaces && last === 32 ? line.trimEnd() : line;
}

function scalarOf(rest: string): unknown {
  const first = rest[0] as string;
  if (SPECIAL.has(first) || /^(?:-|---|\.\.\.)(?: |$)/.test(rest)) throw new Unusual("an indicator");
  if (first === '"' || first === "'") return quotedOf(rest, first);
  if (first === "{" || first === "[") return flowOf(rest);
  const comment = rest.indexOf(" #");
  const text = comment < 0 ? rest : rest.slice(0, comment).trimEnd();
  if (text.includes(": ") || text.endsWith(":")) throw new Unusual("a mapping within a scalar");
  if (text.includes("\t")) throw new Unusual("a tab");
  return plainOf(text);
}

function quotedOf(rest: string, quote: string): string {
  const end = rest.indexOf(quote, 1);
  if (end < 0) throw new Unusual("text over several lines");
  const after = rest.slice(end + 1).trim();
  const text = rest.slice(1, end);
  if ((after !== "" && !after.startsWith("#")) || (quote === '"' && text.includes("\\"))) {
    if (quote === '"' && rest.endsWith('"')) return escapedOf(rest);
    throw new Unusual("an escape");
  }
  if (after.startsWith("#") && rest[end + 1] !== " ") throw new Unusual("a comment without a space");
  return text;
}

/** Escapes that JSON and YAML share. */
function escapedOf(text: string): string {
  if (!/^"(?:[^"\\]|\\["\\/bfnrt])*"$/.test(text)) throw new Unusual("an escape");
  return JSON.parse(text) as string;
}

function flowOf(rest: string): unknown {
  if (rest === "{}") return {};
  if (rest === "[]") return [];
  if (rest.includes("__proto__")) throw new Unusual("a key with a meaning");
  try {
    return JSON.parse(rest) as unknown;
  } catch {
    throw new Unusual("a flow collection");
  }
}

/** Words of YAML 1.1; Kubernetes' reader (go-yaml 2) knows them in these spellings. */
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ...["true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON", "y", "Y"].map((word): [string, true] => [
    word,
    true,
  ]),
  ...["false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N"].map((word): [string, false] => [
    word,
    false,
  ]),
  ...["null", "Null", "NULL", "~"].map((word): [string, null] => [word, null]),
]);

function plainOf(text: string): unknown {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  const code = text.charCodeAt(0);
  // Digits, signs and a leading point begin numbers; all else is text.
  if (!((code >= 48 && code <= 57) || code === 43 || code === 45 || code === 46)) return text;
  if (/^[-+]?(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (/^[-+]?\d{1,15}\.\d{1,15}$/.test(text)) return Number(text);
  // Octal, hexadecimal, binary, exponents, underscores, sexagesimals, infinities, dates: rare, and told apart elsewhere.
  if (/^[-+.\d][\d_.]*(?:[eE][-+]?\d+)?$/.test(text) && !/\..*\./.test(text)) throw new Unusual("a number");
  if (/^[-+]?(?:0[xob][\da-fA-F_]+|\.(?:inf|nan)|\d[\d_]*(?::\d+)+(?:\.\d*)?|\d{4}-\d\d?-\d\d?.*)$/i.test(text))
    throw new Unusual("a number or a date");
  return text;
}

/** A key that reads as something else than text is for the full parser: `on: x` in YAML 1.1 has the key true. */
function keyOf(text: string): string {
  const value = plainOf(text);
  if (typeof value !== "string") throw new Unusual("a key that is no text");
  return value;
}
