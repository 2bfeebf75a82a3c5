import os from "node:os";
import path from "node:path";
import { expect } from "chai";
import { Layout, shortStackName } from "../../../../../orchestrator/engine/builtin/backend/layout";
import { refusal } from "../../../../support/refusal";

describe("the file backend's layout", () => {
  it("follows the CLI's", () => {
    const layout = Layout.of("file:///state", undefined);
    expect(layout.meta).to.equal("/state/.pulumi/meta.yaml");
    expect(layout.checkpoint("proj", "dev")).to.equal("/state/.pulumi/stacks/proj/dev.json");
    expect(layout.locks("proj", "dev")).to.equal("/state/.pulumi/locks/organization/proj/dev");
    expect(layout.history("proj", "dev")).to.equal("/state/.pulumi/history/proj/dev");
    expect(layout.backups("proj", "dev")).to.equal("/state/.pulumi/backups/proj/dev");
  });

  it("understands the URLs the CLI does", () => {
    expect(Layout.of("file://~/state", undefined).root).to.equal(path.join(os.homedir(), "state"));
    expect(Layout.of("file://~", undefined).root).to.equal(os.homedir());
    expect(Layout.of("file:///a%20b?no_tmp_dir=true", undefined).root).to.equal("/a b");
    expect(Layout.of(undefined, undefined).root).to.equal(os.homedir());
  });

  for (const url of ["s3://bucket", "https://api.pulumi.com", "azblob://x", "postgres://x"]) {
    it(`refuses ${url} and says what to use`, async () => {
      const error = await refusal(() => Layout.of(url, undefined));
      expect(error.code).to.equal("unsupported-backend");
      expect(error.kind).to.equal("usage");
    });
  }

  for (const name of ["..", ".", "a/b", "", "a\\b", "x".repeat(101), "é"]) {
    it(`lets no name like ${JSON.stringify(name.slice(0, 10))} leave its folder`, async () => {
      const layout = Layout.of("file:///state", undefined);
      expect((await refusal(() => layout.checkpoint("proj", name))).code).to.equal("bad-stack-name");
      expect((await refusal(() => layout.locks(name, "dev"))).code).to.equal("bad-project-name");
    });
  }

  it("takes a stack's full name for its last part", () => {
    expect(shortStackName("organization/proj/dev")).to.equal("dev");
    expect(shortStackName("dev")).to.equal("dev");
  });
});
