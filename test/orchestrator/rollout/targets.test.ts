import { expect } from "chai";
import { phases } from "../../../orchestrator/rollout/phases";
import { countByPhase, phaseOf, phaseTargets, requirePlanned } from "../../../orchestrator/rollout/targets";
import { refusal } from "../../support/refusal";

const cluster = phases[1] as (typeof phases)[number];

describe("targets", () => {
  it("are a component and all below it, not a phase whose name begins the same", () => {
    expect(phaseTargets("slipway", "dev", cluster)).to.deep.equal([
      "urn:pulumi:dev::slipway::slipway:phase:Cluster::*",
      "urn:pulumi:dev::slipway::slipway:phase:Cluster$**",
    ]);
  });

  it("belong to the phase at the root of their type chain", () => {
    const of = (type: string) => phaseOf(`urn:pulumi:dev::slipway::${type}::name`);
    expect(of("slipway:phase:Network")).to.equal("Network");
    expect(of("slipway:phase:Network$aws:ec2/vpc:Vpc")).to.equal("Network");
    expect(of("slipway:phase:NetworkPolicy$kubernetes:core/v1:Namespace")).to.equal("NetworkPolicy");
    expect(of("pulumi:pulumi:Stack")).to.equal(undefined);
    expect(of("pulumi:providers:aws")).to.equal(undefined);
  });

  it("are counted per phase", () => {
    const urns = ["slipway:phase:Network", "slipway:phase:Network$a", "slipway:phase:Cluster", "pulumi:pulumi:Stack"];
    expect(countByPhase(urns.map((type) => `urn:pulumi:dev::slipway::${type}::n`))).to.deep.equal({
      Network: 2,
      Cluster: 1,
    });
  });

  it("that match nothing are refused before the engine sees them", async () => {
    const error = await refusal(() => requirePlanned("dev", cluster, { Network: 5 }));
    expect(error.code).to.equal("target-matches-nothing");
    requirePlanned("dev", cluster, { Cluster: 1 });
  });
});
