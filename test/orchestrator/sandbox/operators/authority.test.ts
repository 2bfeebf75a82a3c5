import { createPrivateKey, X509Certificate } from "node:crypto";
import { expect } from "chai";
import { issue, namesIn, rehearsalAuthority, type Order } from "../../../../orchestrator/sandbox/operators/authority";

const notBefore = new Date("2026-01-02T03:04:05Z");
const order = (more: Partial<Order> = {}): Order => ({
  commonName: "demo.example.org",
  dnsNames: ["demo.example.org", "*.example.org"],
  isCa: false,
  lifetime: 3600,
  algorithm: "ECDSA",
  size: 256,
  notBefore,
  ...more,
});
const root = () => issue(order({ commonName: "root", dnsNames: [], isCa: true }));
const blocks = (chain: string) => chain.match(/-----BEGIN CERTIFICATE-----/g)?.length;

describe("an authority of a rehearsal", () => {
  it("issues what was ordered: names, time, purpose", async () => {
    const { chain } = await issue(order(), await root());
    const certificate = new X509Certificate(chain);
    expect(certificate.subjectAltName).to.equal("DNS:demo.example.org, DNS:*.example.org");
    expect(certificate.subject).to.equal("CN=demo.example.org");
    expect(certificate.ca).to.equal(false);
    expect(certificate.keyUsage).to.deep.equal(["1.3.6.1.5.5.7.3.1"]);
    expect(namesIn(chain)).to.deep.equal({
      names: ["demo.example.org", "*.example.org"],
      notBefore,
      notAfter: new Date(notBefore.getTime() + 3600_000),
    });
  });
  it("signs, and hands the chain up to the root", async () => {
    const top = await root();
    const middle = await issue(order({ commonName: "middle", dnsNames: [], isCa: true }), top);
    const { chain, root: highest } = await issue(order(), middle);
    expect(blocks(chain)).to.equal(3);
    expect(new X509Certificate(chain).verify(new X509Certificate(middle.chain).publicKey)).to.equal(true);
    expect(new X509Certificate(highest).fingerprint256).to.equal(new X509Certificate(top.chain).fingerprint256);
  });
  for (const [algorithm, size, type] of [
    ["RSA", 2048, "rsa"],
    ["ECDSA", 384, "ec"],
    ["Ed25519", 0, "ed25519"],
  ] as const)
    it(`makes and signs with ${algorithm} keys`, async () => {
      const signer = await issue(order({ algorithm, size, isCa: true, dnsNames: [], commonName: "root" }));
      const { chain, key } = await issue(order({ algorithm, size }), signer);
      const certificate = new X509Certificate(chain);
      expect(certificate.publicKey.asymmetricKeyType).to.equal(type);
      expect(certificate.checkPrivateKey(createPrivateKey(key))).to.equal(true);
      expect(certificate.verify(new X509Certificate(signer.chain).publicKey)).to.equal(true);
    });
  it("leaves a common name out that is too long for one, and quotes what is special", async () => {
    const long = `${"a".repeat(60)}.example.org`;
    const without = new X509Certificate(
      (await issue(order({ commonName: long, dnsNames: [long] }), await root())).chain,
    );
    expect([without.subject ?? "", without.subjectAltName]).to.deep.equal(["", `DNS:${long}`]);
    const quoted = new X509Certificate((await issue(order({ commonName: "a, b" }), await root())).chain);
    expect(quoted.subject).to.include("a\\, b");
  });
  it("reads the names of what is a certificate, and nothing of what is none", async () => {
    expect(namesIn((await root()).chain)?.names).to.deep.equal(["root"]);
    expect(namesIn("")).to.equal(undefined);
    expect(namesIn("-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----")).to.equal(undefined);
  });
  it("has one stand-in for the authority of the Internet, which says what it is", async () => {
    const { chain } = await rehearsalAuthority(notBefore);
    expect((await rehearsalAuthority(new Date())).chain).to.equal(chain);
    expect(new X509Certificate(chain).subject).to.include("not trusted");
    expect(new X509Certificate(chain).ca).to.equal(true);
  });
});
