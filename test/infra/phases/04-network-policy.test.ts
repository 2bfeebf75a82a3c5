import { expect } from "chai";
import { buildPlatform } from "../../../infra/platform";
import { configOf, record, type Registered } from "../../support/pulumi";

describe("phase 04: CNI and network policy", () => {
  let seen: Registered[];
  const named = (type: string) => seen.filter((one) => one.type === type).map((one) => one.name);
  before(async () => {
    seen = (await record("dev", () => buildPlatform(configOf("dev")))).seen;
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
  it("lets the gateway reach the example app, and nobody else", () => {
    expect(policies("demo")).to.include("allow-gateway");
    expect(policies("demo")).to.not.include("allow-internet");
  });
  it("[E3.2] gives every namespace a quota and limits", () => {
    expect(named("kubernetes:core/v1:ResourceQuota")).to.have.length(4);
    expect(named("kubernetes:core/v1:LimitRange")).to.have.length(4);
  });
});
