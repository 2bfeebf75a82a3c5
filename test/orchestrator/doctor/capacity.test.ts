import { expect } from "chai";
import { baseVcpus } from "../../../orchestrator/doctor/capacity";
import { configOf } from "../../support/pulumi";

describe("what an account has to allow [A0.1]", () => {
  it("is the vCPU of the nodes that are always there [B2.1]", () => {
    // Three m7g.large for the system, and 3 m7g.xlarge or 10 m7g.4xlarge.
    expect(baseVcpus(configOf("dev"))).to.equal(3 * 2 + 3 * 4);
    expect(baseVcpus(configOf("production"))).to.equal(3 * 2 + 10 * 16);
  });
  it("leaves out spot and GPUs, which have quotas of their own", () => {
    const config = configOf("production");
    const pool = config.nodePools.general;
    const more = {
      ...config,
      nodePools: { ...config.nodePools, spot: pool, gpu: { ...pool, instanceTypes: ["g6.xlarge"], minimum: 4 } },
    };
    expect(baseVcpus(more)).to.equal(baseVcpus(config));
  });
});
