import { webcrypto } from "node:crypto";
import { expect } from "chai";
import { loadX509 } from "../../../orchestrator/sandbox/x509";

describe("the certificate library", () => {
  it("is loaded ready to sign, by Node's own cryptography, and once", async () => {
    const x509 = await loadX509();
    const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
    const made = await x509.X509CertificateGenerator.createSelfSigned({
      name: "CN=test",
      keys: keys as never,
      signingAlgorithm: algorithm,
    });
    expect(made.subject).to.equal("CN=test");
    expect(await made.verify()).to.equal(true);
    expect(await loadX509()).to.equal(x509);
  });
});
