import { expect } from "chai";
import {
  hostAddress,
  overlapping,
  parseNetwork,
  within,
  type IpNetwork,
} from "../../../../orchestrator/sandbox/aws/address";

const network = (cidr: string) => parseNetwork(cidr) as IpNetwork;

describe("IPv4 networks as EC2 reads them", () => {
  it("reads a network, the highest ones without a sign", () => {
    expect(parseNetwork("10.10.0.0/16")).to.deep.equal({ address: 0x0a0a0000, prefix: 16 });
    expect(parseNetwork("255.255.255.255/32")).to.deep.equal({ address: 0xffffffff, prefix: 32 });
    expect(parseNetwork("0.0.0.0/0")).to.deep.equal({ address: 0, prefix: 0 });
  });
  for (const wrong of ["", "10.10.0.0", "10.10.0.256/24", "10.10.0.0/33", "10.10.0.1/24", "fd00::/8", " 10.0.0.0/8"])
    it(`reads no network in "${wrong}"`, () => expect(parseNetwork(wrong)).to.equal(undefined));
  it("tells what lies within what", () => {
    expect(within(network("10.10.64.0/18"), network("10.10.0.0/16"))).to.equal(true);
    expect(within(network("10.10.0.0/16"), network("10.10.0.0/16"))).to.equal(true);
    expect(within(network("10.11.0.0/18"), network("10.10.0.0/16"))).to.equal(false);
    expect(within(network("10.0.0.0/8"), network("10.10.0.0/16")), "a larger one").to.equal(false);
  });
  it("tells what overlaps, either way round, and that neighbours do not", () => {
    const [large, inside, next] = [network("10.10.0.0/20"), network("10.10.8.0/24"), network("10.10.16.0/20")];
    expect(overlapping(large, inside)).to.equal(true);
    expect(overlapping(inside, large)).to.equal(true);
    expect(overlapping(large, next)).to.equal(false);
    expect(overlapping(large, undefined)).to.equal(false);
  });
  it("counts hosts over the borders of octets", () => {
    expect(hostAddress(network("10.10.0.0/16"), 4)).to.equal("10.10.0.4");
    expect(hostAddress(network("10.10.255.0/24"), 255)).to.equal("10.10.255.255");
    expect(hostAddress(network("10.10.0.0/16"), 256)).to.equal("10.10.1.0");
    expect(hostAddress(network("200.0.0.0/8"), 1)).to.equal("200.0.0.1");
  });
});
