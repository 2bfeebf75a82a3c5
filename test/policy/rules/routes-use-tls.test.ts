import { expect } from "chai";
import { routesUseTls as rule } from "../../../policy/rules/routes-use-tls";
import { judge, unknown } from "../../support/policy";

const GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway";
const INGRESS = "kubernetes:networking.k8s.io/v1:Ingress";
const https = { name: "https", protocol: "HTTPS", port: 443, tls: { certificateRefs: [{ name: "demo-tls" }] } };
const redirect = { name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "Same" } } };
const gateway = (...listeners: unknown[]) => ({ spec: { listeners } });
const ingress = (hosts: string[], tls: unknown) => ({ spec: { rules: hosts.map((host) => ({ host })), tls } });

describe("policy routes-use-tls", () => {
  it("[E3.3] accepts an HTTPS listener with a certificate beside one that redirects", () => {
    expect(judge(rule, GATEWAY, gateway(https, redirect)).violations).to.deep.equal([]);
  });
  const badGateways: Readonly<Record<string, object>> = {
    "a plain listener alone": gateway(redirect),
    "a plain listener open to other namespaces": gateway(https, {
      ...redirect,
      allowedRoutes: { namespaces: { from: "All" } },
    }),
    "an HTTPS listener without a certificate": gateway({ ...https, tls: { certificateRefs: [] } }),
    "a plain TCP listener": gateway(https, {
      name: "db",
      protocol: "TCP",
      allowedRoutes: { namespaces: { from: "All" } },
    }),
  };
  for (const [title, props] of Object.entries(badGateways)) {
    it(`[E3.3] refuses ${title}`, () => expect(judge(rule, GATEWAY, props).violations).to.have.length(1));
  }
  it("accepts TLS passed through to the backend", () => {
    expect(judge(rule, GATEWAY, gateway({ protocol: "TLS", tls: { mode: "Passthrough" } })).violations).to.deep.equal(
      [],
    );
  });
  it("leaves unknown listeners open", () => {
    expect(judge(rule, GATEWAY, { spec: { listeners: unknown } }).undecided).to.have.length(1);
  });
  it("[E3.3] accepts an Ingress whose hosts all have a secret, by name or wildcard", () => {
    const tls = [{ hosts: ["a.example.com", "*.b.example.com"], secretName: "tls" }];
    expect(judge(rule, INGRESS, ingress(["a.example.com", "x.b.example.com"], tls)).violations).to.deep.equal([]);
  });
  const badIngresses: Readonly<Record<string, object>> = {
    "without tls": ingress(["a.example.com"], undefined),
    "whose tls entry is empty": ingress(["a.example.com"], [{}]),
    "whose tls entry names no secret": ingress(["a.example.com"], [{ hosts: ["a.example.com"] }]),
    "whose wildcard would have to cover two labels": ingress(
      ["x.y.example.com"],
      [{ hosts: ["*.example.com"], secretName: "t" }],
    ),
    "that is only a default backend": { spec: { defaultBackend: {} } },
  };
  for (const [title, props] of Object.entries(badIngresses)) {
    it(`[E3.3] refuses an Ingress ${title}`, () => expect(judge(rule, INGRESS, props).violations).to.have.length(1));
  }
  it("leaves other types alone", () =>
    expect(judge(rule, "kubernetes:core/v1:Service", {}).notApplicable).to.equal(true));
});
