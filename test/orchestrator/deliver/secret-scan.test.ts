import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { historyOf } from "../../../orchestrator/deliver/history";
import { secretsIn, secretsInHistory, secretsStaged } from "../../../orchestrator/deliver/secret-scan";
import { useFolder } from "../../support/folder";

/** Made up, and put together here so that this file holds none. */
const TOKEN = ["ghp", "a".repeat(36)].join("_");

describe("the scan for credentials", () => {
  const folder = useFolder();
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], { cwd: folder() });
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder(), name)), { recursive: true });
    writeFileSync(path.join(folder(), name), text);
  };
  const commit = (message: string) => {
    git("add", "-A");
    git("commit", "-q", "-m", message);
  };
  beforeEach(() => git("init", "-q"));

  it("names file and line, and never the credential [A20.4]", () => {
    const sights = secretsIn("a.env", `x=1\nTOKEN=${TOKEN}\n`);
    expect(sights).to.deep.equal([{ file: "a.env", line: 2 }]);
    expect(JSON.stringify(sights)).to.not.include(TOKEN);
  });
  it("takes documented examples and data for what they are", () => {
    expect(secretsIn("a.md", "AKIAIOSFODNN7EXAMPLE is AWS's own example")).to.deep.equal([]);
    expect(secretsIn("a.bin", `\0${TOKEN}`)).to.deep.equal([]);
  });
  it("finds what was taken out again, because everybody with a clone still has it [A7.8] [A20.4]", async () => {
    write("deep/a.env", `TOKEN=${TOKEN}\n`);
    write("b.txt", "nothing\n");
    commit("in");
    rmSync(path.join(folder(), "deep/a.env"));
    commit("out");
    expect(await secretsInHistory(folder(), "HEAD")).to.deep.equal([{ file: "deep/a.env", line: 1 }]);
    expect(await secretsInHistory(folder(), "HEAD", (name) => name.startsWith("deep/"))).to.deep.equal([]);
  });
  it("stops what is about to be committed, as it is staged and not as it lies there", () => {
    write("a.env", `TOKEN=${TOKEN}\n`);
    git("add", "-A");
    write("a.env", "TOKEN=\n");
    expect(secretsStaged(folder())).to.deep.equal([{ file: "a.env", line: 1 }]);
  });
  it("says of a folder without a repository that it is none", async () => {
    rmSync(path.join(folder(), ".git"), { recursive: true });
    let said = "";
    await secretsInHistory(folder(), "HEAD").catch((error: unknown) => (said = String(error)));
    expect(said).to.include("not a git repository");
    expect(() => historyOf(folder())).to.throw("git bundle");
  });
});

describe("the history in one file", () => {
  const folder = useFolder();
  it("is cloned without any server, at the same commit", () => {
    const git = (cwd: string, ...args: string[]) =>
      execFileSync("git", ["-c", "user.name=test", "-c", "user.email=test@example.com", ...args], {
        cwd,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }).trim();
    const source = path.join(folder(), "source");
    mkdirSync(source);
    git(source, "init", "-q");
    git(source, "commit", "-q", "--allow-empty", "-m", "known");
    const file = path.join(folder(), "platform.bundle");
    writeFileSync(file, historyOf(source));
    git(folder(), "clone", "-q", file, "clone");
    expect(git(path.join(folder(), "clone"), "rev-parse", "HEAD")).to.equal(git(source, "rev-parse", "HEAD"));
  });
});
