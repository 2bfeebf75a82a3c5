import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { Arguments } from "../../../../../orchestrator/engine/builtin/command/arguments";
import { CommandContext } from "../../../../../orchestrator/engine/builtin/command/context";
import { CommandFailure } from "../../../../../orchestrator/engine/builtin/command/failure";
import { useFolder } from "../../../../support/folder";
import { CommandLine } from "../../../../support/command-line";
import { refusal } from "../../../../support/refusal";

const dev = new Arguments("test", ["--stack", "dev"], {});

describe("the context of a command", () => {
  const folder = useFolder();
  let line: CommandLine;
  beforeEach(() => {
    line = new CommandLine(folder());
  });

  it("finds the backend in the environment, else in the project", () => {
    expect(line.context().layout.root).to.equal(line.state);
    delete line.environment["PULUMI_BACKEND_URL"];
    writeFileSync(
      path.join(line.work, "Pulumi.yaml"),
      "name: proj\nruntime: nodejs\nbackend:\n  url: file:///elsewhere\n",
    );
    expect(line.context().layout.root).to.equal("/elsewhere");
  });

  it("is asked for a project only by what needs one", async () => {
    const nothing = () => undefined;
    const bare = new CommandContext(disk, folder(), line.environment, () => new Date(0), nothing, nothing);
    expect(bare.layout.root).to.equal(line.state);
    expect((await refusal(() => bare.project)).code).to.equal("no-project");
  });

  it("knows a stack that is not there, and one by its full name", async () => {
    expect(() => line.context().existing(dev))
      .to.throw(CommandFailure)
      .with.property("exitCode", 6);
    await line.create();
    const { project, stack } = line.context().existing(dev);
    expect([project, stack]).to.deep.equal(["proj", "dev"]);
    expect(line.context().stackFile("organization/proj/dev").exists()).to.equal(true);
  });

  it("reads the passphrase from the environment or a file; an empty one is one too, none at all is refused", async () => {
    const key = () => line.context().key(line.context().settings("dev", dev), undefined);
    const { salt } = await key();
    delete line.environment["PULUMI_CONFIG_PASSPHRASE"];
    expect((await refusal(key)).code).to.equal("no-passphrase");
    line.environment["PULUMI_CONFIG_PASSPHRASE_FILE"] = path.join(folder(), "absent");
    expect((await refusal(key)).code).to.equal("no-passphrase");
    writeFileSync(line.environment["PULUMI_CONFIG_PASSPHRASE_FILE"], "p\n");
    expect((await key()).salt).to.equal(salt);
    line.environment["PULUMI_CONFIG_PASSPHRASE"] = "";
    expect((await refusal(key)).code).to.equal("incorrect-passphrase");
  });

  it("makes a key where there is none, notes it once and keeps it", async () => {
    const settings = () => line.context().settings("dev", dev);
    const made = await line.context().key(settings(), undefined);
    expect(readFileSync(line.settingsFile, "utf8")).to.contain(`encryptionsalt: ${made.salt}`);
    expect((await line.context().key(settings(), undefined)).salt).to.equal(made.salt);
  });

  it("opens the state with the key the state names, though its settings have another", async () => {
    await line.create();
    const file = line.context().existing(dev);
    const named = file.stored()?.deployment.secrets_providers?.state.salt;
    const other = await Passphrase.create("p");
    writeFileSync(line.settingsFile, `encryptionsalt: ${other.salt}\n`);
    const context = line.context();
    expect((await context.vault(context.settings("dev", dev), file)).salt).to.equal(named);
    expect((await context.key(context.settings("dev", dev), file)).salt).to.equal(other.salt);
  });

  it("refuses secrets that are not encrypted by passphrase", async () => {
    writeFileSync(line.settingsFile, "secretsprovider: awskms://alias/key\n");
    const error = await refusal(() => line.context().key(line.context().settings("dev", dev), undefined));
    expect([error.code, error.kind]).to.deep.equal(["unsupported-secrets-provider", "usage"]);
    expect(error.message).to.contain("awskms");
  });
});
