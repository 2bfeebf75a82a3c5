import { expect } from "chai";
import { overlaps, parseCidr } from "../../../infra/cidr";
import { addressPlan, crossCheck, kubernetesVersions } from "../../../infra/config/rules";
import { configOf } from "../../support/pulumi";

describe("rules across keys", () => {
  it("[B3.2] the address plan itself has no overlap", () => {
    const ranges = Object.values(addressPlan).map((cidr) => parseCidr(cidr)!);
    for (const [i, a] of ranges.entries()) for (const b of ranges.slice(i + 1)) expect(overlaps(a, b)).to.equal(false);
  });
  it("[A2.1] 1.36 is the default and 1.35 is accepted", () => {
    expect(kubernetesVersions).to.deep.equal(["1.36", "1.35"]);
    const config = configOf("dev");
    expect(crossCheck({ ...config, cluster: { ...config.cluster, version: "1.35" } })).to.deep.equal([]);
  });
});
