import { expect } from "chai";
import fc from "fast-check";
import { Passphrase } from "../../../../../orchestrator/engine/builtin/backend/passphrase";
import { refusal } from "../../../../support/refusal";

/** From Pulumi's own tests of the scheme (pkg/secrets/passphrase/manager_test.go), made by the CLI's code. */
const PUBLISHED_SALT = "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==";

describe("the passphrase of a stack", () => {
  it("opens what the CLI's own code encrypted", async () => {
    const key = await Passphrase.open("password", PUBLISHED_SALT);
    expect(key.decrypt("v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==")).to.equal("pulumi");
  });

  it("refuses a wrong passphrase in the CLI's words", async () => {
    const error = await refusal(() => Passphrase.open("drowssap", PUBLISHED_SALT));
    expect(error.message).to.equal("incorrect passphrase");
  });

  for (const salt of ["fozI5u6B030=:v1:F+6ZduL", "v1:", "v2:fozI5u6B030=:v1:a:b"]) {
    it(`refuses the malformed salt ${salt}`, async () => {
      expect((await refusal(() => Passphrase.open("password", salt))).code).to.equal("bad-encryption-salt");
    });
  }

  it("gives back every text it encrypted, in the format of the CLI", async () => {
    const key = await Passphrase.create("correct horse");
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const ciphertext = key.encrypt(text);
        expect(ciphertext).to.match(/^v1:[A-Za-z0-9+/]{16}:[A-Za-z0-9+/]+=*$/);
        expect(key.decrypt(ciphertext)).to.equal(text);
      }),
    );
  });

  it("encrypts the same text differently each time", async () => {
    const key = await Passphrase.create("p");
    expect(key.encrypt("same")).to.not.equal(key.encrypt("same"));
  });

  it("finds out every changed byte of a ciphertext", async () => {
    const key = await Passphrase.create("p");
    const [version, nonce, body] = key.encrypt("a secret of some length").split(":") as [string, string, string];
    const bytes = Buffer.from(body, "base64");
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed[index] = (changed[index] as number) ^ 1;
      const error = await refusal(() => key.decrypt([version, nonce, changed.toString("base64")].join(":")));
      expect(error.code).to.equal("undecryptable");
    }
  });

  it("opens with the salt it made, and with the empty passphrase too", async () => {
    const made = await Passphrase.create("");
    const opened = await Passphrase.open("", made.salt);
    expect(opened.decrypt(made.encrypt("x"))).to.equal("x");
  });
});
