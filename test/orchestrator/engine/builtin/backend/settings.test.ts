import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { readProject, resolve, StackSettings } from "../../../../../orchestrator/engine/builtin/backend/settings";
import { useFolder } from "../../../../support/folder";
import { refusal } from "../../../../support/refusal";

describe("the settings files of a project", () => {
  const folder = useFolder();
  const settingsOf = (text: string) => {
    writeFileSync(path.join(folder(), "Pulumi.dev.yaml"), text);
    return StackSettings.at(disk, folder(), "dev", undefined);
  };
  const text = () => readFileSync(path.join(folder(), "Pulumi.dev.yaml"), "utf8");

  it("keep their comments when a value is written", () => {
    const settings = settingsOf("# who owns this\nconfig:\n  # the size\n  proj:size: small # for now\n");
    settings.set("proj:color", "red");
    settings.save();
    expect(text()).to.equal(
      "# who owns this\nconfig:\n  # the size\n  proj:size: small # for now\n  proj:color: red\n",
    );
  });

  it("give keys without a prefix to the project", () => {
    const values = settingsOf("config:\n  size: 3\n  aws:region: eu-west-1\n").values("proj");
    expect([...values]).to.deep.equal([
      ["proj:size", 3],
      ["aws:region", "eu-west-1"],
    ]);
  });

  it("may be missing or empty", () => {
    expect(StackSettings.at(disk, folder(), "none", undefined).values("proj").size).to.equal(0);
    expect(settingsOf("").values("proj").size).to.equal(0);
  });

  it("may lie elsewhere (--config-file)", () => {
    writeFileSync(path.join(folder(), "other.yaml"), "config:\n  proj:size: 7\n");
    expect(StackSettings.at(disk, folder(), "dev", "other.yaml").values("proj").get("proj:size")).to.equal(7);
  });

  it("are refused with the file's name when they are no YAML", async () => {
    const error = await refusal(() => settingsOf("config: [\n"));
    expect(error.code).to.equal("bad-yaml");
    expect(error.message).to.contain("Pulumi.dev.yaml");
  });

  it("lose the config section with its last value", () => {
    const settings = settingsOf("encryptionsalt: v1:x\nconfig:\n  proj:size: 3\n");
    settings.remove("proj:size");
    settings.save();
    expect(text()).to.equal("encryptionsalt: v1:x\n");
  });

  describe("hold values", () => {
    let key: Passphrase;
    before(async () => {
      key = await Passphrase.create("p");
    });

    it("as the text a program sees", () => {
      expect(resolve(3, key)).to.deep.equal({ value: "3", secret: false });
      expect(resolve(true, key)).to.deep.equal({ value: "true", secret: false });
      expect(resolve("012", key)).to.deep.equal({ value: "012", secret: false });
    });

    it("encrypted, whole or nested, and undisclosed without the key", () => {
      const secure = { secure: key.encrypt("hush") };
      expect(resolve(secure, key)).to.deep.equal({ value: "hush", secret: true });
      expect(resolve(secure, undefined)).to.deep.equal({ value: "[secret]", secret: true });
      const nested = { user: "ann", keys: [{ private: secure }] };
      expect(resolve(nested, key)).to.deep.equal({
        value: '{"user":"ann","keys":[{"private":"hush"}]}',
        secret: true,
        object: { user: "ann", keys: [{ private: "hush" }] },
      });
      expect(resolve(nested, undefined).value).to.not.contain("hush");
    });
  });

  it("name the project, its runtime and its backend", () => {
    writeFileSync(
      path.join(folder(), "Pulumi.yaml"),
      "name: proj\nruntime:\n  name: nodejs\n  options: {}\nmain: infra\nbackend:\n  url: file:///state\n",
    );
    expect(readProject(disk, folder())).to.deep.equal({
      name: "proj",
      runtime: "nodejs",
      main: "infra",
      backendUrl: "file:///state",
    });
  });

  it("must be there for a project", async () => {
    expect((await refusal(() => readProject(disk, folder()))).code).to.equal("no-project");
    writeFileSync(path.join(folder(), "Pulumi.yaml"), "runtime: nodejs\n");
    expect((await refusal(() => readProject(disk, folder()))).code).to.equal("bad-project");
  });
});
