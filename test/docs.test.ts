import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Command } from "commander";
import { expect } from "chai";
import { buildProgram, type Handlers } from "../orchestrator/cli/program";
import { root } from "./support/pulumi";

const pages = ["README.md", "CHANGELOG.md", ...globSync("docs/**/*.md", { cwd: root })];
const textOf = (page: string) => readFileSync(path.join(root, page), "utf8");
const silent = { write: () => undefined };
const handlers = new Proxy({}, { get: () => () => () => Promise.resolve() }) as Handlers;

/** GitHub's anchor of a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

/** Command lines of code, inline or in a block, without comment, redirection and what comes after a pipe. */
function commandsOf(text: string): string[] {
  const code = [...text.matchAll(/```\w*\n([\s\S]*?)```|`([^`\n]+)`/g)].map(
    ([, block, inline]) => block ?? inline ?? "",
  );
  return code
    .flatMap((lines) => lines.replaceAll("\\\n", " ").split("\n"))
    .flatMap((line) => {
      const found = /^\s*(?:\$ )?(?:npx )?slipway ([a-z-].*)$/.exec(line)?.[1];
      return found === undefined ? [] : [(found.split(/\s(?:#|\||>|&&)/)[0] ?? "").trim()];
    });
}

/** What is wrong with a command line, by the tree of commands; nothing is run. */
function wrongWith(line: string): string | undefined {
  const words = line.match(/"[^"]*"|\S+/g) ?? [];
  let at: Command = buildProgram(handlers, { stdout: silent, stderr: silent });
  while (words.length > 0) {
    const next = at.commands.find((one) => one.name() === words[0]);
    if (next === undefined) break;
    at = next;
    words.shift();
  }
  if (at.parent === null) return words[0]?.startsWith("-") === true ? undefined : `no command ${words[0] ?? ""}`;
  // A group named by itself is a subject, not a line to type.
  if (at.commands.length > 0 && words.length > 0) return `${at.name()} has no command ${words[0] ?? ""}`;
  const unknown = words
    .filter((word) => /^--[a-z]/.test(word))
    .find((word) => word !== "--help" && !at.options.some(({ long }) => long === word.split("=")[0]));
  return unknown === undefined ? undefined : `${at.name()} has no option ${unknown}`;
}

describe("the documentation", () => {
  it("links to files and headings that are there", () => {
    const broken = pages.flatMap((page) =>
      [
        ...textOf(page)
          .replace(/```[\s\S]*?```/g, "")
          .matchAll(/\]\((?!https?:|mailto:)([^)\s]+)\)/g),
      ].flatMap(([, link = ""]) => {
        const [file = "", anchor] = link.split("#");
        const target = file === "" ? page : path.join(path.dirname(page), file);
        if (!existsSync(path.join(root, target))) return [`${page}: ${link}`];
        if (anchor === undefined || !target.endsWith(".md")) return [];
        const headings = [...textOf(target).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
        return headings.includes(anchor) ? [] : [`${page}: ${link}`];
      }),
    );
    expect(broken).to.deep.equal([]);
  });
  it("names commands and options that the command line has", () => {
    // The changelog tells of several in one word.
    const lines = pages
      .filter((page) => page !== "CHANGELOG.md")
      .flatMap((page) => commandsOf(textOf(page)).map((line) => ({ page, line })));
    expect(lines.length).to.be.above(50);
    const wrong = lines.flatMap(({ page, line }) => {
      const why = wrongWith(line);
      return why === undefined ? [] : [`${page}: slipway ${line}: ${why}`];
    });
    expect(wrong).to.deep.equal([]);
  });
  it("is found out when it does not", () => {
    expect(wrongWith("destory --environment dev")).to.equal("no command destory");
    expect(wrongWith("policy chekc deploy/")).to.equal("policy has no command chekc");
    expect(wrongWith("bootstrap --destroy-protected")).to.equal("bootstrap has no option --destroy-protected");
    expect(wrongWith('rollback production --outside-window "incident --4711"')).to.equal(undefined);
  });
  it("names scripts of npm that there are", () => {
    const { scripts } = JSON.parse(textOf("package.json")) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/npm run ([a-z:-]+)/g)].map(([, name = ""]) => name),
    );
    expect(named).to.not.deep.equal([]);
    expect(named.filter((name) => !(name in scripts))).to.deep.equal([]);
  });
});
