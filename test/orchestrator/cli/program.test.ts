import { expect } from "chai";
import type { CommonOptions } from "../../../orchestrator/cli/options";
import { buildProgram, type Handlers } from "../../../orchestrator/cli/program";

describe("the tree of commands", () => {
  /** What a command line would do. */
  const called = async (...args: string[]) => {
    const calls: { name: string; options: CommonOptions & Record<string, unknown> }[] = [];
    const handler = (name: string) => (options: object) => {
      calls.push({ name, options: options as CommonOptions & Record<string, unknown> });
      return Promise.resolve();
    };
    const handlers = new Proxy({} as Handlers, {
      get: (_target, name: string) =>
        ["plan", "doctor", "status", "report", "cost"].includes(name)
          ? handler(name)
          : (command: string) => handler(`${name} ${command}`),
    });
    const sink = { write: () => undefined };
    await buildProgram(handlers, { stdout: sink, stderr: sink }).parseAsync(args, { from: "user" });
    return calls;
  };

  for (const [line, name] of [
    ["preview", "rollout preview"],
    ["bootstrap", "rollout bootstrap"],
    ["verify", "rollout verify"],
    ["destroy", "rollout destroy"],
    ["doctor", "doctor"],
    ["status", "status"],
    ["report", "report"],
    ["cost", "cost"],
    ["plan", "plan"],
  ] as const)
    it(`leads "${line}" to its handler, with the common options`, async () => {
      const calls = await called(line, "--environment", "dev");
      expect(calls.map((call) => call.name)).to.deep.equal([name]);
      expect(calls[0]?.options).to.include({ target: "rehearsal", stateDir: ".slipway" });
      expect(calls[0]?.options.environment).to.deep.equal(["dev"]);
    });
  it("plans a bootstrap unless another command is named", async () => {
    expect((await called("plan"))[0]?.options["command"]).to.equal("bootstrap");
    expect((await called("plan", "destroy"))[0]?.options["command"]).to.equal("destroy");
    const wrong = await called("plan", "report").catch((error: Error) => error.message);
    expect(wrong).to.include("Allowed choices are bootstrap, preview, verify, destroy");
  });
  it("knows --destroy-protected on destroy alone, and off unless it is said", async () => {
    expect((await called("destroy"))[0]?.options["destroyProtected"]).to.equal(false);
    expect((await called("destroy", "--destroy-protected"))[0]?.options["destroyProtected"]).to.equal(true);
    const wrong = await called("bootstrap", "--destroy-protected").catch((error: Error) => error.message);
    expect(wrong).to.include("unknown option");
  });
  it("takes manifests to a preview, and to nothing else", async () => {
    const [call] = await called("preview", "--manifests", "deploy", "-");
    expect(call?.options["manifests"]).to.deep.equal(["deploy", "-"]);
    const wrong = await called("bootstrap", "--manifests", "deploy").catch((error: Error) => error.message);
    expect(wrong).to.include("unknown option");
  });
  it("takes a reason to change something outside a maintenance window, and never an empty one [H1.4]", async () => {
    const [call] = await called("bootstrap", "--outside-window", " incident 4711 ");
    expect(call?.options["outsideWindow"]).to.equal("incident 4711");
    const empty = await called("destroy", "--outside-window", " ").catch((error: Error) => error.message);
    expect(empty).to.include("Say why it cannot wait");
    const looking = await called("verify", "--outside-window", "x").catch((error: Error) => error.message);
    expect(looking).to.include("unknown option");
  });
  it("asks one environment about one version, and neither in part [H1.1]", async () => {
    const handled: unknown[] = [];
    const handlers = new Proxy({} as Handlers, {
      get: (_target, name: string) =>
        name === "upgrade"
          ? (options: unknown) => Promise.resolve(void handled.push(options))
          : () => () => Promise.resolve(),
    });
    const sink = { write: () => undefined };
    const upgrade = (...args: string[]) =>
      buildProgram(handlers, { stdout: sink, stderr: sink })
        .parseAsync(["upgrade", ...args], { from: "user" })
        .then(
          () => "",
          (error: Error) => error.message,
        );
    expect(await upgrade("--environment", "staging", "--to", "1.36")).to.equal("");
    expect(handled[0]).to.deep.include({ environment: ["staging"], to: "1.36" });
    expect(await upgrade("--environment", "staging")).to.include("--to");
    expect(await upgrade("--to", "1.36")).to.include("--environment");
    expect(await upgrade("--environment", "staging", "--to", "36")).to.include("two numbers");
  });
  it("does nothing by itself", async () => {
    const help = await called().catch((error: Error & { exitCode?: number }) => error.exitCode);
    expect(help).to.equal(1);
  });
});
