import { CommandFailure, exit } from "./failure";

type FlagKind = "switch" | "value" | "list";

/** Flags every command takes; those about logging change nothing here because the engine logs nothing. */
const common: Record<string, FlagKind> = {
  stack: "value",
  "non-interactive": "switch",
  yes: "switch",
  color: "value",
  logflow: "switch",
  verbose: "value",
  logtostderr: "switch",
  tracing: "value",
  debug: "switch",
  "suppress-outputs": "switch",
  "suppress-progress": "switch",
  "config-file": "value",
  emoji: "switch",
  cwd: "value",
};
const short: Record<string, string> = {
  s: "stack",
  y: "yes",
  v: "verbose",
  C: "cwd",
  t: "target",
  m: "message",
  p: "parallel",
  r: "refresh",
  f: "skip-preview",
  j: "json",
};

/** Positional arguments and flags of one command line. */
export class Arguments {
  readonly positional: string[] = [];
  private readonly flags = new Map<string, string[]>();

  constructor(command: string, args: readonly string[], accepted: Readonly<Record<string, FlagKind>>) {
    const kinds: Record<string, FlagKind> = { ...common, ...accepted };
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as string;
      if (arg === "--") {
        this.positional.push(...args.slice(i + 1));
        break;
      }
      if (!arg.startsWith("-") || arg === "-") {
        this.positional.push(arg);
        continue;
      }
      const [written = "", ...rest] = arg.replace(/^--?/, "").split("=");
      const name = arg.startsWith("--") ? written : (short[written] ?? written);
      const kind = kinds[name];
      if (kind === undefined)
        throw new CommandFailure(exit.error, `error: unknown flag: --${name} (pulumi ${command})`);
      const inline = rest.length > 0 ? rest.join("=") : undefined;
      const value = inline ?? (kind === "switch" ? "true" : args[++i]);
      if (value === undefined) throw new CommandFailure(exit.error, `error: flag needs an argument: --${name}`);
      this.flags.set(name, [...(this.flags.get(name) ?? []), value]);
    }
  }

  has(name: string): boolean {
    const value = this.value(name);
    return value !== undefined && value !== "false";
  }
  value(name: string): string | undefined {
    return this.flags.get(name)?.at(-1);
  }
  list(name: string): string[] {
    return this.flags.get(name) ?? [];
  }
  number(name: string): number | undefined {
    const text = this.value(name);
    if (text === undefined) return undefined;
    const number = Number(text);
    if (!Number.isInteger(number) || number < 0)
      throw new CommandFailure(exit.error, `error: invalid argument "${text}" for "--${name}" flag`);
    return number;
  }
  /** `--stack`, which every command of the Automation API gives. */
  stack(): string {
    const name = this.value("stack");
    if (name === undefined || name === "")
      throw new CommandFailure(exit.error, "error: no stack selected; use --stack");
    return name;
  }
}
