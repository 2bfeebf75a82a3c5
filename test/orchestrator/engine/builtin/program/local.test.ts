import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { ProgramRun } from "../../../../../orchestrator/engine/builtin/model";
import { localProgram, type LocalProgram } from "../../../../../orchestrator/engine/builtin/program/local";
import { useFolder } from "../../../../support/folder";
import { refusal } from "../../../../support/refusal";

describe("a local program", () => {
  const folder = useFolder();
  let said = "";
  beforeEach(() => (said = ""));

  /** Installs an SDK in `place` whose runner is this script. */
  function install(script: string, place = folder()): void {
    const sdk = path.join(place, "node_modules", "@pulumi", "pulumi");
    mkdirSync(path.join(sdk, "cmd", "run"), { recursive: true });
    writeFileSync(path.join(sdk, "package.json"), '{"name":"@pulumi/pulumi","version":"3.0.0"}');
    writeFileSync(path.join(sdk, "cmd", "run", "index.js"), script);
  }
  const request = (rest: Partial<ProgramRun> = {}): ProgramRun => ({
    monitorAddress: "127.0.0.1:1",
    engineAddress: "127.0.0.1:2",
    organization: "organization",
    project: "proj",
    stack: "dev",
    config: { "proj:size": "3", "proj:token": "hush" },
    configSecretKeys: ["proj:token"],
    dryRun: true,
    parallel: 7,
    signal: new AbortController().signal,
    ...rest,
  });
  const program = (rest: Partial<LocalProgram> = {}) =>
    localProgram({
      folder: folder(),
      runtime: "nodejs",
      main: undefined,
      environment: { MARK: "set" },
      say: (text) => (said += text),
      ...rest,
    });
  const run = (given?: Partial<ProgramRun>) => program().run(request(given));
  /** A runner that keeps what it was told in `told.json`. */
  const telling = () =>
    `require("node:fs").writeFileSync(${JSON.stringify(path.join(folder(), "told.json"))},
      JSON.stringify({ args: process.argv.slice(2), env: process.env, cwd: process.cwd() }));`;
  const told = () =>
    JSON.parse(readFileSync(path.join(folder(), "told.json"), "utf8")) as {
      args: string[];
      env: Record<string, string>;
      cwd: string;
    };

  it("is told everything the SDK's runner takes; its secrets never stand on the command line", async () => {
    install(telling());
    expect(await run()).to.deep.equal({ ok: true });
    const { args, env } = told();
    expect(args.join(" ")).to.equal(
      `--monitor 127.0.0.1:1 --engine 127.0.0.1:2 --organization organization --project proj --stack dev --pwd ${folder()} --parallel 7 --dry-run .`,
    );
    expect(env).to.deep.include({
      MARK: "set",
      PULUMI_CONFIG: '{"proj:size":"3","proj:token":"hush"}',
      PULUMI_CONFIG_SECRET_KEYS: '["proj:token"]',
    });
    await run({ dryRun: false });
    expect(told().args).to.not.include("--dry-run");
  });

  it("may lie in another folder than its project, and is run by the SDK found there", async () => {
    const place = path.join(folder(), "src");
    install(telling(), place);
    expect(await program({ main: "src" }).run(request())).to.deep.equal({ ok: true });
    expect(told().args.at(-1)).to.equal(place);
  });

  it("is heard on both of its streams", async () => {
    install('console.log("one"); console.error("two");');
    await run();
    expect(said).to.contain("one\n").and.to.contain("two\n");
  });

  it("fails with its exit code, but repeats nothing it has reported itself", async () => {
    install("process.exit(5);");
    expect(await run()).to.deep.equal({ ok: false, message: "Program exited with non-zero exit code: 5" });
    install("process.exit(32);");
    expect(await run()).to.deep.equal({ ok: false, message: "the program failed; its own message stands above" });
  });

  it("is ended when the run stops, also when it stopped before", async () => {
    install('console.log("up"); setInterval(() => {}, 1e6);');
    const stop = new AbortController();
    const running = program({ say: () => stop.abort() }).run(request({ signal: stop.signal }));
    const ended = { ok: false, message: "Program exited with signal SIGTERM" };
    expect(await running).to.deep.equal(ended);
    expect(await run({ signal: AbortSignal.abort() })).to.deep.equal(ended);
  });

  it("of another runtime, or without an SDK, is refused before anything starts", async () => {
    const python = await refusal(() => program({ runtime: "python" }).run(request()));
    expect([python.code, python.kind]).to.deep.equal(["unsupported-runtime", "usage"]);
    const bare = await refusal(() => program().run(request()));
    expect([bare.code, bare.kind, bare.message.includes(folder())]).to.deep.equal(["no-sdk", "usage", true]);
  });
});
