import { expect } from "chai";
import { attachedProviders } from "../../../../../orchestrator/engine/builtin/provider/locator";
import { refusal } from "../../../../support/refusal";

describe("attached providers", () => {
  it("are found by package on the loopback interface, whatever version is asked for", async () => {
    const { locate } = attachedProviders(" aws:38537, kubernetes:42269,");
    expect(await locate("aws", undefined)).to.equal("127.0.0.1:38537");
    expect(await locate("kubernetes", "4.1.0")).to.equal("127.0.0.1:42269");
  });

  it("that are missing are named with those that are there and with what to do", async () => {
    const error = await refusal(() => attachedProviders("aws:1").locate("gcp", undefined));
    expect([error.code, error.kind]).to.deep.equal(["provider-missing", "engine"]);
    expect(error.message).to.contain("gcp").and.to.contain("attached are aws");
    expect(error.fix).to.contain("PULUMI_DEBUG_PROVIDERS=gcp:PORT");
    expect((await refusal(() => attachedProviders(undefined).locate("gcp", undefined))).message).to.contain(
      "none is attached",
    );
  });

  for (const entry of ["aws", ":1", "aws:", "aws:0", "aws:65536", "aws:1.5", "aws:x", "aws:1:2", "aws:-1"])
    it(`that are not written as name:port are refused: ${entry}`, async () => {
      const error = await refusal(() => attachedProviders(`ok:1,${entry}`));
      expect([error.code, error.kind]).to.deep.equal(["bad-debug-providers", "usage"]);
      expect(error.message).to.contain(`"${entry}"`);
    });
});
