import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { root } from "./support/pulumi";

/** Every TypeScript file below a folder, by its path from the root. */
function sources(folder: string): string[] {
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const inside = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(inside);
    return entry.name.endsWith(".ts") ? [inside] : [];
  });
}
/** What a file imports: project files by their path from the root, packages by name. */
function imports(file: string): { target: string; types: boolean }[] {
  const text = fs.readFileSync(path.join(root, file), "utf8");
  return [
    ...text.matchAll(/(import\s+type\s+|import\s+|export\s+|import\(|require\()(?:[^"';]*?from\s+)?"([^"]+)"/g),
  ].map((match) => {
    const [, how = "", name = ""] = match;
    const target = name.startsWith(".") ? path.posix.normalize(`${path.posix.dirname(file)}/${name}`) : name;
    return { target, types: how.startsWith("import type") };
  });
}
const broken = (files: string[], wrong: (one: { target: string; types: boolean }, file: string) => boolean) =>
  files.flatMap((file) =>
    imports(file)
      .filter((one) => wrong(one, file))
      .map((one) => `${file} → ${one.target}`),
  );

describe("the import law", () => {
  it("infra imports neither orchestrator nor policy", () => {
    expect(broken(sources("infra"), ({ target }) => /^(orchestrator|policy|test)\//.test(target))).to.deep.equal([]);
  });
  it("policy imports only its own folder and published packages", () => {
    expect(broken(sources("policy"), ({ target }) => /^(orchestrator|infra|test)\//.test(target))).to.deep.equal([]);
  });
  it("orchestrator sees of infra only the program, the config, the outputs and plain tables", () => {
    expect(
      broken(
        sources("orchestrator"),
        ({ target }) =>
          target.startsWith("infra/") &&
          !/^infra\/(index(\.js)?|config|outputs|charts)$/.test(target.replace(/\.(ts|js)$/, "")) &&
          !/^infra\/config\//.test(target),
      ),
    ).to.deep.equal([]);
  });
  it("a phase imports of another phase only its outputs' type", () => {
    const phases = sources("infra/phases");
    expect(
      broken(phases, ({ target, types }, file) => target.startsWith("infra/phases/") && !types && target !== file),
    ).to.deep.equal([]);
  });
  it("infra and policy read no environment, clock or network", () => {
    const files = [...sources("infra"), ...sources("policy")];
    const reading = files.filter((file) =>
      /process\.env|Date\.now|new Date\(|fetch\(|node:(http|https|net|fs|child_process)/.test(
        fs.readFileSync(path.join(root, file), "utf8"),
      ),
    );
    expect(reading).to.deep.equal([]);
  });
  it("every phase has a check and a page", () => {
    for (const file of fs.readdirSync(path.join(root, "infra/phases"))) {
      const name = file.replace(/\.ts$/, "");
      expect(fs.existsSync(path.join(root, "orchestrator/checks", `${name}.ts`)), `check of ${name}`).to.equal(true);
      expect(fs.existsSync(path.join(root, "docs/phases", `${name}.md`)), `page of ${name}`).to.equal(true);
    }
  });
});
