import { expect } from "chai";
import { examineTools } from "../../../orchestrator/doctor/tools";
import { absent, expectRemedies, says } from "./fixture";

describe("the tools beside Slipway", () => {
  it("warns of tools that are absent or old, and never more, since no command runs them [A0.3]", async () => {
    for (const shell of [absent, says("v1.0.0"), says("no number"), says("broken", { ok: false })]) {
      const items = await examineTools(shell);
      expect(items.map(({ name }) => name)).to.deep.equal(["kubectl", "helm", "aws", "jq"]);
      expect(new Set(items.map(({ status }) => status))).to.deep.equal(new Set(["warning"]));
      expectRemedies(items);
    }
    expect((await examineTools(says("tool 9.9.9"))).every(({ status }) => status === "ok")).to.equal(true);
  });

  for (const [tool, output, version] of [
    ["kubectl", '{"clientVersion": {"gitVersion": "v1.36.2"}}', "1.36.2"],
    ["helm", "v3.19.0+g3d8990f", "3.19.0"],
    ["aws", "aws-cli/2.31.1 Python/3.13.7 Linux/6.12", "2.31.1"],
    ["jq", "jq-1.7", "1.7.0"],
  ] as const)
    it(`are known by what they say: ${tool}`, async () => {
      const items = await examineTools((command) => (command === tool ? says(output) : absent)(command, []));
      const found = items.find(({ name }) => name === tool);
      expect(found).to.deep.equal({ name: tool, requirement: "A0.3", status: "ok", detail: version });
    });
  it("are called too old by the version they have", async () => {
    const [kubectl] = await examineTools(says("v1.32.9"));
    expect(kubectl?.detail).to.equal("1.32.9 is too old");
    expect(kubectl?.remedy).to.include("install kubectl 1.33.0 or newer");
  });
});
