import * as os from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { SlipwayError } from "../../../errors";

/** Names become file names: the CLI's own rule, which also keeps a name from leaving its folder. */
const NAME = /^[A-Za-z0-9_.-]{1,100}$/;

/** Where the file backend keeps what (pulumi.md 8.6). */
export class Layout {
  constructor(
    /** Folder that holds `.pulumi`. */
    readonly root: string,
  ) {}

  /** From `PULUMI_BACKEND_URL`; other kinds of backend need the real CLI. */
  static of(url: string | undefined, home: string | undefined): Layout {
    const given = url ?? `file://${home === undefined ? os.homedir() : path.dirname(home)}`;
    if (!given.startsWith("file://")) {
      throw new SlipwayError(
        "unsupported-backend",
        `the built-in engine keeps state in files, not in ${given.split(":")[0] ?? given}`,
        "set PULUMI_BACKEND_URL to file://FOLDER, or use an installed Pulumi CLI (--engine pulumi)",
        "usage",
      );
    }
    const rest = given.slice("file://".length).split("?")[0] ?? "";
    if (rest === "~" || rest.startsWith("~/")) return new Layout(path.join(os.homedir(), rest.slice(1)));
    return new Layout(rest.startsWith("/") ? fileURLToPath(`file://${rest}`) : path.resolve(rest === "" ? "." : rest));
  }

  private under(...parts: string[]): string {
    return path.join(this.root, ".pulumi", ...parts);
  }
  get meta(): string {
    return this.under("meta.yaml");
  }
  stacks(project: string): string {
    return this.under("stacks", valid("project", project));
  }
  checkpoint(project: string, stack: string): string {
    return path.join(this.stacks(project), `${valid("stack", stack)}.json`);
  }
  journal(project: string, stack: string): string {
    return `${this.checkpoint(project, stack)}.journal`;
  }
  locks(project: string, stack: string): string {
    return this.under("locks", "organization", valid("project", project), valid("stack", stack));
  }
  history(project: string, stack: string): string {
    return this.under("history", valid("project", project), valid("stack", stack));
  }
  backups(project: string, stack: string): string {
    return this.under("backups", valid("project", project), valid("stack", stack));
  }
  tags(project: string, stack: string): string {
    return path.join(this.stacks(project), `${valid("stack", stack)}.pulumi-tags`);
  }
}

function valid(what: string, name: string): string {
  if (NAME.test(name) && name !== "." && name !== "..") return name;
  throw new SlipwayError(
    `bad-${what}-name`,
    `${JSON.stringify(name)} is no valid ${what} name`,
    "use letters, digits, hyphens, underscores and periods, at most 100",
    "usage",
  );
}

/** `dev` out of `organization/project/dev`, as stacks may be named in full. */
export function shortStackName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
