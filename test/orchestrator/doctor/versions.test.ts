import { expect } from "chai";
import { examineVersions } from "../../../orchestrator/doctor/versions";
import { configOf } from "../../support/pulumi";

describe("the versions of an environment [A2.1]", () => {
  const config = configOf("staging");
  it("warn of charts that are not tested on its Kubernetes version, and stop nothing", () => {
    const [item] = examineVersions("staging", { ...config, cluster: { ...config.cluster, version: "1.36" } });
    expect(item).to.include({ status: "warning", environment: "staging" });
    expect(item?.detail).to.include("velero").and.include("1.36");
  });
  it("are fine where every project that says tests it", () => {
    const [item] = examineVersions("staging", { charts: {}, cluster: { ...config.cluster, version: "1.35" } });
    // External Secrets documents 1.36 alone.
    expect(item?.detail).to.not.include("velero").and.not.include("karpenter");
  });
});
