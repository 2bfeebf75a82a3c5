import { expect } from "chai";
import fc from "fast-check";
import { overlaps, parseCidr, planSubnets, subnet, writeCidr } from "../../infra/cidr";

const networks = fc
  .tuple(fc.integer({ min: 8, max: 28 }), fc.nat({ max: 2 ** 32 - 1 }))
  .map(([prefix, address]) => ({ prefix, address: Math.floor(address / 2 ** (32 - prefix)) * 2 ** (32 - prefix) }));

describe("address arithmetic", () => {
  it("reads back what it writes", () =>
    fc.assert(fc.property(networks, (network) => void expect(parseCidr(writeCidr(network))).to.deep.equal(network))));
  it("refuses what is no network", () => {
    for (const text of ["10.0.0.0", "10.0.0.1/16", "256.0.0.0/8", "10.0.0.0/33", "x"])
      expect(parseCidr(text), text).to.equal(undefined);
  });
  it("overlap is mutual, and holds with oneself", () =>
    fc.assert(fc.property(networks, networks, (a, b) => overlaps(a, b) === overlaps(b, a) && overlaps(a, a))));
  it("[A1.1] subnets of a plan lie in the network and never overlap", () => {
    const zones = ["a", "b", "c"];
    fc.assert(
      fc.property(fc.nat({ max: 255 }), (second) => {
        const cidr = `10.${second}.0.0/16`;
        const all = planSubnets(cidr, zones)
          .flatMap((zone) => [zone.private, zone.public])
          .map((text) => parseCidr(text)!);
        for (const [i, one] of all.entries()) {
          expect(overlaps(one, parseCidr(cidr)!)).to.equal(true);
          for (const other of all.slice(i + 1)) expect(overlaps(one, other)).to.equal(false);
        }
      }),
    );
  });
  it("gives nodes and pods a /18 per zone, load balancers a /20", () => {
    expect(planSubnets("10.10.0.0/16", ["a", "b"])).to.deep.equal([
      { zone: "a", private: "10.10.0.0/18", public: "10.10.192.0/20" },
      { zone: "b", private: "10.10.64.0/18", public: "10.10.208.0/20" },
    ]);
  });
  it("refuses a subnet that would lie outside", () =>
    expect(() => subnet(parseCidr("10.0.0.0/16")!, 18, 4)).to.throw(RangeError, "has no /18 number 4"));
});
