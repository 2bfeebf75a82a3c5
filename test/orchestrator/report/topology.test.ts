import { expect } from "chai";
import { topology } from "../../../orchestrator/report/topology";

const zones = ["eu-central-1a", "eu-central-1b", "eu-central-1c"];
const subnets = (kind: string, third: number) =>
  zones.map((zone, index) => ({
    id: `subnet-${kind}-0123456789abcde${index}`,
    zone,
    cidr: `10.10.${third + index}.0/24`,
  }));
const network = {
  vpcId: "vpc-0123456789abcdef0",
  cidr: "10.10.0.0/16",
  zones,
  privateSubnets: subnets("prv", 0),
  publicSubnets: subnets("pub", 10),
  natGatewayIds: ["nat-1"],
  clusterRoleArn: "",
  nodeRoleArn: "",
};
const environment = { name: "dev" as const, region: "eu-central-1", accountId: "1", tags: {}, budget: {} };

describe("topology", () => {
  it("shows every subnet once, under its zone [A1.4]", () => {
    const text = topology({ network, environment });
    for (const { id, cidr } of [...network.privateSubnets, ...network.publicSubnets]) {
      expect(text.split(id)).to.have.length(2);
      expect(text).to.include(`${id}  ${cidr}`);
    }
    expect(text).to.include("1 NAT gateway (one for all zones)");
  });

  it("fits a terminal of 80 columns", () => {
    for (const line of topology({ network, environment }).split("\n")) expect(line.length).to.be.at.most(80);
  });
});
