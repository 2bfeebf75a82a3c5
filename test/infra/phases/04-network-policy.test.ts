import { expect } from "chai";
import { configOf, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 04: CNI and network policy", () => {
  let seen: Registered[];
  const named = (type: string) => seen.filter((one) => one.type === type).map((one) => one.name);
  before(async () => {
    seen = (await recorded("dev")).seen;
  });
  const policies = (namespace: string) =>
    seen
      .filter((one) => one.type.endsWith(":NetworkPolicy") && one.name.startsWith(`network-policy-${namespace}-`))
      .map((one) => one.name.replace(`network-policy-${namespace}-`, ""));
  it("[A4.2] [A4.3] denies by default and allows DNS, the API server and metrics in every namespace", () => {
    for (const namespace of ["cert-manager", "envoy-gateway-system", "external-dns", "demo"]) {
      expect(policies(namespace), namespace).to.include.members([
        "default-deny",
        "allow-dns",
        "allow-api-server",
        "allow-metrics",
      ]);
    }
  });
  it("[A1.3] lets only what has an AWS identity ask the agent for credentials", () => {
    const asking = ["cert-manager", "envoy-gateway-system", "external-dns", "demo"].filter((namespace) =>
      policies(namespace).includes("allow-pod-identity"),
    );
    expect(asking).to.deep.equal(["cert-manager", "external-dns"]);
    const policy = seen.find(({ name }) => name === "network-policy-cert-manager-allow-pod-identity");
    expect(JSON.stringify(policy?.inputs["spec"])).to.include('"cidr":"169.254.170.23/32"');
  });
  it("reaches the API server by its Service's address too", () => {
    const policy = seen.find(({ name }) => name === "network-policy-demo-allow-api-server");
    expect(JSON.stringify(policy?.inputs["spec"])).to.include("172.20.0.0/16").and.include("10.10.0.0/16");
  });
  it("[B2.2] caps a pod of dev at 2 CPU and 4096 MiB, and no pod elsewhere", async () => {
    const maxima = (registered: readonly Registered[]) =>
      registered
        .filter(({ type }) => type === "kubernetes:core/v1:LimitRange")
        .map(({ inputs }) => (inputs["spec"] as { limits: { type: string; max?: unknown }[] }).limits)
        .map((limits) => limits.find(({ type }) => type === "Pod")?.max);
    const capped = maxima(seen);
    expect(capped).to.deep.equal(Array(capped.length).fill({ cpu: "2", memory: "4096Mi" }));
    // Which has namespaces of its own: not as many as dev.
    const uncapped = maxima((await recorded("production")).seen);
    expect(uncapped).to.deep.equal(Array(uncapped.length).fill(undefined));
  });
  it("[A4.1] lets pods reach host and API server under Cilium, whose rules know both as entities", async () => {
    const config = { ...configOf("dev"), networkPolicy: { plugin: "cilium-chaining" as const } };
    const found = (await recorded("dev", config)).seen;
    const policy = found.find(({ type }) => type.endsWith(":CiliumClusterwideNetworkPolicy"));
    expect(JSON.stringify(policy?.inputs["spec"])).to.include('"toEntities":["host"]');
    expect(named("kubernetes:helm.sh/v3:Release")).to.not.include("network-policy-cilium");
    expect(found.map(({ name }) => name)).to.include("network-policy-cilium");
  });
  it("lets the gateway reach the example app, and nobody else", () => {
    expect(policies("demo")).to.include("allow-gateway");
    expect(policies("demo")).to.not.include("allow-internet");
  });
  it("[E3.2] gives every namespace a quota and limits", () => {
    const namespaces = named("kubernetes:core/v1:Namespace");
    expect(named("kubernetes:core/v1:ResourceQuota")).to.have.length(namespaces.length);
    expect(named("kubernetes:core/v1:LimitRange")).to.have.length(namespaces.length);
  });
});
