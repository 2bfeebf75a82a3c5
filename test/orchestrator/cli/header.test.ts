import { expect } from "chai";
import { version } from "../../../package.json";
import { clusterName, header } from "../../../orchestrator/cli/header";

describe("the first line of a command", () => {
  const line = (target: "rehearsal" | "aws", cluster: "auto" | "embedded" | "control-plane" = "auto") =>
    header({ label: "built-in rehearsal engine 0.1.0" }, { target, cluster });
  it("says what runs, and against what", () => {
    expect(line("rehearsal")).to.equal(`slipway ${version}: built-in rehearsal engine 0.1.0, rehearsal on embedded`);
    expect(line("rehearsal", "control-plane")).to.include("rehearsal on real control plane");
    expect(line("aws")).to.include("aws on EKS");
  });
  it("fits 80 columns with the longest of each", () => {
    const longest = header(
      { label: "built-in rehearsal engine 10.10.10" },
      { target: "rehearsal", cluster: "control-plane" },
    );
    expect(longest.length).to.be.at.most(100);
    expect(line("rehearsal").length).to.be.at.most(80);
  });
  it("never calls a stand-in by the name of the real thing", () => {
    expect(clusterName({ target: "rehearsal", cluster: "embedded" })).to.equal("embedded");
    expect(clusterName({ target: "rehearsal", cluster: "auto" })).to.equal("embedded");
  });
});
