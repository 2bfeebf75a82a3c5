import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { build } from "esbuild";
import { useFolder } from "../support/folder";
import { PackRunner, packFolder } from "../support/pack-runner";

describe("the entry of the pack", function () {
  this.timeout(60_000);
  const folder = useFolder();

  /** What a copy of the pack says of one rule. */
  async function said(pack: string): Promise<string | undefined> {
    const runner = new PackRunner();
    try {
      await runner.start(pack);
      const { policiesList } = (await runner.info()) as { policiesList: { name: string; description: string }[] };
      return policiesList.find(({ name }) => name === "keys-rotate")?.description;
    } finally {
      runner.stop();
    }
  }

  it("is never an older pack than its sources: every change of a file is in the next start", async () => {
    const pack = path.join(folder(), "policy");
    fs.cpSync(packFolder, pack, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
    fs.symlinkSync(path.join(packFolder, "..", "node_modules"), path.join(folder(), "node_modules"));
    expect(await said(pack)).to.equal("Every symmetric KMS key rotates every year.");
    const rule = path.join(pack, "rules", "keys-rotate.ts");
    fs.writeFileSync(rule, fs.readFileSync(rule, "utf8").replace("every year", "every day"));
    expect(await said(pack)).to.equal("Every symmetric KMS key rotates every day.");
    expect(await said(pack)).to.equal("Every symmetric KMS key rotates every day.");
  });

  it("stands alone: its folder and the packages it names judge the resources of any program", async () => {
    const pack = path.join(folder(), "elsewhere", "policy");
    fs.cpSync(packFolder, pack, { recursive: true, filter: (file) => path.basename(file) !== "node_modules" });
    fs.symlinkSync(path.join(packFolder, "..", "node_modules"), path.join(folder(), "elsewhere", "node_modules"));
    const runner = new PackRunner();
    try {
      await runner.start(pack);
      // As `pulumi preview --policy-pack policy` without a config file: the levels and defaults of the rules themselves.
      const judge = async (type: string, props: object) => [
        ...new Set(
          (await runner.analyze({ type, name: "it", urn: `urn:pulumi:dev::other::${type}::it`, props }))
            .filter(({ level }) => level === "mandatory")
            .map(({ rule }) => rule),
        ),
      ];
      expect(await judge("aws:kms/key:Key", {})).to.deep.equal(["keys-rotate", "resources-carry-tags"]);
      expect(
        await judge("kubernetes:core/v1:Service", { spec: { type: "NodePort" }, metadata: { name: "a" } }),
      ).to.deep.equal(["services-stay-internal"]);
      expect(await judge("random:index/randomPet:RandomPet", { length: 2 })).to.deep.equal([]);
    } finally {
      runner.stop();
    }
    const { metafile } = await build({
      entryPoints: [path.join(packFolder, "pack.ts")],
      bundle: true,
      platform: "node",
      packages: "external",
      write: false,
      metafile: true,
    });
    const { imports } = Object.values(metafile.outputs)[0] ?? { imports: [] };
    const named = Object.keys(
      (JSON.parse(fs.readFileSync(path.join(packFolder, "package.json"), "utf8")) as { dependencies: object })
        .dependencies,
    );
    const foreign = imports.filter(({ path: name }) => !name.startsWith("node:")).map(({ path: name }) => name);
    expect(foreign).to.include("@pulumi/policy");
    expect(foreign.filter((name) => !named.some((one) => name === one || name.startsWith(`${one}/`)))).to.deep.equal(
      [],
    );
    expect(Object.keys(metafile.inputs).filter((file) => !/^(?:.*\/)?policy\//.test(file))).to.deep.equal([]);
  });

  /** What an expression says in the process that has just loaded the pack. */
  function beside(expression: string): unknown {
    const answer = path.join(folder(), "answer.json");
    const tell = `require("node:fs").writeFileSync(${JSON.stringify(answer)}, JSON.stringify(${expression}))`;
    const script = `require("./index.js"); ${tell}; process.exit(0);`;
    execFileSync(process.execPath, ["-e", script], { cwd: packFolder, stdio: "ignore" });
    return JSON.parse(fs.readFileSync(answer, "utf8"));
  }

  it("loads of the SDK of programs what judging takes, and the rest for whoever asks", () => {
    const automation = `Object.keys(require.cache).filter((file) => file.includes("/automation/")).length`;
    expect(beside(automation)).to.equal(0);
    const sdk = `require("@pulumi/pulumi")`;
    expect(beside(`${sdk}.asset.FileAsset === require("@pulumi/pulumi/asset").FileAsset`)).to.equal(true);
    expect(beside(`${sdk}.Output.isInstance(${sdk}.Output.create(1)) && ${automation} === 0`)).to.equal(true);
    expect(beside(`typeof ${sdk}.automation.LocalWorkspace`)).to.equal("function");
  });
});
