import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 05: certificates", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  const named = (type: string) => seen.filter((one) => one.type === type).map((one) => one.name);
  before(async () => {
    seen = (await recorded("production")).seen;
  });
  const values = () =>
    inputsOf("kubernetes:helm.sh/v3:Release", "certificates-cert-manager")?.["values"] as Record<string, unknown>;
  it("[A5.1] runs cert-manager with replicas, budgets and kept CRDs", () => {
    expect(values()).to.deep.include({
      replicaCount: 2,
      crds: { enabled: true, keep: true },
      podDisruptionBudget: { enabled: true },
    });
    expect(values()).to.not.have.property("installCRDs");
  });
  it("[A5.2] makes both ACME issuers and the internal authority, solving by DNS-01", () => {
    expect(named("kubernetes:cert-manager.io/v1:ClusterIssuer").sort()).to.deep.equal([
      "certificates-internal-bootstrap",
      "certificates-internal-ca",
      "certificates-letsencrypt-production",
      "certificates-letsencrypt-staging",
    ]);
    expect(
      JSON.stringify(inputsOf("kubernetes:cert-manager.io/v1:ClusterIssuer", "certificates-letsencrypt-production")),
    )
      .to.include("dns01")
      .and.not.include("http01");
  });
  it("emits issuers that satisfy cert-manager's own schema", async () => {
    const { ClusterIssuer } = await import("@kubernetes-models/cert-manager/cert-manager.io/v1");
    for (const { inputs } of seen.filter((one) => one.type === "kubernetes:cert-manager.io/v1:ClusterIssuer")) {
      const { apiVersion: _version, kind: _kind, ...rest } = inputs;
      new ClusterIssuer(rest as never).validate();
    }
  });
  it("may change records of its own zone only", () => {
    const policy = seen.find(
      (one) => one.type === "aws:iam/rolePolicy:RolePolicy" && one.name === "certificates-cert-manager-role",
    )?.inputs["policy"];
    expect(String(policy)).to.match(/ChangeResourceRecordSets.*arn:aws:route53:::hostedzone\/(?!\*)/);
  });
});
