import { expect } from "chai";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { disclosedState, Vault } from "../../../../../orchestrator/engine/builtin/backend/vault";
import { SECRET, SIGNATURE, type Properties } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { refusal } from "../../../../support/refusal";
import { stateOf } from "../../../../support/states";

describe("the vault of a stack's secrets", () => {
  let key: Passphrase;
  before(async () => {
    key = await Passphrase.create("p");
  });
  const properties: Properties = { password: secret("hush"), list: [{ pin: secret(1234) }], open: "shown" };

  it("gives back what it sealed, at any depth and of any type, and shows none of it sealed", () => {
    const sealed = new Vault(key).seal(properties);
    expect(JSON.stringify(sealed)).to.contain("shown");
    expect(JSON.stringify(sealed)).to.not.match(/hush|1234/);
    expect(new Vault(key).open(sealed)).to.deep.equal(properties);
  });

  it("gives back a secret inside a secret", () => {
    const nested = { outer: secret({ inner: secret("hush"), open: 1 }) };
    const vault = new Vault(key);
    const sealed = vault.seal(nested);
    expect(new Vault(key).open(sealed)).to.deep.equal(nested);
    expect(vault.seal(vault.open(sealed))).to.deep.equal(sealed);
  });

  it("keeps the ciphertext of a secret that has not changed, so that states stay comparable", () => {
    const stored = new Vault(key).seal(properties);
    const vault = new Vault(key);
    expect(vault.seal(vault.open(stored))).to.deep.equal(stored);
    expect(new Vault(key).seal(properties)).to.not.deep.equal(stored);
  });

  it("takes plaintext as an export with secrets shown writes it", () => {
    const state = stateOf("a", properties, { replacementTrigger: secret("t") });
    const shown = disclosedState(state);
    expect(shown.inputs["password"]).to.deep.equal({ [SIGNATURE]: SECRET, plaintext: '"hush"' });
    expect(new Vault(key).openState(shown)).to.deep.equal(state);
    const nested = stateOf("a", { outer: secret({ inner: secret("hush") }) });
    expect(new Vault(key).openState(disclosedState(nested))).to.deep.equal(nested);
  });

  it("seals every part of a state that may hold a secret", () => {
    const state = stateOf(
      "a",
      { in: secret("hush-1") },
      { outputs: { out: secret("hush-2") }, replacementTrigger: secret("hush-3") },
    );
    const vault = new Vault(key);
    const sealed = vault.sealState(state);
    expect(JSON.stringify(sealed)).to.not.contain("hush");
    expect(vault.openState(sealed)).to.deep.equal(state);
    expect(vault.sealState(stateOf("b"))).to.not.have.property("replacementTrigger");
  });

  it("refuses what another stack's key sealed", async () => {
    const sealed = new Vault(await Passphrase.create("p")).seal(properties);
    expect((await refusal(() => new Vault(key).open(sealed))).code).to.equal("undecryptable");
  });
});
