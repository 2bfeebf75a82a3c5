import { expect } from "chai";
import fc from "fast-check";
import { createRedactor, MASK } from "../../../orchestrator/report/redact";

describe("redactor", () => {
  it("masks a secret wherever it stands, also as JSON and base64", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 6 }), fc.string(), fc.string(), (secret, before, after) => {
        const redactor = createRedactor();
        redactor.add(secret);
        const forms = [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("base64")];
        for (const form of forms) {
          // The mask itself may spell the secret only if the secret is a part of the mask.
          if (MASK.includes(form)) continue;
          expect(redactor.text(`${before} ${form} ${after}`)).to.include(MASK);
        }
      }),
    );
  });

  it("masks inside data, keys included, and leaves the rest as it is", () => {
    const redactor = createRedactor();
    redactor.add("hunter22");
    expect(redactor.data({ a: ["x hunter22"], hunter22: 1, n: null, t: true })).to.deep.equal({
      a: [`x ${MASK}`],
      [MASK]: 1,
      n: null,
      t: true,
    });
  });

  it("masks a secret that contains another as a whole", () => {
    const redactor = createRedactor();
    redactor.add("abcdef");
    redactor.add("abcdefghij");
    expect(redactor.text("abcdefghij")).to.equal(MASK);
  });

  for (const [what, text, kept] of [
    ["an AWS access key", "key AKIAIOSFODNN7EXAMPLE here", "key [secret] here"],
    ["a bearer token", "Authorization: Bearer abc.def-123456", "Authorization: Bearer [secret]"],
    ["a kubeconfig token", "    token: k8s-aws-v1.aHR0cHM6Ly9zdHM", "    token: [secret]"],
    ["a passphrase", "PULUMI_CONFIG_PASSPHRASE=abcdefghijklmnop", "PULUMI_CONFIG_PASSPHRASE=[secret]"],
    ["a private key", "-----BEGIN RSA PRIVATE KEY-----\nMII\n-----END RSA PRIVATE KEY-----", "[secret]"],
  ] as const) {
    it(`knows ${what} by its form`, () => {
      expect(createRedactor().text(text)).to.equal(kept);
    });
  }

  it("leaves ordinary words alone", () => {
    const text = "token: expired; the password policy is fine";
    expect(createRedactor().text(text)).to.equal(text);
  });
});
