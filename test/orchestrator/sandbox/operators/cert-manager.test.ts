import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { certificate, HOST, is, issuer, useOperators } from "./fixture";

describe("cert-manager of a rehearsal", () => {
  const world = useOperators("gateway-crds", "cert-manager");
  const secretOf = async (name: string, namespace = "demo") =>
    world.fixture.api.get({ apiVersion: "v1", kind: "Secret", name, namespace });
  const leaf = (secret: KubeObject | undefined, entry = "tls.crt") =>
    new X509Certificate(Buffer.from(String(at(secret, "data", entry)), "base64"));

  it("waits for an issuer that is not there, by name, and goes on when it comes [A5.5]", async () => {
    const wanted = certificate("early", "bootstrap");
    await world.put(wanted);
    const asked = { apiVersion: "cert-manager.io/v1", kind: "CertificateRequest", name: "early-1", namespace: "demo" };
    const waiting = await world.until(asked, is("Ready", "False"));
    expect(conditionOf(waiting, "Ready")).to.deep.include({
      reason: "Pending",
      message: 'Referenced "ClusterIssuer" not found: clusterissuer.cert-manager.io "bootstrap" not found',
    });
    await world.put(issuer("bootstrap", { selfSigned: {} }));
    await world.until(wanted, is("Ready", "True"));
  });
  it("issues what is asked for: names, key and lifetime, and says when it will renew [A5.2]", async () => {
    const wanted = certificate("asked", "bootstrap", {
      dnsNames: [HOST, "other.example.org"],
      duration: "2h30m",
      privateKey: { algorithm: "RSA", size: 2048 },
    });
    await world.put(wanted);
    const done = await world.until(wanted, is("Ready", "True"));
    const issued = leaf(await secretOf("asked"));
    expect(issued.subjectAltName).to.equal(`DNS:${HOST}, DNS:other.example.org`);
    expect(issued.publicKey.asymmetricKeyType).to.equal("rsa");
    const [from, to, renewal] = ["notBefore", "notAfter", "renewalTime"].map((key) =>
      Date.parse(String(at(done, "status", key))),
    ) as [number, number, number];
    expect(to - from).to.equal(2.5 * 3600_000);
    expect(renewal - from).to.be.closeTo((to - from) * (2 / 3), 1000);
  });
  it("keeps a certificate that is good, and makes another when another is asked for", async () => {
    const wanted = certificate("changed", "bootstrap");
    await world.put(wanted);
    await world.until(wanted, is("Ready", "True"));
    const serial = leaf(await secretOf("changed")).serialNumber;
    await world.put({ ...wanted, metadata: { ...wanted.metadata, labels: { a: "b" } } });
    await world.put(certificate("after", "bootstrap"));
    await world.until(certificate("after", "bootstrap"), is("Ready", "True"));
    expect(leaf(await secretOf("changed")).serialNumber).to.equal(serial);
    await world.put(certificate("changed", "bootstrap", { dnsNames: ["new.example.org"] }));
    const secret = { apiVersion: "v1", kind: "Secret", name: "changed", namespace: "demo" };
    const replaced = await world.until(
      secret,
      (one) => one !== undefined && leaf(one).subjectAltName === "DNS:new.example.org",
    );
    expect(leaf(replaced).serialNumber).to.not.equal(serial);
  });
  it("issues again when it is to last longer, and moves the renewal alone when that is to come earlier [A5.1]", async () => {
    const wanted = certificate("lasting", "bootstrap", { duration: "2160h" });
    await world.put(wanted);
    const first = await world.until(wanted, is("Ready", "True"));
    const before = leaf(await secretOf("lasting"));
    await world.put(certificate("lasting", "bootstrap", { duration: "4320h" }));
    const second = await world.until(wanted, (one) => at(one, "status", "revision") === 2);
    const after = leaf(await secretOf("lasting"));
    expect(after.serialNumber).to.not.equal(before.serialNumber);
    const days = (Date.parse(after.validTo) - Date.parse(after.validFrom)) / 86_400_000;
    expect(Math.round(days)).to.equal(180);
    expect(at(second, "status", "notAfter")).to.not.equal(at(first, "status", "notAfter"));
    await world.put(certificate("lasting", "bootstrap", { duration: "4320h", renewBefore: "720h" }));
    const end = Date.parse(String(at(second, "status", "notAfter")));
    const moved = await world.until(
      wanted,
      (one) => Date.parse(String(at(one, "status", "renewalTime"))) === end - 720 * 3_600_000,
    );
    expect(at(moved, "status", "revision")).to.equal(2);
    expect(leaf(await secretOf("lasting")).serialNumber).to.equal(after.serialNumber);
  });
  it("runs an authority of its own, root first [A5.2]", async () => {
    const authority = issuer("internal", { ca: { secretName: "root" } });
    await world.put(authority);
    const waiting = await world.until(authority, is("Ready", "False"));
    expect(conditionOf(waiting, "Ready")?.message).to.contain('secrets "root" not found');
    const root = certificate("root", "bootstrap", { isCA: true, dnsNames: [], commonName: "internal root" });
    await world.put({ ...root, metadata: { name: "root", namespace: "cert-manager" } });
    await world.until(authority, is("Ready", "True"));
    const wanted = certificate("by-root", "internal");
    await world.put(wanted);
    await world.until(wanted, is("Ready", "True"));
    const secret = await secretOf("by-root");
    const above = leaf(await secretOf("root", "cert-manager"));
    expect(leaf(secret).verify(above.publicKey)).to.equal(true);
    expect(leaf(secret, "ca.crt").fingerprint256).to.equal(above.fingerprint256);
    expect([leaf(secret).ca, above.ca]).to.deep.equal([false, true]);
  });
  it("cannot sign with a secret that holds no certificate", async () => {
    await world.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "empty", namespace: "cert-manager" },
      data: {},
    });
    const broken = issuer("broken", { ca: { secretName: "empty" } });
    await world.put(broken);
    const told = await world.until(broken, is("Ready", "False"));
    expect(conditionOf(told, "Ready")).to.deep.include({ reason: "ErrInvalidKeyPair" });
  });
  it("does not claim issuers it cannot play", async () => {
    const vault = issuer("vault", { vault: { server: "https://vault", path: "p", auth: {} } });
    await world.put(vault);
    const told = await world.until(vault, is("Ready", "False"));
    expect(conditionOf(told, "Ready")?.reason).to.equal("NotSupported");
  });
});
