import { expect } from "chai";
import { parse } from "yaml";
import { nodeTemplate } from "../../infra/node-template";
import { configOf, record } from "../support/pulumi";

describe("what every node of a managed group has in common", () => {
  const template = async (environment: string) => {
    const config = configOf(environment);
    const { seen } = await record(environment, () =>
      nodeTemplate("nodes", { config, tags: { environment }, diskGib: 50 }, {}),
    );
    return seen.find(({ name }) => name === "nodes")?.inputs ?? {};
  };
  it("demands IMDSv2 and keeps pods a hop away from it", async () =>
    expect((await template("dev"))["metadataOptions"]).to.deep.equal({
      httpTokens: "required",
      httpPutResponseHopLimit: 1,
      httpEndpoint: "enabled",
    }));
  it("encrypts the disk, at the size asked for", async () =>
    expect((await template("dev"))["blockDeviceMappings"]).to.deep.equal([
      {
        deviceName: "/dev/xvda",
        ebs: { volumeSize: 50, volumeType: "gp3", encrypted: "true", deleteOnTermination: "true" },
      },
    ]));
  it("[B2.2] tells the kubelet how many pods it may run, as one part that EKS merges", async () => {
    for (const environment of ["dev", "production"]) {
      const data = Buffer.from(String((await template(environment))["userData"]), "base64").toString();
      const [, part = ""] = /application\/node\.eks\.aws\n\n([\s\S]*?)\n--BOUNDARY--/.exec(data) ?? [];
      expect(parse(part)).to.deep.equal({
        apiVersion: "node.eks.aws/v1alpha1",
        kind: "NodeConfig",
        spec: { kubelet: { config: { maxPods: environment === "dev" ? 50 : 110 } } },
      });
    }
  });
  it("[B2.3] tags instances and volumes, which tags of the template alone do not reach", async () => {
    const specifications = (await template("dev"))["tagSpecifications"] as { resourceType: string; tags: object }[];
    expect(specifications.map(({ resourceType }) => resourceType)).to.deep.equal(["instance", "volume"]);
    for (const { tags } of specifications) expect(tags).to.deep.equal({ environment: "dev", Name: "nodes" });
  });
});
