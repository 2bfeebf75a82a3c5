import { readFileSync } from "node:fs";
import { expect } from "chai";
import { emptyDeployment, StackFile } from "../../../../../orchestrator/engine/builtin/backend/checkpoint";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import { Layout } from "../../../../../orchestrator/engine/builtin/backend/layout";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { saveWhole, StateRecorder } from "../../../../../orchestrator/engine/builtin/backend/state-recorder";
import { Vault } from "../../../../../orchestrator/engine/builtin/backend/vault";
import { useFolder } from "../../../../support/folder";
import { stateOf } from "../../../../support/states";

const now = () => new Date("2026-01-02T03:04:05Z");
const [a, b] = [stateOf("a"), stateOf("b")];

describe("the record of an operation's state", () => {
  const folder = useFolder();
  let vault: Vault;
  before(async () => {
    vault = new Vault(await Passphrase.create("p"));
  });

  async function recording() {
    const file = new StackFile(disk, new Layout(folder()), "proj", "dev");
    file.write(emptyDeployment(vault.salt, now()));
    const { snapshot, fingerprint } = file.snapshot(vault);
    const recorded = { files: disk, file, vault, now };
    return { file, recorded, writer: await StateRecorder.open(recorded, snapshot, fingerprint) };
  }

  it("keeps each step beside the state file, which does not change meanwhile", async () => {
    const { file, writer } = await recording();
    const before = readFileSync(file.file, "utf8");
    await writer.commit({ put: [a] }, await writer.begin({ type: "creating", resource: a }));
    await writer.begin({ type: "creating", resource: b });
    await writer.close();
    expect(readFileSync(file.file, "utf8")).to.equal(before);
    const { snapshot, recovered } = file.snapshot(vault);
    expect(snapshot).to.deep.equal({ resources: [a], pending: [{ type: "creating", resource: b }] });
    expect(recovered).to.equal(true);
  });

  it("makes the state file whole at a standstill, and goes on from there", async () => {
    const { file, writer } = await recording();
    await writer.commit({ put: [a] }, await writer.begin({ type: "creating", resource: a }));
    await writer.standstill({ resources: [a], pending: [] });
    expect(file.snapshot(vault)).to.deep.include({ snapshot: { resources: [a], pending: [] }, recovered: false });
    const larger = { ...a, inputs: { size: 2 } };
    await writer.commit({ swap: [[a, larger]] });
    await writer.commit({ put: [b] }, await writer.begin({ type: "creating", resource: b }));
    await writer.close();
    expect(file.snapshot(vault).snapshot).to.deep.equal({ resources: [b, larger], pending: [] });
  });

  it("saves what is finished behind what it stands on", async () => {
    const { file, recorded, writer } = await recording();
    await writer.close();
    const above = stateOf("above", {}, { parent: b.urn });
    expect(saveWhole(recorded, { resources: [above, b], pending: [] }).whole.resources).to.deep.equal([b, above]);
    expect(file.snapshot(vault).snapshot.resources).to.deep.equal([b, above]);
  });
});
