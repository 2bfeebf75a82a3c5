import { EC2Client } from "@aws-sdk/client-ec2";
import { expect } from "chai";
import { createSdkReader } from "../../../../orchestrator/checks/aws/sdk";
import { useClient } from "./fixture";

describe("the reader of a real account", () => {
  const aws = useClient(EC2Client);

  it("can be asked all that checks ask", () =>
    expect(Object.keys(createSdkReader({ region: "eu-central-1" }))).to.include.members([
      "identity",
      "availabilityZones",
      "kubernetesVersions",
      "vpc",
      "subnets",
      "routeTables",
      "natGateways",
      "role",
      "cluster",
      "nodeGroups",
      "clusterInsights",
      "podIdentityAssociations",
      "loadBalancers",
      "dnsRecords",
      "quota",
      "tagged",
    ]));
  it("asks in the region it is given, and lets the SDK try five times", async () => {
    aws.answer({ DescribeAvailabilityZonesCommand: () => ({}) });
    await createSdkReader({ region: "ap-southeast-1" }).availabilityZones();
    expect(aws.asked[0]?.region).to.equal("ap-southeast-1");
    expect([...aws.attempts]).to.deep.equal([5]);
  });
});
