import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { loadBalancerController } from "../../infra/load-balancer-controller";
import { configOf, record } from "../support/pulumi";

class Box extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Box", "box");
  }
}

describe("the load balancer controller", () => {
  const values = async (environment: string) => {
    const { seen } = await record(environment, () =>
      loadBalancerController(
        "entry-point",
        {
          config: configOf(environment),
          tags: {},
          network: { vpcId: pulumi.output("vpc-1") },
          cluster: { name: pulumi.output("slipway"), provider: new k8s.Provider("k", {}) },
          nodePools: { ready: [] },
        },
        new Box(),
      ),
    );
    return seen.find(({ type }) => type === "kubernetes:helm.sh/v3:Release")?.inputs["values"] as object;
  };
  it("is told region and network, since pods cannot ask the metadata service", async () =>
    expect(await values("dev")).to.deep.include({ clusterName: "slipway", region: "eu-central-1", vpcId: "vpc-1" }));
  it("leaves Services that do not name its class alone", async () =>
    expect(await values("dev")).to.deep.include({ enableServiceMutatorWebhook: false }));
  it("[B2.4] runs twice under a disruption budget where high availability is on", async () => {
    expect(await values("production")).to.deep.include({ replicaCount: 2, podDisruptionBudget: { maxUnavailable: 1 } });
    expect(await values("dev")).to.deep.include({ replicaCount: 1, podDisruptionBudget: {} });
  });
});
