import { execFileSync } from "node:child_process";
import os from "node:os";
import { expect } from "chai";
import { actor } from "../../../orchestrator/cli/actor";
import { useFolder } from "../../support/folder";

describe("the writer of a ledger entry", () => {
  const folder = useFolder();
  it("is whom Git knows", () => {
    execFileSync("git", ["init", "-q"], { cwd: folder() });
    execFileSync("git", ["config", "user.email", "ann@example.com"], { cwd: folder() });
    expect(actor(folder())).to.equal("ann@example.com");
  });
  it("is user and machine where Git knows nobody", () => {
    execFileSync("git", ["init", "-q"], { cwd: folder() });
    execFileSync("git", ["config", "user.email", ""], { cwd: folder() });
    expect(actor(folder())).to.equal(`${os.userInfo().username}@${os.hostname()}`);
  });
});
