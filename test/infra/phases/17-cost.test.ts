import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 17: cost", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "production"]) built[environment] = (await recorded(environment)).seen;
  });
  const of = (environment: string, type: string) =>
    (built[environment] ?? []).filter((one) => one.type === type && one.name.startsWith("cost-"));

  it("[A17.2] gives every team a namespace with the agreed quota and defaults for containers", () => {
    for (const environment of ["dev", "production"]) {
      const quotas = of(environment, "kubernetes:core/v1:ResourceQuota").find(({ name }) => name.includes("team-shop"));
      expect(quotas?.inputs["spec"]).to.deep.equal({
        hard: { "requests.cpu": "10", "requests.memory": "32Gi", "limits.cpu": "20", "limits.memory": "64Gi" },
      });
      expect(of(environment, "kubernetes:core/v1:LimitRange").map(({ name }) => name)).to.include(
        "cost-team-shop-limits",
      );
    }
  });
  it("[H4.3] takes nodes away at night in dev, and never in production", () => {
    expect(of("dev", "aws:scheduler/schedule:Schedule")).to.have.length(2);
    expect(of("production", "aws:scheduler/schedule:Schedule")).to.have.length(0);
    expect(of("production", "aws:sfn/stateMachine:StateMachine")).to.have.length(0);
  });
  it("[A17.1] shows costs in Grafana", () => {
    const [dashboard] = of("dev", "kubernetes:core/v1:ConfigMap");
    expect(dashboard?.inputs["metadata"]).to.deep.include({ labels: { grafana_dashboard: "1" } });
  });
  it("[H4.5] has an AWS budget, since phase 01", () =>
    expect((built["production"] ?? []).some(({ type }) => type === "aws:budgets/budget:Budget")).to.equal(true));
  it("[H4.4] ends what is not kept in every bucket of the platform", () => {
    const all = built["production"] ?? [];
    const buckets = all.filter(({ type }) => type === "aws:s3/bucket:Bucket").map(({ name }) => name);
    const ruled = all
      .filter(({ type }) => type === "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")
      .map(({ name }) => name);
    expect(ruled).to.have.members(buckets);
  });
});
