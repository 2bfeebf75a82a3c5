import { mkdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { examineMachine } from "../../../orchestrator/doctor/machine";
import { useFolder } from "../../support/folder";
import { absent, expectRemedies, missing, says } from "./fixture";

describe("what the doctor asks of this machine", () => {
  const folder = useFolder();
  const machine = (changed: object = {}) =>
    examineMachine({
      root: folder(),
      stateDirectory: path.join(folder(), "state"),
      target: "rehearsal",
      nodeVersion: "24.21.0",
      variables: {},
      shell: says("1a2b3c4"),
      ...changed,
    });

  it("finds nothing missing on a good machine [A0.1]", async () => {
    expect(missing(await machine())).to.deep.equal([]);
  });

  it("names an old Node [A0.3]", async () => {
    const items = await machine({ nodeVersion: "20.1.0" });
    expect(missing(items)).to.deep.equal(["Node"]);
    expectRemedies(items);
  });

  it("names a missing Git and a missing repository apart [A0.1]", async () => {
    const without = await machine({ shell: absent });
    const outside = await machine({ shell: says("fatal", { ok: false }) });
    expect(missing(without)).to.deep.equal(["Git repository"]);
    expect(without[1]?.detail).to.include("git is not installed");
    expect(outside[1]?.detail).to.include("is not a Git repository");
    expectRemedies([...without, ...outside]);
  });

  it("names a state directory that cannot be had", async () => {
    writeFileSync(path.join(folder(), "file"), "");
    const items = await machine({ stateDirectory: path.join(folder(), "file", "state") });
    expect(missing(items)).to.deep.equal(["state directory"]);
    expectRemedies(items);
  });

  it("asks for a passphrase only where a real stack needs it", async () => {
    expect(missing(await machine({ target: "aws" }))).to.deep.equal(["secrets passphrase"]);
    const variables = { PULUMI_CONFIG_PASSPHRASE_FILE: "/secret" };
    expect(missing(await machine({ target: "aws", variables }))).to.deep.equal([]);
  });

  for (const [version, fits] of Object.entries({ "22.19.0": true, "22.18.9": false, "23.0.0": true, "9.99.0": false }))
    it(`takes Node ${version} for ${fits ? "new" : "old"} enough [A0.3]`, async () =>
      expect(missing(await machine({ nodeVersion: version }))).to.deep.equal(fits ? [] : ["Node"]));

  it("makes the state directory for its owner alone, and asks Git of the project's own folder", async () => {
    const asked: string[] = [];
    await machine({
      shell: (command: string, args: readonly string[]) => {
        asked.push([command, ...args].join(" "));
        return says("1a2b3c4")(command, args);
      },
    });
    expect(asked).to.deep.equal([`git -C ${folder()} rev-parse --short HEAD`]);
    expect(statSync(path.join(folder(), "state")).mode & 0o777).to.equal(0o700);
  });

  it("never tells what the passphrase is", async () => {
    const items = await machine({ target: "aws", variables: { PULUMI_CONFIG_PASSPHRASE: "hush-hush" } });
    expect(JSON.stringify(items)).to.not.include("hush-hush");
  });

  it("asks for room where the state directory is or will be", async () => {
    mkdirSync(path.join(folder(), "there"));
    const items = await machine({ stateDirectory: path.join(folder(), "there", "not", "yet") });
    expect(items.find(({ name }) => name === "free disk")?.detail).to.match(/^\d+ MiB$/);
  });
});
