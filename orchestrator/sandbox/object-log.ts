import * as fs from "node:fs";
import * as path from "node:path";
import { SlipwayError } from "../errors";

/** Records after which the log is rewritten from the state it leads to. */
const COMPACT_AFTER = 2_000;

/**
 * State on disk as a log of whole objects: each change is one line, written before it is acknowledged, so a kill at
 * any moment loses nothing that anybody was told. A torn last line is what such a kill leaves, and is dropped.
 */
export class ObjectLog<T> {
  private readonly objects = new Map<string, T>();
  private handle: number;
  private lines = 0;

  constructor(private readonly file: string) {
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : "";
    const lines = text.split("\n");
    const torn = lines.pop() ?? "";
    lines.forEach((line, index) => this.read(line, index + 1));
    if (torn !== "") fs.truncateSync(file, Buffer.byteLength(text) - Buffer.byteLength(torn));
    this.lines = lines.length;
    this.handle = fs.openSync(file, "a", 0o600);
  }

  private read(line: string, number: number): void {
    try {
      const { id, object } = JSON.parse(line) as { id: string; object?: T };
      if (object === undefined) this.objects.delete(id);
      else this.objects.set(id, object);
    } catch {
      throw new SlipwayError(
        "world-corrupt",
        `the rehearsal world ${this.file} is damaged at line ${number}`,
        "nothing was changed; remove the environment's folder of the rehearsal to start it over",
        "refused",
      );
    }
  }

  get(id: string): T | undefined {
    return this.objects.get(id);
  }
  values(): T[] {
    return [...this.objects.values()];
  }
  put(id: string, object: T): void {
    this.write({ id, object });
    this.objects.set(id, object);
  }
  drop(id: string): void {
    this.write({ id });
    this.objects.delete(id);
  }

  private write(record: object): void {
    fs.writeSync(this.handle, `${JSON.stringify(record)}\n`);
    if (++this.lines > COMPACT_AFTER + 2 * this.objects.size) this.compact();
  }

  private compact(): void {
    const temporary = `${this.file}.tmp`;
    fs.writeFileSync(
      temporary,
      [...this.objects].map(([id, object]) => `${JSON.stringify({ id, object })}\n`).join(""),
      { mode: 0o600 },
    );
    fs.renameSync(temporary, this.file);
    fs.closeSync(this.handle);
    this.handle = fs.openSync(this.file, "a", 0o600);
    this.lines = this.objects.size;
  }

  close(): void {
    fs.closeSync(this.handle);
  }
}
