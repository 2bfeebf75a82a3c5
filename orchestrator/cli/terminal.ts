import type { Redactor } from "../report/redact";

/** A place text can be written to; `process.stdout` in production. */
export interface Sink {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Where a command speaks: to a person line by line, or to a program with one JSON document at the end. */
export interface Terminal {
  /** True when one JSON document is expected on stdout and everything else on stderr. */
  readonly json: boolean;
  /** True when cursor movement and animation are welcome. */
  readonly live: boolean;
  readonly columns: number;
  readonly redactor: Redactor;
  /** One line for a person. */
  line(text?: string): void;
  /** One line beside the result: warnings, errors, signals. */
  aside(text: string): void;
  /** The one JSON document; does nothing unless `json`. */
  document(value: unknown): void;
  readonly paint: Paint;
}

/** Colour by meaning; plain text when colour is not wanted. */
export interface Paint {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
}

export interface TerminalRequest {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly json: boolean;
  readonly color: boolean;
  readonly redactor: Redactor;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function createTerminal(request: TerminalRequest): Terminal {
  const { stdout, stderr, json, redactor, environment } = request;
  const main = json ? stderr : stdout;
  const dumb = environment["TERM"] === "dumb" || environment["CI"] !== undefined;
  const live = main.isTTY === true && !dumb;
  // https://no-color.org: any non-empty value turns colour off.
  const colour = live && request.color && !environment["NO_COLOR"];
  const put = (sink: Sink, text: string) => void sink.write(`${redactor.text(text)}\n`);
  return {
    json,
    live,
    columns: main.columns ?? 80,
    redactor,
    line: (text = "") => put(main, text),
    aside: (text) => put(stderr, text),
    document: (value) => {
      if (json) stdout.write(`${JSON.stringify(redactor.data(value), null, 2)}\n`);
    },
    paint: paint(colour),
  };
}

function paint(colour: boolean): Paint {
  const code = (open: number) => (text: string) => (colour ? `\u001b[${open}m${text}\u001b[0m` : text);
  return { good: code(32), bad: code(31), warn: code(33), dim: code(2), strong: code(1) };
}

/** Breaks text at spaces so that no line is wider than `columns`; a longer word stays whole. */
export function wrap(text: string, columns: number, indent = ""): string {
  const lines: string[] = [];
  for (const paragraph of text.split("\n")) {
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && indent.length + line.length + 1 + word.length > columns) {
        lines.push(indent + line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    lines.push(indent + line);
  }
  return lines.join("\n");
}
