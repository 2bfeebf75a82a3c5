import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { at, conditionOf, type ObjectRef } from "../../../../orchestrator/sandbox/kubernetes/object";
import { acme, certificate, HOST, is, issuer, route53, useOperators } from "./fixture";

describe("ACME in a rehearsal", () => {
  const world = useOperators("gateway-crds", "cert-manager");
  const ACME = "acme.cert-manager.io/v1";
  const challenges = async () => (await world.fixture.api.list(ACME, "Challenge", "demo")).items;
  const orders = async () => (await world.fixture.api.list(ACME, "Order", "demo")).items;
  const requestOf = (name: string): ObjectRef => ({
    apiVersion: "cert-manager.io/v1",
    kind: "CertificateRequest",
    name: `${name}-1`,
    namespace: "demo",
  });

  it("leaves a challenge pending with AWS's words without a role, and goes on when there is one [A5.3]", async () => {
    await world.put(issuer("dns", acme(route53)));
    const wanted = certificate("by-dns", "dns");
    await world.put(wanted);
    await world.until(requestOf("by-dns"), is("Ready", "False"));
    const reason = at((await challenges())[0], "status", "reason");
    expect(reason).to.contain(
      "failed to change Route 53 record set: operation error Route 53: ChangeResourceRecordSets",
    );
    expect(reason).to.contain("no EC2 IMDS role found");
    world.grant("cert-manager/cert-manager");
    await world.until(wanted, is("Ready", "True"));
    expect(await challenges(), "proven challenges go").to.deep.equal([]);
    const secret = await world.fixture.api.get({ apiVersion: "v1", kind: "Secret", name: "by-dns", namespace: "demo" });
    const [issued, authority] = ["tls.crt", "ca.crt"].map(
      (entry) => new X509Certificate(Buffer.from(String(at(secret, "data", entry)), "base64")),
    ) as [X509Certificate, X509Certificate];
    expect(issued.subjectAltName).to.equal(`DNS:${HOST}`);
    expect(issued.verify(authority.publicKey)).to.equal(true);
    expect(authority.subject).to.include("not trusted");
  });
  it("names the action that a role lacks [A5.3]", async () => {
    world.grant("cert-manager/cert-manager", ["route53:GetChange"]);
    const wanted = certificate("denied", "dns");
    await world.put(wanted);
    await world.until(requestOf("denied"), is("Ready", "False"));
    expect(at((await challenges())[0], "status", "reason")).to.contain(
      "is not authorized to perform: route53:ChangeResourceRecordSets on resource: arn:aws:route53:::hostedzone/Z1",
    );
    world.grant("cert-manager/cert-manager");
    await world.until(wanted, is("Ready", "True"));
  });
  it("leaves no record of a proof behind", () => expect([...world.cloud.records]).to.deep.equal([]));

  it("names the missing Gateway of an HTTP-01 solver [A5.5]", async () => {
    const parentRefs = [{ name: "nothing", namespace: "demo" }];
    await world.put(issuer("http", acme({ http01: { gatewayHTTPRoute: { parentRefs } } })));
    const wanted = certificate("by-http", "http");
    await world.put(wanted);
    await world.until(requestOf("by-http"), is("Ready", "False"));
    expect(at((await challenges())[0], "status", "reason")).to.contain("Gateway demo/nothing does not exist");
    await world.fixture.api.delete({ ...requestOf("by-http"), kind: "Certificate", name: "by-http" });
  });
  it("takes the solver with the closest zone, and says so when none is for the name", async () => {
    const zones = (...dnsZones: string[]) => ({ selector: { dnsZones } });
    const broken = { http01: { ingress: { ingressClassName: "none" } } };
    const solvers = acme(
      { ...broken, ...zones("example.org") },
      { ...route53, ...zones("dev.example.org") },
      { ...broken, ...zones("other.example.org") },
    );
    await world.put(issuer("zones", solvers));
    const wanted = certificate("by-zone", "zones");
    await world.put(wanted);
    await world.until(wanted, is("Ready", "True"));
    await world.put(certificate("by-none", "zones", { dnsNames: ["a.example.net"] }));
    await world.until(requestOf("by-none"), is("Ready", "False"));
    const order = (await orders()).find(({ metadata }) => metadata.name.startsWith("by-none-1-"));
    expect(at(order, "status", "reason")).to.contain("no configured challenge solvers can be used");
    await world.fixture.api.delete({ ...requestOf("by-none"), kind: "Certificate", name: "by-none" });
  });

  it("passes on the authority's rate limit, asks once, and only a new order can go better [A5.4]", async () => {
    world.authority.refusal = "429 urn:ietf:params:acme:error:rateLimited: too many certificates (50) already issued";
    world.authority.asked.splice(0);
    const wanted = certificate("limited", "dns");
    await world.put(wanted);
    const request = await world.until(requestOf("limited"), (one) => conditionOf(one, "Ready")?.reason === "Failed");
    expect(conditionOf(request, "Ready")?.message).to.contain("rateLimited");
    const [order] = (await orders()).filter(({ metadata }) => metadata.name.startsWith("limited-"));
    expect(order?.["status"]).to.deep.include({
      state: "errored",
      reason: `Failed to create Order: ${world.authority.refusal}`,
    });
    delete world.authority.refusal;
    // Operators look again with every change; the refused order stays refused.
    await world.put(certificate("meanwhile", "dns", { dnsNames: ["meanwhile.example.org"] }));
    await world.until(certificate("meanwhile", "dns"), is("Ready", "True"));
    expect(world.authority.asked.filter((names) => names === HOST)).to.have.length(1);
    expect(conditionOf(await world.fixture.api.get(requestOf("limited")), "Ready")?.reason).to.equal("Failed");
    await world.fixture.api.delete({
      apiVersion: ACME,
      kind: "Order",
      name: order?.metadata.name ?? "",
      namespace: "demo",
    });
    await world.until(wanted, is("Ready", "True"));
  });
});
