import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { cli } from "../orchestrator/cli/command-line";
import { useFolder } from "../support/folder";
import { project } from "../support/project";

interface Answer {
  exit: number;
  differences: { resource: string; path: string; left: string; right: string; reason?: string }[];
  unused: string[];
}

describe("parity of staging and production", function () {
  this.timeout(300_000);
  const folder = useFolder();

  async function parity(...environments: string[]): Promise<Answer> {
    const place = ["--state-dir", path.join(folder(), "state")];
    const common = ["--engine", "builtin", "--cluster", "embedded", "--json", ...place];
    const { exit, out, err } = await cli(folder(), "parity", ...environments, ...common);
    return { exit, ...(JSON.parse(out || `{"said":${JSON.stringify(err)}}`) as Omit<Answer, "exit">) };
  }
  beforeEach(() => project(folder()));

  it("differ as shipped only where the list says why, and the list says nothing that is not needed [B8.3] [B8.4]", async () => {
    const { exit, differences, unused } = await parity();
    expect(differences.filter(({ reason }) => reason === undefined)).to.deep.equal([]);
    expect(unused).to.deep.equal([]);
    expect(exit).to.equal(0);
  });
  it("is broken by another Kubernetes version in staging, which is named on both sides [B8.1]", async () => {
    const file = path.join(folder(), "Pulumi.staging.yaml");
    const settings = readFileSync(file, "utf8");
    expect(settings).to.include('version: "1.36"');
    writeFileSync(file, settings.replace('version: "1.36"', 'version: "1.35"'));
    const { exit, differences } = await parity();
    expect(exit).to.equal(1);
    expect(differences.filter(({ reason }) => reason === undefined)).to.deep.include({
      resource: "eks:index:Cluster cluster",
      path: "version",
      left: '"1.35"',
      right: '"1.36"',
    });
  });
  it("compares two environments, not one with itself", async () => {
    expect((await parity("dev", "dev")).exit).to.equal(2);
  });
});
