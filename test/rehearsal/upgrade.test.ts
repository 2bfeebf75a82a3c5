import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { cli } from "../orchestrator/cli/command-line";
import { useFolder } from "../support/folder";
import { project } from "../support/project";

const SETTINGS = "Pulumi.staging.yaml";

interface Report {
  environments: { name: string; steps: { id: string; status: string; changes?: Record<string, number> }[] }[];
}

describe("a minor upgrade of staging", function () {
  this.timeout(900_000);
  const folder = useFolder();

  async function slipway(...args: string[]): Promise<{ exit: number; said: string; report: Report }> {
    const place = ["--state-dir", path.join(folder(), "state")];
    const common = ["--engine", "builtin", "--cluster", "embedded", "--json", ...place];
    const { exit, out, err } = await cli(folder(), ...args, ...common);
    return { exit, said: err, report: JSON.parse(out || "{}") as Report };
  }
  const bootstrap = (to: number) => slipway("bootstrap", "--environment", "staging", "--to", String(to));
  const settle = (from: string, to: string) => {
    const file = path.join(folder(), SETTINGS);
    const text = readFileSync(file, "utf8");
    expect(text).to.include(from);
    writeFileSync(file, text.replace(from, to));
  };
  const changed = ({ environments }: Report, phase: string) =>
    environments.flatMap(({ steps }) => steps).find(({ id }) => id === `staging/up/${phase}`)?.changes ?? {};

  beforeEach(() => project(folder()));

  it("goes from 1.35 to 1.36, control plane first and nodes after it, and ends healthy [A18.2] [H1.5]", async () => {
    settle('version: "1.36"', 'version: "1.35"');
    const before = await bootstrap(6);
    expect(before.exit, before.said).to.equal(0);

    settle('version: "1.35"', 'version: "1.36"\n    nodeVersion: "1.35"');
    // Nodes and what runs on them are not its turn.
    const control = await bootstrap(3);
    expect(control.exit, control.said).to.equal(0);
    expect(changed(control.report, "Cluster")).to.include.keys("update");
    expect(changed(control.report, "NodePools")).to.not.include.keys("update");

    settle('\n    nodeVersion: "1.35"', "");
    const nodes = await bootstrap(6);
    expect(nodes.exit, nodes.said).to.equal(0);
    expect(changed(nodes.report, "NodePools")).to.include.keys("update");
  });
});
