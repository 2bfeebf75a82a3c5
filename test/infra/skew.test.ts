import { expect } from "chai";
import { charts, type Chart } from "../../infra/charts";
import { compare, unsupportedPairs, untestedPairs } from "../../infra/skew";
import { configOf } from "../support/pulumi";

const asked = (overrides: Record<string, string>, version = "1.36") => ({
  charts: overrides,
  cluster: { version },
});
const pairs = (overrides: Record<string, string>, version?: string) =>
  unsupportedPairs(asked(overrides, version)).map(({ pair }) => pair);
const chart = (version: string, testedOn: string[] = []): Chart => ({
  chart: "x",
  version,
  namespace: "x",
  podSecurity: "restricted",
  testedOn,
  reviewed: "2026-11-21",
});

describe("versions that go together [A21.5]", () => {
  it("are those of the table, on every Kubernetes version that may be chosen", () => {
    for (const environment of ["dev", "staging", "production"])
      expect(unsupportedPairs(configOf(environment)), environment).to.deep.equal([]);
    expect(pairs({}, "1.35")).to.deep.equal([]);
  });
  it("name the pair when a chart is too old for the Kubernetes version", () => {
    const old = { karpenter: "1.12.0", "karpenter-crd": "1.12.0" };
    expect(pairs(old)).to.deep.equal(["karpenter 1.12.0 × Kubernetes 1.36", "karpenter-crd 1.12.0 × Kubernetes 1.36"]);
    expect(pairs(old, "1.35")).to.deep.equal([]);
    expect(pairs({ "external-secrets": "2.8.0" })).to.deep.equal(["external-secrets 2.8.0 × Kubernetes 1.36"]);
  });
  it("name the Gateway API when a chart was built for another", () => {
    expect(pairs({ "envoy-gateway": "v1.8.2" }, "1.35")).to.deep.equal(["envoy-gateway 1.8.2 × Gateway API 1.6.1"]);
    expect(pairs({ traefik: "42.0.0" })).to.deep.equal(["traefik 42.0.0 × Gateway API 1.6.1"]);
    expect(pairs({ "envoy-gateway": "v1.10.0" })).to.deep.equal(["envoy-gateway 1.10.0 × Gateway API 1.6.1"]);
    expect(pairs({ "aws-load-balancer-controller": "3.4.0" })).to.deep.equal([
      "aws-load-balancer-controller 3.4.0 × Gateway API 1.6.1",
    ]);
  });
  it("hold two charts of one program to one version, and Velero to its plugin", () => {
    expect(pairs({ karpenter: "1.14.2" })).to.deep.equal(["karpenter 1.14.2 × karpenter-crd 1.14.1"]);
    expect(pairs({ velero: "11.4.0" })).to.deep.equal(["velero 11.4.0 × velero-plugin-for-aws 1.14"]);
  });
  it("know parts that are not installed by default once they are in the table", () => {
    const found = unsupportedPairs(asked({}), {
      "linkerd-control-plane": chart("2026.5.4"),
      istiod: chart("1.30.2"),
      "istio-cni": chart("1.30.1"),
    });
    expect(found.map(({ pair }) => pair)).to.deep.equal([
      "linkerd-control-plane 2026.5.4 × Gateway API 1.6.1",
      "istiod 1.30.2 × support",
      "istiod 1.30.2 × istio-cni 1.30.1",
    ]);
  });
  it("are refused in the configuration with pair, fact and fix", () => {
    const [skew] = unsupportedPairs(asked({ "envoy-gateway": "v1.8.2" }, "1.35"));
    expect(skew?.key).to.equal("charts.envoy-gateway");
    expect(skew?.fact).to.include("1.8 for 1.5");
    expect(skew?.fix).to.include("1.9.0 or later");
  });
  it("are told where a project tests others only, and not refused [A2.1]", () => {
    expect(untestedPairs(asked({})).join("\n")).to.include(
      "velero 12.1.0 × Kubernetes 1.36: its project tests 1.33, 1.34, 1.35",
    );
    expect(untestedPairs(asked({}), { some: chart("1.0.0") })).to.deep.equal([]);
  });
  it("are compared by number", () => {
    expect(compare("1.10.0", "v1.9.3")).to.be.greaterThan(0);
    expect(compare("1.36", "1.36.0")).to.equal(0);
    expect(compare("0.9", "1")).to.be.lessThan(0);
  });
  it("are all of charts that the table has or may get", () => {
    expect(charts.karpenter.version).to.equal(charts["karpenter-crd"].version);
  });
});
