import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { karpenterPool } from "../../infra/karpenter-pool";
import { poolsOf } from "../../infra/node-pools";
import { configOf, record } from "../support/pulumi";

describe("a pool as Karpenter knows it", () => {
  const config = configOf("production");
  const pool = poolsOf(config).find(({ name }) => name === "spot")!;
  const made = async () => {
    const { seen } = await record("production", () =>
      karpenterPool("node-pools", pool, config, { owner: "us" }, pulumi.output("node-role"), {}),
    );
    const spec = (kind: string) => seen.find(({ type }) => type.endsWith(`:${kind}`))?.inputs["spec"] as object;
    return { nodes: spec("EC2NodeClass"), pool: spec("NodePool") };
  };
  it("makes nodes with IMDSv2, an encrypted disk and the platform's tags, from a pinned image", async () => {
    const { nodes } = await made();
    expect(nodes).to.deep.nested.include({
      role: "node-role",
      "metadataOptions.httpTokens": "required",
      "metadataOptions.httpPutResponseHopLimit": 1,
      "blockDeviceMappings[0].ebs": { volumeSize: "1000Gi", volumeType: "gp3", encrypted: true },
      tags: { owner: "us", Name: "node-pools-spot" },
    });
    expect(JSON.stringify(nodes)).to.match(/"alias":"al2023@v\d{8}"/);
  });
  it("[A3.1] [A13.5] stays within its kinds of node and its limit, and changes one node at a time", async () => {
    const { pool: spec } = await made();
    expect(spec).to.deep.nested.include({
      "limits.cpu": "320",
      "disruption.budgets": [{ nodes: "1" }],
      "template.spec.expireAfter": "720h",
      "template.metadata.labels": { "node-role": "spot" },
    });
    expect(JSON.stringify(spec)).to.include('{"key":"karpenter.sh/capacity-type","operator":"In","values":["spot"]}');
  });
});
