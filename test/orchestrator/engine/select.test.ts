import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { selectEngine } from "../../../orchestrator/engine/select";
import { version } from "../../../package.json";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("which engine runs the program", function () {
  if (process.platform === "win32") return;
  const folder = useFolder();
  const nothing = () => ({ PATH: path.join(folder(), "nothing") });
  function installed(cli = "v3.260.0") {
    mkdirSync(path.join(folder(), "bin"), { recursive: true });
    writeFileSync(path.join(folder(), "bin", "pulumi"), `#!/bin/sh\necho "${cli}"\n`);
    chmodSync(path.join(folder(), "bin", "pulumi"), 0o755);
    return { PATH: path.join(folder(), "bin") };
  }

  it("auto: the installed CLI when there is one, for either target", async () => {
    const variables = installed();
    for (const target of ["rehearsal", "aws"] as const)
      expect((await selectEngine({ engine: "auto", target, variables })).label).to.equal("Pulumi CLI 3.260.0");
  });

  it("auto: without the CLI the built-in engine, for rehearsals", async () => {
    const engine = await selectEngine({ engine: "auto", target: "rehearsal", variables: nothing() });
    expect(engine).to.include({ kind: "builtin", label: `built-in rehearsal engine ${version}` });
    expect(await engine.command()).to.equal(await engine.command());
  });

  it("auto: a CLI too old to use is named in the label of its stand-in", async () => {
    const engine = await selectEngine({ engine: "auto", target: "rehearsal", variables: installed("v3.100.0") });
    expect(engine.kind).to.equal("builtin");
    expect(engine.label).to.contain("3.100.0");
  });

  it("auto: the aws target without the CLI stops with how to install it", async () => {
    const error = await refusal(() => selectEngine({ engine: "auto", target: "aws", variables: nothing() }));
    expect(error).to.include({ code: "pulumi-missing", kind: "engine" });
    expect(error.fix).to.contain("install");
  });

  it("builtin: never for a real account", async () => {
    const error = await refusal(() => selectEngine({ engine: "builtin", target: "aws", variables: installed() }));
    expect(error).to.include({ code: "builtin-is-for-rehearsals", kind: "usage" });
  });

  it("builtin: even where there is a CLI, but not with a root of one", async () => {
    const variables = installed();
    expect((await selectEngine({ engine: "builtin", target: "rehearsal", variables })).kind).to.equal("builtin");
    const error = await refusal(() =>
      selectEngine({ engine: "builtin", target: "rehearsal", variables, root: folder() }),
    );
    expect(error.code).to.equal("pulumi-root-not-applicable");
  });

  it("pulumi, or a root: no stand-in for what was asked for", async () => {
    const variables = nothing();
    const request = { target: "rehearsal", variables } as const;
    expect((await refusal(() => selectEngine({ engine: "pulumi", ...request }))).code).to.equal("pulumi-missing");
    expect((await refusal(() => selectEngine({ engine: "auto", root: folder(), ...request }))).code).to.equal(
      "pulumi-missing",
    );
  });
});
