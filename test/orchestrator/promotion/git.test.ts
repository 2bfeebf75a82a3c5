import path from "node:path";
import { expect } from "chai";
import { openRepository, treeDigest } from "../../../orchestrator/promotion/git";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { commitAll, git, makeProject, write } from "./project";

describe("the repository of a release", () => {
  const folder = useFolder();

  it("names commits in full and says which are unknown", async () => {
    const commit = makeProject(folder());
    expect(openRepository(folder()).commit("HEAD")).to.equal(commit);
    expect(openRepository(folder()).commit(commit.slice(0, 10))).to.equal(commit);
    const { code, fix } = await refusal(() => openRepository(folder()).commit("--all"));
    expect(code).to.equal("commit-unknown");
    expect(fix).to.include("git fetch");
  });

  it("says what to do outside a repository", async () => {
    const { code, kind } = await refusal(() => openRepository(folder()).changed("HEAD", ["infra"]));
    expect(code).to.equal("git-failed");
    expect(kind).to.equal("usage");
  });

  it("reads the committed bytes, whatever lies in the folder", () => {
    const commit = makeProject(folder());
    write(folder(), { "infra/index.ts": "changed", "infra/new.ts": "new" });
    const files = openRepository(folder()).files(commit, ["infra"]);
    expect(files.map((file) => file.path)).to.deep.equal(["infra/index.ts", "infra/phases/01-network.ts"]);
    expect(files[0]?.bytes.toString()).to.equal("export default 1;\n");
  });

  it("reads empty files, binary files and names with spaces and tabs", () => {
    makeProject(folder());
    write(folder(), { "infra/empty": "", "infra/a b\tc": "\u0000\n\u0000" });
    const files = openRepository(folder()).files(commitAll(folder(), "ada@example.com", "odd names"), ["infra"]);
    const texts = Object.fromEntries(files.map((file) => [file.path, file.bytes.toString()]));
    expect(texts["infra/empty"]).to.equal("");
    expect(texts["infra/a b\tc"]).to.equal("\u0000\n\u0000");
  });

  it("names files that differ from the commit: changed, staged, deleted and new ones", () => {
    const commit = makeProject(folder());
    const repository = openRepository(folder());
    expect(repository.changed(commit, ["infra", "policy"])).to.deep.equal([]);
    write(folder(), { "infra/index.ts": "changed", "infra/new.ts": "new", "docs/page.md": "not asked for" });
    git(folder(), "ada@example.com", "rm", "-q", "policy/config/dev.json");
    expect(repository.changed(commit, ["infra", "policy"])).to.deep.equal([
      "infra/index.ts",
      "infra/new.ts",
      "policy/config/dev.json",
    ]);
  });

  it("sees a later commit as a difference only where it touched what was asked for", () => {
    const commit = makeProject(folder());
    write(folder(), { "docs/page.md": "words" });
    commitAll(folder(), "ada@example.com", "words");
    expect(openRepository(folder()).changed(commit, ["infra"])).to.deep.equal([]);
    write(folder(), { "infra/index.ts": "changed" });
    commitAll(folder(), "ada@example.com", "a change");
    expect(openRepository(folder()).changed(commit, ["infra"])).to.deep.equal(["infra/index.ts"]);
  });

  it("works from a folder inside the repository", () => {
    const root = path.join(folder(), "platform");
    git(folder(), "ada@example.com", "init", "-q");
    const commit = makeProject(root);
    const repository = openRepository(root);
    write(root, { "infra/index.ts": "changed" });
    expect(repository.files(commit, ["infra"]).map((file) => file.path)).to.include("infra/index.ts");
    expect(repository.changed(commit, ["infra"])).to.deep.equal(["infra/index.ts"]);
  });

  it("knows everyone who wrote what came after, co-authors and makers of merges included [D2.3]", () => {
    const since = makeProject(folder(), "old@example.com");
    commitAll(folder(), "Bea@Example.com", "one\n\nCo-authored-by: Cleo Example <cleo@example.com>");
    git(folder(), "dan@example.com", "checkout", "-q", "-b", "side", since);
    commitAll(folder(), "dan@example.com", "two");
    git(folder(), "eve@example.com", "checkout", "-q", "main");
    git(folder(), "eve@example.com", "merge", "-q", "--no-ff", "-m", "merge", "side");
    const repository = openRepository(folder());
    expect(repository.authors(repository.commit("HEAD"), since)).to.deep.equal([
      "bea@example.com",
      "cleo@example.com",
      "dan@example.com",
      "eve@example.com",
    ]);
    expect(repository.authors(since, undefined)).to.deep.equal(["old@example.com"]);
  });

  it("refuses a shallow clone, where an author may be missing [D2.3]", async () => {
    const origin = path.join(folder(), "origin");
    makeProject(origin, "old@example.com");
    const commit = commitAll(origin, "new@example.com", "more");
    const clone = path.join(folder(), "clone");
    git(folder(), "x@example.com", "clone", "-q", "--depth", "1", `file://${origin}`, clone);
    const { code, fix } = await refusal(() => openRepository(clone).authors(commit, undefined));
    expect(code).to.equal("history-cut");
    expect(fix).to.include("--unshallow");
  });

  it("gives two different trees two digests, also where their bytes run together alike", () => {
    const file = (path: string, text: string, mode = "100644") => ({ path, mode, bytes: Buffer.from(text) });
    const trees = [
      [file("a", "bc")],
      [file("ab", "c")],
      [file("a", "b"), file("c", "")],
      [file("a", "bc", "100755")],
      [],
    ];
    expect(new Set(trees.map(treeDigest)).size).to.equal(trees.length);
  });
});
