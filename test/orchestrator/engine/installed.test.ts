import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { StackNotFoundError } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import { installedEngine, LEAST_CLI } from "../../../orchestrator/engine/installed";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

/** The SDK hides what its errors carry. */
type Failed = Error & { commandResult: { err: { exitCode?: number } } };
type Run = (
  args: string[],
  cwd: string,
  env: Record<string, string>,
  onOutput?: (text: string) => void,
  onError?: (text: string) => void,
  signal?: AbortSignal,
) => Promise<{ stdout: string; code: number }>;

describe("the installed Pulumi CLI", function () {
  if (process.platform === "win32") return;
  const folder = useFolder();
  const variables = () => ({ PATH: path.join(folder(), "bin"), HOME: folder(), TAKEN: "from outside" });

  /** Puts a `pulumi` into the folder that answers `version` and runs `script` otherwise. */
  function install(version: string, script = "exit 0"): void {
    mkdirSync(path.join(folder(), "bin"), { recursive: true });
    const file = path.join(folder(), "bin", "pulumi");
    writeFileSync(file, `#!/bin/sh\nif [ "$1" = version ]; then echo "${version}"; exit 0; fi\n${script}\n`);
    chmodSync(file, 0o755);
  }
  async function command(script: string) {
    install("v3.260.0", script);
    const engine = await installedEngine({ variables: variables() });
    const { run } = (await engine.command()) as unknown as { run: Run };
    const object = await engine.command();
    return { engine, run: run.bind(object) as Run };
  }
  const failed = (action: Promise<unknown>) =>
    action.then(
      () => Promise.reject(new Error("expected the command to fail")),
      (error: unknown) => error as Failed,
    );

  it("is found on PATH and says what it is", async () => {
    install("v3.260.0");
    const engine = await installedEngine({ variables: variables() });
    expect(engine).to.include({ kind: "pulumi", version: "3.260.0", label: "Pulumi CLI 3.260.0" });
  });

  it("is found under a root of its own (--pulumi-root)", async () => {
    install("v3.261.0");
    const engine = await installedEngine({ root: folder(), variables: { PATH: "" } });
    expect(engine.version).to.equal("3.261.0");
    const object = (await engine.command()) as unknown as { command: string };
    expect(object.command).to.equal(path.join(folder(), "bin", "pulumi"));
  });

  it("is missed with how to install it", async () => {
    const error = await refusal(() => installedEngine({ variables: variables() }));
    expect(error).to.include({ code: "pulumi-missing", kind: "engine" });
    expect(error.fix).to.contain("https://www.pulumi.com/docs/install/");
    const rooted = await refusal(() => installedEngine({ root: folder(), variables: variables() }));
    expect(rooted.message).to.contain(path.join(folder(), "bin", "pulumi"));
  });

  it("is refused when it is too old or gives no version", async () => {
    install("v3.180.0");
    const old = await refusal(() => installedEngine({ variables: variables() }));
    expect(old.code).to.equal("pulumi-too-old");
    expect(old.message).to.contain("3.180.0").and.contain(LEAST_CLI);
    install("command not understood");
    expect((await refusal(() => installedEngine({ variables: variables() }))).code).to.equal("pulumi-broken");
  });

  it("gets the arguments, the folder and the environment of a call, and no prompt", async () => {
    const { run } = await command('echo "$@"; pwd; echo "$TAKEN $ADDED $PULUMI_AUTOMATION_API"');
    const heard: string[] = [];
    const { stdout, code } = await run(["stack", "ls"], folder(), { ADDED: "from the call" }, (text) =>
      heard.push(text),
    );
    expect(code).to.equal(0);
    expect(stdout).to.equal(`stack ls --non-interactive\n${folder()}\nfrom outside from the call true\n`);
    expect(heard.join("")).to.equal(stdout);
  });

  it("fails as the SDK expects it to", async () => {
    const { run } = await command("echo \"error: no stack named 'x' found\" >&2; exit 6");
    const error = await failed(run(["stack", "select"], folder(), {}));
    expect(error).to.be.instanceOf(StackNotFoundError);
    expect(error.commandResult.err.exitCode).to.equal(6);
  });

  it("repeats no config value in its errors", async () => {
    const { run } = await command("exit 1");
    const error = await failed(run(["config", "set", "token", "--secret", "--", "hush"], folder(), {}));
    expect(error.message).to.not.contain("hush");
  });

  it("is told once to end cleanly and twice to end at once", async () => {
    // Says each signal it got, and ends with their number once there were as many as the first argument says.
    const { engine, run } = await command(
      "n=0; trap 'n=$((n+1)); echo signal $n; [ $n -ge $1 ] && exit $n' INT; echo ready; while :; do sleep 0.02; done",
    );
    for (const signals of [1, 2]) {
      const running = failed(
        run([String(signals)], folder(), {}, (text) => {
          if (text.includes("ready")) engine.interrupt("cancel");
          else if (text.includes("signal 1") && signals === 2) engine.interrupt("terminate");
        }),
      );
      expect((await running).commandResult.err.exitCode).to.equal(signals);
    }
  });

  it("hears the caller's signal as well", async () => {
    const { run } = await command("trap 'exit 9' INT; echo ready; while :; do sleep 0.02; done");
    const stop = new AbortController();
    const error = await failed(run(["up"], folder(), {}, () => stop.abort(), undefined, stop.signal));
    expect(error.commandResult.err.exitCode).to.equal(9);
  });
});
