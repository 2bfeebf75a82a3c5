import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { APPS, readFolder } from "../../../../orchestrator/sandbox/operators/git";

describe("the rehearsal's Git", () => {
  let apps: string;
  before(() => {
    apps = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-git-"));
    fs.mkdirSync(path.join(apps, "one"));
    fs.writeFileSync(path.join(apps, "one", "b.yaml"), "kind: Service\n---\nkind: ConfigMap\n---\n");
    fs.writeFileSync(path.join(apps, "one", "a.yml"), "kind: Deployment\n");
    fs.writeFileSync(path.join(apps, "one", "notes.md"), "kind: Nothing\n");
  });
  after(() => fs.rmSync(apps, { recursive: true, force: true }));

  it("reads every document of a folder's manifests, and nothing else", () => {
    const kinds = readFolder(apps, "apps/one")?.objects.map(({ kind }) => kind);
    expect(kinds).to.deep.equal(["Deployment", "Service", "ConfigMap"]);
  });
  it("names a commit by its content", () => {
    const before = readFolder(apps, "apps/one")?.revision;
    expect(before).to.match(/^[0-9a-f]{40}$/);
    expect(readFolder(apps, "apps/one")?.revision).to.equal(before);
    fs.appendFileSync(path.join(apps, "one", "a.yml"), "metadata: {}\n");
    expect(readFolder(apps, "apps/one")?.revision).to.not.equal(before);
  });
  it("has no folder outside apps, and none that is not there", () => {
    for (const folder of ["apps/none", "elsewhere", "apps/../infra", "../apps/one"])
      expect(readFolder(apps, folder), folder).to.equal(undefined);
  });
  it("[A7.2] holds the project's own sample application", () => {
    const kinds = readFolder(APPS, "apps/demo")?.objects.map(({ kind }) => kind);
    expect(kinds).to.have.members(["Deployment", "PodDisruptionBudget", "Service"]);
  });
});
