import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { checkOrder, emptyDeployment, StackFile } from "../../../../../orchestrator/engine/builtin/backend/checkpoint";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import { JournalWriter } from "../../../../../orchestrator/engine/builtin/backend/journal";
import { Layout } from "../../../../../orchestrator/engine/builtin/backend/layout";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { Vault } from "../../../../../orchestrator/engine/builtin/backend/vault";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { useFolder } from "../../../../support/folder";
import { refusal } from "../../../../support/refusal";
import { diskThatRefuses, MemoryAppender, noSpace, stateOf, urnOf } from "../../../../support/states";

const now = new Date("2026-01-02T03:04:05Z");

describe("a stack's state file", () => {
  const folder = useFolder();
  let vault: Vault;
  before(async () => {
    vault = new Vault(await Passphrase.create("p"));
  });
  const stackFile = (files = disk) => new StackFile(files, new Layout(folder()), "proj", "dev");
  const written = (...names: string[]) => {
    const file = stackFile();
    file.write(emptyDeployment(vault.salt, now));
    if (names.length > 0) file.save({ resources: names.map((name) => stateOf(name)), pending: [] }, vault, now);
    return file;
  };

  it("lies where the CLI looks for it, in the CLI's format", () => {
    const file = written();
    file.save(
      {
        resources: [stateOf("a", { password: secret("x") }, { protect: false, dependencies: [] })],
        pending: [{ type: "creating", resource: stateOf("b") }],
      },
      vault,
      now,
    );
    const place = path.join(folder(), ".pulumi", "stacks", "proj", "dev.json");
    expect(file.file).to.equal(place);
    const stored = JSON.parse(readFileSync(place, "utf8"));
    expect(stored.version).to.equal(3);
    expect(stored.checkpoint.stack).to.equal("organization/proj/dev");
    const { manifest, secrets_providers, resources, pending_operations } = stored.checkpoint.latest;
    expect(manifest).to.deep.equal({
      time: now.toISOString(),
      // sha256 of "v3.260.0", without which the CLI calls the state tampered with.
      magic: "7dff0d166258e7f1d265e8e044021ea087795d58a0c6415ab6fe8b7c790e447f",
      version: "v3.260.0",
    });
    expect(secrets_providers).to.deep.equal({ type: "passphrase", state: { salt: vault.salt } });
    expect(Object.keys(resources[0])).to.have.members(["urn", "custom", "type", "id", "inputs", "outputs"]);
    expect(resources[0].inputs.password).to.have.all.keys("4dabf18193072939515e22adb298388d", "ciphertext");
    expect(pending_operations).to.deep.equal(
      [{ resource: { ...stateOf("b"), inputs: undefined, outputs: undefined }, type: "creating" }].map(
        ({ resource, type }) => ({ resource: JSON.parse(JSON.stringify(resource)), type }),
      ),
    );
    expect(existsSync(`${place}.bak`)).to.equal(true);
  });

  it("reads back what it wrote", () => {
    const resources = [stateOf("a", { password: secret(["x", 1]) }), stateOf("b", { n: 1 }, { parent: urnOf("a") })];
    const pending = [{ type: "updating" as const, resource: stateOf("b") }];
    const file = written();
    file.save({ resources, pending }, vault, now);
    expect(file.snapshot(vault)).to.deep.include({ snapshot: { resources, pending }, recovered: false });
  });

  for (const [what, text] of [
    ["empty", ""],
    ["truncated", '{"version":3,"checkpoint":{"stack":"organization/pro'],
    ["of no known version", '{"version":2,"checkpoint":{}}'],
    ["without a checkpoint", '{"version":3}'],
  ] as const) {
    it(`is refused by name and left alone when it is ${what}`, async () => {
      const file = written();
      writeFileSync(file.file, text);
      const error = await refusal(() => file.snapshot(vault));
      expect(error.code).to.equal("state-corrupt");
      expect(error.message).to.contain(file.file);
      expect(readFileSync(file.file, "utf8")).to.equal(text);
    });
  }

  it("with format 4 is left to the CLI", async () => {
    const file = written();
    writeFileSync(file.file, '{"version":4,"features":["taint"],"checkpoint":{"stack":"x","latest":{}}}');
    expect((await refusal(() => file.snapshot(vault))).code).to.equal("state-too-new");
  });

  it("is what a killed run recorded beside it, until the next run folds that in [A21.3]", async () => {
    const file = written("a");
    const base = file.snapshot(vault);
    const appender = new MemoryAppender();
    const writer = new JournalWriter(appender, file.journalFile, vault, base.snapshot, base.fingerprint);
    await writer.commit({ put: [stateOf("b")] });
    await writer.begin({ type: "creating", resource: stateOf("c") });
    writeFileSync(file.journalFile, appender.text);

    const after = file.snapshot(vault);
    expect(after.recovered).to.equal(true);
    expect(after.snapshot.resources.map(({ id }) => id)).to.have.members(["id-a", "id-b"]);
    expect(after.snapshot.pending.map(({ resource }) => resource.id)).to.deep.equal(["id-c"]);

    file.save(after.snapshot, vault, now);
    expect(existsSync(file.journalFile)).to.equal(false);
    expect(file.snapshot(vault)).to.deep.include({ snapshot: after.snapshot, recovered: false });
  });

  it("ignores a journal it has already taken in, as a kill between the two leaves it [A21.3]", async () => {
    const file = written("a");
    const base = file.snapshot(vault);
    const appender = new MemoryAppender();
    const writer = new JournalWriter(appender, file.journalFile, vault, base.snapshot, base.fingerprint);
    await writer.commit({ put: [stateOf("b")] });
    writeFileSync(file.journalFile, appender.text);
    const { snapshot } = file.snapshot(vault);
    file.save(snapshot, vault, now);
    writeFileSync(file.journalFile, appender.text);
    expect(file.snapshot(vault)).to.deep.include({ snapshot, recovered: false });
  });

  it("refuses a journal that belongs to neither this nor the former checkpoint", async () => {
    const file = written("a");
    const appender = new MemoryAppender();
    const writer = new JournalWriter(appender, file.journalFile, vault, { resources: [], pending: [] }, "f".repeat(64));
    await writer.commit({ put: [stateOf("b")] });
    writeFileSync(file.journalFile, appender.text);
    const error = await refusal(() => file.snapshot(vault));
    expect(error.message).to.contain(file.journalFile).and.contain("belongs to another checkpoint");
  });

  it("stays as it was when the disk is full, and the journal with it [A21.3]", async () => {
    const file = written("a");
    const before = readFileSync(file.file, "utf8");
    writeFileSync(file.journalFile, "journal");
    const full = stackFile(diskThatRefuses((name) => name === file.file, noSpace));
    let failure: unknown;
    try {
      full.save({ resources: [], pending: [] }, vault, now);
    } catch (error) {
      failure = error;
    }
    expect(failure).to.have.property("code", "ENOSPC");
    expect(readFileSync(file.file, "utf8")).to.equal(before);
    expect(readFileSync(file.journalFile, "utf8")).to.equal("journal");
  });

  describe("is not written when it would break a rule of the format:", () => {
    const provider = { ...stateOf("prov"), type: "pulumi:providers:x", urn: urnOf("prov", "pulumi:providers:x") };
    const cases = {
      "a child before its parent": [stateOf("child", {}, { parent: urnOf("late") }), stateOf("late")],
      "a user before its provider": [stateOf("user", {}, { provider: `${provider.urn}::id-prov` }), provider],
      "a dependent before its dependency": [stateOf("user", {}, { dependencies: [urnOf("late")] }), stateOf("late")],
      "a dependent by property before its dependency": [
        stateOf("user", {}, { propertyDependencies: { size: [urnOf("late")] } }),
        stateOf("late"),
      ],
      "something deleted with what comes later": [stateOf("user", {}, { deletedWith: urnOf("late") }), stateOf("late")],
      "a missing parent": [stateOf("child", {}, { parent: urnOf("nowhere") })],
      "one URN twice": [stateOf("a"), stateOf("a")],
      "a component with an id": [stateOf("a", {}, { custom: false })],
    };
    for (const [what, resources] of Object.entries(cases)) {
      it(what, async () => {
        const file = written("before");
        const text = readFileSync(file.file, "utf8");
        const error = await refusal(() => file.save({ resources, pending: [] }, vault, now));
        expect(error.code).to.equal("state-invalid");
        expect(readFileSync(file.file, "utf8")).to.equal(text);
      });
    }

    it("but one URN may stand beside its replaced self", () => {
      checkOrder([stateOf("a"), stateOf("a", {}, { delete: true, id: "old" })]);
    });
  });
});
