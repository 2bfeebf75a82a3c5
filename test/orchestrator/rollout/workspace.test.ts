import { writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { readYaml, withoutSecrets } from "../../../orchestrator/rollout/workspace";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("the user's settings in a rehearsal", () => {
  const folder = useFolder();

  it("lose every encrypted value, however deep, for one that says what it stands in for", () => {
    const { config, replaced } = withoutSecrets({
      "slipway:region": "eu-central-1",
      "slipway:token": { secure: "v1:abc" },
      "slipway:nested": { list: [{ secure: "v1:x" }, "plain"], deep: { key: { secure: "v1:y" } } },
    });
    expect(config).to.deep.equal({
      "slipway:region": "eu-central-1",
      "slipway:token": "rehearsal-stand-in-for-slipway-token",
      "slipway:nested": {
        list: ["rehearsal-stand-in-for-slipway-nested-list-0-", "plain"],
        deep: { key: "rehearsal-stand-in-for-slipway-nested-deep-key" },
      },
    });
    expect(replaced).to.deep.equal(["slipway:token", "slipway:nested.list[0]", "slipway:nested.deep.key"]);
    expect(JSON.stringify(config)).to.not.include("v1:");
  });
  it("keep an object that merely has a key of that name", () => {
    const value = { "slipway:tls": { secure: "yes", port: 443 } };
    expect(withoutSecrets(value)).to.deep.equal({ config: value, replaced: [] });
  });
  it("are refused by file when it is missing or broken, with the line where it is known", async () => {
    const file = path.join(folder(), "Pulumi.dev.yaml");
    const missing = await refusal(() => readYaml(file));
    expect(missing).to.include({ code: "settings-missing", kind: "usage" });
    expect(missing.message).to.include(file);
    writeFileSync(file, "config:\n  a: [1\n");
    const broken = await refusal(() => readYaml(file));
    expect(broken.code).to.equal("settings-invalid");
    expect(broken.message)
      .to.include(file)
      .and.match(/line \d/);
  });
  it("are refused when they are no settings at all", async () => {
    const file = path.join(folder(), "Pulumi.dev.yaml");
    writeFileSync(file, "- a\n- b\n");
    expect((await refusal(() => readYaml(file))).code).to.equal("settings-invalid");
  });
});
