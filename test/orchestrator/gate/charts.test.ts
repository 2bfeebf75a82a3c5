import { expect } from "chai";
import type { PlannedResource } from "../../../orchestrator/cost/estimate";
import { SECRET, SIGNATURE } from "../../../orchestrator/engine/builtin/model";
import { judgeCharts } from "../../../orchestrator/gate/charts";
import { chartTables } from "../../../orchestrator/sandbox/kubernetes/charts";
import { unknown } from "../../support/policy";

const release = (chart: string, values: object): PlannedResource => ({
  urn: `urn:pulumi:dev::slipway::kubernetes:helm.sh/v3:Release::${chart}`,
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { chart, version: chartTables[chart]?.version, name: chart, namespace: "n", values },
});
const judged = (chart: string, values: object, today = "2026-06-15", config = {}) =>
  judgeCharts([release(chart, values)], { environment: "production", config, today });
const resources = { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "1", memory: "256Mi" } };

describe("what Helm releases would bring", () => {
  it("is judged by the values of the release: a part without resources stops, by workload and release", () => {
    const rule = "containers-have-resources";
    const broken = (values: object) =>
      judged("nvidia-device-plugin", values).violations.filter((one) => one.rule === rule);
    expect(broken({})[0]).to.deep.include({
      urn: `DaemonSet/nvidia-device-plugin of ${release("nvidia-device-plugin", {}).urn}`,
      level: "mandatory",
    });
    expect(broken({ resources })).to.deep.equal([]);
  });
  it("is told once a rule where it is waived, with who answers for it, and stops when the waiver has ended [E1.5]", () => {
    const told = (today: string) =>
      judged("nvidia-device-plugin", { resources }, today).violations.filter(
        ({ rule }) => rule === "volumes-stay-off-the-host",
      );
    expect(told("2026-06-15")).to.have.length(1);
    expect(told("2026-06-15")[0]).to.include({
      level: "advisory",
      urn: "DaemonSet/nvidia-device-plugin, DaemonSet/nvidia-device-plugin-mps-control-daemon of charts",
    });
    expect(told("2026-06-15")[0]?.reason).to.match(/^waived until \d{4}-\d\d-\d\d by platform: /);
    expect(told("2099-01-01").map(({ level }) => level))
      .to.include("mandatory")
      .and.not.include("advisory");
  });
  it("follows the environment's levels and its own waivers", () => {
    const rule = "containers-have-resources";
    const relaxed = judged("nvidia-device-plugin", {}, "2026-06-15", { [rule]: "advisory" }).violations;
    expect(relaxed.filter((one) => one.rule === rule).map(({ level }) => level)).to.deep.equal(["advisory"]);
    const waiver = { rule, object: "n/*", wildcard: true, owner: "ada", reason: "a trial", expires: "2026-07-01" };
    const waived = judged("nvidia-device-plugin", {}, "2026-06-15", { all: { waivers: [waiver] } }).violations;
    expect(waived.filter((one) => one.rule === rule && one.level === "mandatory")).to.deep.equal([]);
  });
  it("is not decided by what is not known yet, says so, and is left to the final preview", () => {
    const values = { resources: { ...resources, limits: { cpu: "1", memory: unknown } } };
    const found = judged("nvidia-device-plugin", values).violations.filter(
      ({ rule }) => rule === "containers-have-resources",
    );
    expect(found.map(({ level }) => level)).to.deep.equal(["advisory"]);
    expect(found[0]?.reason).to.match(/^cannot be decided before the update: .* is not known yet$/);
  });
  it("never needs a secret, and names a chart that can do nothing without", () => {
    const secret = { [SIGNATURE]: SECRET, ciphertext: "[secret]" };
    expect(judged("nvidia-device-plugin", { resources, nodeSelector: { a: secret } }).open).to.deep.equal([]);
    expect(judged("nvidia-device-plugin", { nodeSelector: unknown }).open).to.deep.equal(["nvidia-device-plugin"]);
  });
});
