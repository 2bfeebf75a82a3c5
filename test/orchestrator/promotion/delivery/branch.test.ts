import { existsSync, readdirSync } from "node:fs";
import os from "node:os";
import { expect } from "chai";
import { openBranch, withRevision, type Branch } from "../../../../orchestrator/promotion/delivery/branch";
import { deliverySchema } from "../../../../orchestrator/promotion/delivery/settings";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";
import { application, repository } from "./world";

const [one, two, three] = ["a", "b", "c"].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];
const [first, second] = ["1a".repeat(20), "2b".repeat(20)] as [string, string];

describe("the branch applications are delivered from", function () {
  this.timeout(60_000);
  const folder = useFolder();
  let open: Branch[];
  beforeEach(() => (open = []));
  afterEach(() => open.forEach((branch) => branch.close()));

  const remote = () =>
    repository(folder(), {
      "apps/root/production/demo.yaml": application("demo", "v1.0.0", "apps/demo"),
      "apps/root/production/shop.yaml": application("shop", "v1.0.0", "apps/shop"),
      "apps/root/production/README.md": "words\n",
      "apps/root/staging/demo.yaml": application("demo", "main", "apps/demo"),
      "apps/root/production/migrations/0001.sql": "create table a ();\n",
    });
  const branchOf = (repository: string) => {
    const branch = openBranch(deliverySchema.parse({ repository, branch: "main" }), "ada@example.com");
    open.push(branch);
    return branch;
  };

  it("brings every Application of the environment to the release's commit, in one commit that says so [D1.7] [D1.8]", () => {
    const git = remote();
    const branch = branchOf(git.bare);
    const commit = branch.set("production", one, first);
    for (const name of ["demo", "shop"]) {
      const text = git.read(`apps/root/production/${name}.yaml`);
      expect(text).to.include(`targetRevision: ${first} # what runs`).and.include(`# ${name}, as its team declares it`);
    }
    expect(git.read("apps/root/staging/demo.yaml")).to.include("targetRevision: main");
    expect(git.message()).to.include("production: release aaaaaaaaaaaa").and.include(`Slipway-Release: ${one}`);
    expect(branch.look("production")).to.include({ commit, release: one });
    expect(branch.look("staging").release).to.equal(undefined);
  });
  it("writes once what is there already, and once more for another release of the same commit", () => {
    const git = remote();
    const branch = branchOf(git.bare);
    branch.set("production", one, first);
    branch.set("production", one, first);
    expect(git.log()).to.have.length(2);
    branch.set("production", two, first);
    expect(git.log()).to.have.length(3);
    expect(branch.look("production").release).to.equal(two);
  });
  it("goes back to what a release had brought, whoever changed it since; other environments stay [D6.2]", () => {
    const git = remote();
    const branch = branchOf(git.bare);
    branch.set("production", one, first);
    const tree = git.tree("apps/root/production");
    branch.set("production", two, second);
    git.commit("a hand's work", {
      "apps/root/production/shop.yaml": undefined,
      "apps/root/production/new.yaml": application("new", "main", "apps/new"),
      "apps/root/staging/demo.yaml": application("demo", "next", "apps/demo"),
    });
    const commit = branch.revert("production", one);
    expect(git.tree("apps/root/production")).to.equal(tree);
    expect(git.read("apps/root/staging/demo.yaml")).to.include("targetRevision: next");
    expect(git.message()).to.include("production: back to release aaaaaaaaaaaa");
    expect(git.message().match(/This reverts commit/g)).to.have.length(2);
    expect(branch.look("production")).to.include({ commit, release: one });
    expect(git.log(), "history is never rewritten").to.have.length(5);
  });
  it("never takes a schema back [D3.9]", () => {
    const git = remote();
    const branch = branchOf(git.bare);
    branch.set("production", one, first);
    git.commit("a migration", {
      "apps/root/production/migrations/0002.sql": "alter table a add b int;\n",
      "apps/root/production/migration-job.yaml": "kind: Job\n",
    });
    branch.set("production", two, second);
    branch.revert("production", one);
    expect(git.read("apps/root/production/migrations/0002.sql")).to.include("alter table");
    expect(git.read("apps/root/production/migration-job.yaml")).to.include("Job");
    expect(git.read("apps/root/production/demo.yaml")).to.include(first);
    expect(git.message()).to.include("a schema never goes back").and.include("0002.sql");
  });
  it("reverts once: run again after a kill, there is nothing left to do", () => {
    const git = remote();
    const branch = branchOf(git.bare);
    branch.set("production", one, first);
    branch.set("production", two, second);
    const commit = branch.revert("production", one);
    expect(branch.revert("production", one)).to.equal(commit);
    expect(branchOf(git.bare).revert("production", one)).to.equal(commit);
  });
  it("puts its commit on top of what somebody else pushed meanwhile", () => {
    const git = remote();
    const [mine, theirs] = [branchOf(git.bare), branchOf(git.bare)];
    theirs.set("staging", one, first);
    mine.set("production", two, second);
    git.commit("somebody else's", { "apps/demo/x.yaml": "a: 1\n" });
    mine.revert("production", two);
    theirs.set("staging", three, second);
    expect(git.read("apps/root/production/demo.yaml")).to.include(second);
    expect(git.read("apps/root/staging/demo.yaml")).to.include(second);
  });
  it("refuses a release it never had, a folder without applications and a repository that is none, and leaves nothing behind", async () => {
    const git = remote();
    const before = readdirSync(os.tmpdir()).filter((name) => name.startsWith("slipway-delivery-"));
    const branch = branchOf(git.bare);
    expect((await refusal(() => branch.revert("production", one))).code).to.equal("release-not-in-git");
    expect((await refusal(() => branch.set("dev", one, first))).code).to.equal("no-applications");
    const absent = await refusal(() => branchOf("https://user:s3cret@127.0.0.1:1/absent.git"));
    expect(absent.code).to.equal("delivery-failed");
    expect(absent.message).to.not.include("s3cret");
    branch.close();
    const after = readdirSync(os.tmpdir()).filter((name) => name.startsWith("slipway-delivery-"));
    expect(after.filter((name) => !before.includes(name))).to.deep.equal([]);
    expect(existsSync(git.bare)).to.equal(true);
  });
  it("changes the revision of Applications and of nothing else in a file", () => {
    const other = "kind: ConfigMap\ndata:\n  targetRevision: v0\n";
    const text = `${application("a", "v1", "x")}---\n${other}`;
    expect(withRevision(text, "v2")).to.equal(`${application("a", "v2", "x")}---\n${other}`);
  });
});
