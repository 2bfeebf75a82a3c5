import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { DECIDING, fingerprint } from "../../../orchestrator/rollout/fingerprint";
import { useFolder } from "../../support/folder";
import { root } from "../../support/pulumi";

describe("the fingerprint of an environment", () => {
  const folder = useFolder();
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder(), file)), { recursive: true });
    writeFileSync(path.join(folder(), file), text);
  };
  const of = (environment = "dev") => fingerprint(folder(), environment);
  beforeEach(() => {
    write("infra/phases/01-network.ts", "a");
    write("policy/rule.ts", "b");
    write("package-lock.json", "{}");
    write("Pulumi.yaml", "name: slipway");
    write("Pulumi.dev.yaml", "config: {}");
    write("Pulumi.staging.yaml", "config: {}");
  });

  it("stays while nothing changes, in any folder", () => {
    expect(of())
      .to.match(/^[0-9a-f]{64}$/)
      .and.equal(of());
  });
  for (const [what, file] of [
    ["the program", "infra/phases/01-network.ts"],
    ["a new file of the program", "infra/phases/07-more.ts"],
    ["the policy", "policy/rule.ts"],
    ["a dependency", "package-lock.json"],
    ["the project", "Pulumi.yaml"],
    ["the settings", "Pulumi.dev.yaml"],
  ] as const)
    it(`is another one with ${what}`, () => {
      const before = of();
      write(file, "changed");
      expect(of()).to.not.equal(before);
    });
  it("does not change with another environment's settings, tests or documents", () => {
    const before = of();
    for (const file of ["Pulumi.staging.yaml", "test/a.test.ts", "docs/a.md", "policy/node_modules/x/index.js"])
      write(file, "changed");
    expect(of()).to.equal(before);
  });
  it("is another one when text moves from one file to the next", () => {
    write("infra/a", "12");
    write("infra/b", "3");
    const before = of();
    write("infra/a", "1");
    write("infra/b", "23");
    expect(of()).to.not.equal(before);
  });
  it("follows a folder that is a link", () => {
    const before = of();
    write("elsewhere/phases/01-network.ts", "changed");
    rmSync(path.join(folder(), "infra"), { recursive: true });
    symlinkSync(path.join(folder(), "elsewhere"), path.join(folder(), "infra"));
    expect(of()).to.not.equal(before);
  });
  it("can be had of a folder that lacks some of it", () => {
    rmSync(path.join(folder(), "infra"), { recursive: true });
    expect(of()).to.match(/^[0-9a-f]{64}$/);
  });
  it("is made of what there is in this project", () => {
    for (const entry of DECIDING) {
      const found = fingerprint(root, "dev");
      expect(found, entry).to.match(/^[0-9a-f]{64}$/);
    }
  });
});
