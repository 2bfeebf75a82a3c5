import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 06: entry point and example app", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  before(async () => {
    seen = (await recorded("production")).seen;
  });
  const gateway = () =>
    inputsOf("kubernetes:gateway.networking.k8s.io/v1:Gateway", "entry-point-gateway")?.["spec"] as {
      listeners: { protocol: string; hostname?: string }[];
    };
  it("[A6.1] ends TLS at the Gateway and only redirects plain HTTP", () => {
    expect(gateway().listeners.map(({ protocol }) => protocol)).to.deep.equal(["HTTP", "HTTPS", "HTTPS"]);
    expect(JSON.stringify(inputsOf("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "entry-point-redirect")))
      .to.include('"scheme":"https"')
      .and.include("301");
  });
  it("[A6.2] serves the example app: host, prefix at the root, demo-svc on port 80, secret demo-tls", () => {
    const route = JSON.stringify(
      inputsOf("kubernetes:gateway.networking.k8s.io/v1:HTTPRoute", "entry-point-demo-route"),
    );
    expect(route)
      .to.include('"hostnames":["demo.slipway.example"]')
      .and.include('"value":"/"')
      .and.include('"name":"demo-svc","port":80');
    expect(JSON.stringify(gateway())).to.include("demo-tls");
  });
  it("[C5.3] holds a way in ready for the application, with a certificate of its own, for its namespace only", () => {
    expect(gateway().listeners.at(-1)).to.deep.include({
      name: "application",
      hostname: "api.slipway.example",
      tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "application-tls" }] },
      allowedRoutes: {
        namespaces: { from: "Selector", selector: { matchLabels: { "slipway.dev/environment": "production" } } },
      },
    });
    expect(
      inputsOf("kubernetes:cert-manager.io/v1:Certificate", "entry-point-application-certificate")?.["spec"],
    ).to.deep.include({ dnsNames: ["api.slipway.example"] });
  });
  it("keeps the caller's address through the balancer, which networks are allowed by [E3.7]", () =>
    expect(
      JSON.stringify(inputsOf("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy", "entry-point-proxy")?.["spec"]),
    ).to.include(
      '"service.beta.kubernetes.io/aws-load-balancer-target-group-attributes":"preserve_client_ip.enabled=true"',
    ));
  it("emits Gateway API resources that satisfy the published schema", async () => {
    const models = (await import("@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1")) as unknown as Record<
      string,
      new (object: unknown) => { validate(): void }
    >;
    for (const { type, inputs } of seen.filter((one) =>
      one.type.startsWith("kubernetes:gateway.networking.k8s.io/v1:"),
    )) {
      const { apiVersion: _version, kind: _kind, ...rest } = inputs;
      const Model = models[type.split(":").at(-1) ?? ""];
      expect(Model, type).to.not.equal(undefined);
      if (Model) new Model(rest).validate();
    }
  });
  it("[A6.5] lets external-dns own the records, with an explicit policy for deletion", () => {
    expect(inputsOf("kubernetes:helm.sh/v3:Release", "entry-point-external-dns")?.["values"]).to.deep.include({
      registry: "txt",
      txtOwnerId: "slipway-production",
      policy: "upsert-only",
      domainFilters: ["slipway.example"],
    });
  });
  it("asks for a load balancer by class, open to whom the configuration says [B3.1]", () => {
    expect(JSON.stringify(inputsOf("kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy", "entry-point-proxy")))
      .to.include('"loadBalancerClass":"service.k8s.aws/nlb"')
      .and.include('"loadBalancerSourceRanges":["0.0.0.0/0"]');
  });
});
