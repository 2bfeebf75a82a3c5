import { expect } from "chai";
import fc from "fast-check";
import { areas, estimate, type PlannedResource } from "../../../orchestrator/cost/estimate";

const planned = (type: string, name: string, inputs: Record<string, unknown> = {}): PlannedResource => ({
  urn: `urn:pulumi:dev::slipway::${type}::${name}`,
  type,
  inputs,
});
const group = (capacityType = "ON_DEMAND") =>
  planned("aws:eks/nodeGroup:NodeGroup", "node-pools-general", {
    nodeGroupName: "general",
    instanceTypes: ["m7g.xlarge"],
    scalingConfig: { desiredSize: 3 },
    capacityType,
  });
const template = planned("aws:ec2/launchTemplate:LaunchTemplate", "node-pools-general", {
  blockDeviceMappings: [{ ebs: { volumeSize: 100 } }],
  monitoring: { enabled: true },
});
const pool = (name: string, cpu: string, capacity = "on-demand", type = "m7g.xlarge") =>
  planned("kubernetes:karpenter.sh/v1:NodePool", name, {
    metadata: { name },
    spec: {
      limits: { cpu },
      template: {
        spec: {
          requirements: [
            { key: "karpenter.sh/capacity-type", values: [capacity] },
            { key: "node.kubernetes.io/instance-type", values: [type] },
          ],
        },
      },
    },
  });

describe("the estimate of a preview [B5.1]", () => {
  it("counts a database of RDS with its standby, its storage and its secret", () => {
    const inputs = { identifier: "checkout", instanceClass: "db.m7g.large", multiAz: true, allocatedStorage: 100 };
    const database = planned("aws:rds/instance:Instance", "rds", { ...inputs, manageMasterUserPassword: true });
    expect(estimate([database], "us-east-1").lines).to.deep.equal([
      { area: "compute", what: "2 × db.m7g.large of checkout", monthly: 245.42 },
      { area: "storage", what: "volumes of RDS, 200 GiB", monthly: 23 },
      { area: "storage", what: "secret of RDS", monthly: 0.4 },
    ]);
  });
  it("counts nodes, their disks and their metrics, in the region's prices", () => {
    const { lines, byArea, total } = estimate([group(), template], "us-east-1");
    expect(lines).to.deep.equal([
      { area: "compute", what: "3 × m7g.xlarge in general", monthly: 357.41 },
      { area: "storage", what: "3 × 100 GiB disks in general", monthly: 24 },
      { area: "monitoring", what: "3 × one-minute metrics in general", monthly: 6.3 },
    ]);
    expect(total).to.equal(387.71);
    expect(byArea).to.deep.equal({ compute: 357.41, storage: 24, network: 0, monitoring: 6.3, recovery: 0 });
    expect(estimate([group()], "eu-central-1").total).to.be.closeTo(357.41 * 1.2, 0.01);
    const cluster = planned("aws:eks/cluster:Cluster", "cluster");
    expect(estimate([cluster], "eu-central-1").total, "the same in every region").to.equal(73);
  });
  it("takes spot at its share, and what only scales as a ceiling on top", () => {
    expect(estimate([group("SPOT")], "us-east-1").total).to.be.closeTo(357.41 * 0.4, 0.01);
    const scaling = estimate([pool("general", "64"), pool("spot", "64", "spot")], "us-east-1");
    expect(scaling.total).to.equal(0);
    expect(scaling.ceiling).to.be.closeTo(16 * 0.1632 * 730 * 1.4, 0.01);
  });
  it("finds storage in a chart's values wherever it is asked for, and its copies where there is a backup plan", () => {
    const chart = planned("kubernetes:helm.sh/v3:Release", "metrics", {
      name: "prometheus",
      values: {
        a: { volumeClaimTemplate: { spec: { resources: { requests: { storage: "50Gi" } } } } },
        b: [{ storage: "1Ti" }],
      },
    });
    expect(estimate([chart], "us-east-1").byArea).to.include({ storage: 1074 * 0.08, recovery: 0 });
    const plan = planned("aws:backup/plan:Plan", "backup");
    expect(estimate([chart, plan], "us-east-1").byArea.recovery).to.be.closeTo(1074 * 0.05 * 1.5, 0.01);
  });
  it("counts a volume for each replica, and a persistence that is on", () => {
    const chart = planned("kubernetes:helm.sh/v3:Release", "metrics", {
      name: "prometheus",
      values: {
        server: { replicas: 2, storageSpec: { resources: { requests: { storage: "50Gi" } } } },
        grafana: { persistence: { enabled: true, size: "10Gi" } },
        idle: { persistence: { enabled: false, size: "500Gi" }, replicas: 0, storage: "9Gi" },
      },
    });
    expect(estimate([chart], "us-east-1").lines[0]).to.include({ what: "volumes of prometheus, 110 GiB" });
  });
  it("names what it cannot price instead of making it up", () => {
    const strange = estimate([pool("odd", "64", "on-demand", "z9.large")], "mars-north-1");
    expect(strange.ceiling).to.equal(0);
    expect(strange.gaps.join("\n")).to.include("z9.large of pool odd").and.include("mars-north-1");
  });
  it("sums up whatever is planned, never negative and never by chance", () => {
    const value = fc.jsonValue();
    const type = fc.constantFrom(
      "aws:eks/nodeGroup:NodeGroup",
      "kubernetes:karpenter.sh/v1:NodePool",
      "kubernetes:helm.sh/v3:Release",
      "kubernetes:core/v1:PersistentVolumeClaim",
      "aws:ec2/natGateway:NatGateway",
    );
    const resource = fc.record({ type, urn: fc.string(), inputs: fc.dictionary(fc.string(), value) });
    fc.assert(
      fc.property(fc.array(resource), (resources) => {
        const result = estimate(resources as PlannedResource[], "eu-central-1");
        const summed = areas.reduce((sum, area) => sum + result.byArea[area], 0);
        expect(result.total).to.be.closeTo(summed, 0.05).and.at.least(0);
        expect(estimate(resources as PlannedResource[], "eu-central-1")).to.deep.equal(result);
      }),
    );
  });
});
