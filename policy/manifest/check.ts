import { Evaluator, type Finding } from "../evaluate";
import { waiversOf, type PackConfig } from "../config";
import type { Environment, Rule } from "../rule";
import type { Subject } from "../subject";
import { Waivers } from "../waiver";
import { parse, slim, Splitter, subjectsOf } from "./read";
import type { Problem, Report } from "./report";

export interface CheckOptions {
  readonly rules: readonly Rule[];
  readonly environment: Environment;
  readonly config: PackConfig;
  /** As `2027-01-31`. */
  readonly today: string;
  readonly version: string;
}

/**
 * Judges manifests as they are read. Of each object only what stack rules look at is kept, so memory grows by about a
 * kilobyte an object, whatever its size.
 */
export class Check {
  readonly #evaluator: Evaluator;
  readonly #waivers: Waivers;
  readonly #findings: Finding[] = [];
  readonly #problems: Problem[] = [];
  readonly #kept: Subject[] = [];
  #skipped = 0;

  constructor(readonly options: CheckOptions) {
    const { rules, environment, config, today } = options;
    this.#waivers = new Waivers(waiversOf(config), new Set(rules.map(({ name }) => name)), today);
    this.#evaluator = new Evaluator({ rules, environment, config, waivers: this.#waivers });
  }

  /** Judges a file that comes in pieces. */
  async file(name: string, pieces: AsyncIterable<string> | Iterable<string>): Promise<void> {
    const splitter = new Splitter();
    for await (const piece of pieces)
      for (const { text, line } of splitter.push(piece)) this.document(name, text, line);
    for (const { text, line } of splitter.end()) this.document(name, text, line);
  }

  /** Judges one document. */
  document(file: string, text: string, line: number): void {
    let subjects: Subject[] | undefined;
    try {
      subjects = subjectsOf(parse(text), file, line);
    } catch (error) {
      this.#problems.push({ file, line, message: (error as Error).message });
      return;
    }
    if (subjects === undefined) this.#skipped++;
    for (const subject of subjects ?? []) {
      for (const finding of this.#evaluator.resource(subject))
        this.#findings.push({ ...finding, subject: slim(subject) });
      this.#kept.push(slim(subject));
    }
  }

  /** What all objects together break, and everything said so far. */
  report(): Report {
    const { environment, rules, version } = this.options;
    const findings = [...this.#findings, ...this.#evaluator.stack(this.#kept)];
    return {
      environment,
      rules,
      version,
      findings,
      problems: this.#problems,
      objects: this.#kept.length,
      skipped: this.#skipped,
      waivers: this.#waivers.report,
    };
  }
}
