import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { Readable } from "node:stream";
import { expect } from "chai";
import { runCli } from "../../orchestrator/cli/run-cli";
import { factsOf, isUp } from "../../orchestrator/sandbox/control-plane/control-plane";
import { useFolder } from "../support/folder";
import { project } from "../support/project";
import { withoutTraces } from "../support/traces";
import { needsBinaries } from "./plane";

/** What is killed, and the line of the run at which it is. */
const KILLS = [
  ["kube-apiserver", "dev: build node pools ..."],
  ["etcd", "dev: build CNI and network policy ..."],
  ["kube-controller-manager", "dev: verify CNI and network policy ..."],
] as const;

describe("a rehearsal on a real control plane, in which things are killed", function () {
  this.timeout(600_000);
  needsBinaries();
  const folder = useFolder();
  const clusters = () => path.join(folder(), "state", "rehearsal", "dev", "world", "clusters");
  const plane = () => path.join(clusters(), readdirSync(clusters())[0] ?? "");
  const bootstrap = () => [
    ...["bootstrap", "--environment", "dev", "--to", "4", "--cluster", "control-plane", "--engine", "builtin"],
    ...["--state-dir", path.join(folder(), "state")],
  ];
  const pidOf = (name: string): number =>
    (
      JSON.parse(readFileSync(path.join(plane(), "processes.json"), "utf8")) as { name: string; pid: number }[]
    ).findLast((one) => one.name === name)?.pid ?? 0;

  const listens = (port: number) =>
    new Promise<boolean>((resolve) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.on("connect", () => (socket.destroy(), resolve(true)));
      socket.on("error", () => resolve(false));
    });

  /** One run in this process; `at` sees what it says. */
  async function run(at: (said: string) => void = () => undefined) {
    let out = "";
    const write = (text: string) => {
      out += text;
      at(text);
    };
    const sink = { write, columns: 80 };
    const exit = await withoutTraces(() =>
      runCli({
        args: bootstrap(),
        root: folder(),
        stdout: sink,
        stderr: sink,
        stdin: Readable.from([]),
        variables: process.env,
      }),
    );
    return { exit, out };
  }

  it("ends whole, at once or when it is run again, repeats nothing that was proven, and leaves nothing running", async () => {
    project(folder());
    // First the orchestrator itself, while it builds the first phase inside the cluster.
    const script = `
      const { runCli } = require(${JSON.stringify(require.resolve("../../orchestrator/cli/run-cli"))});
      const { stdout, stderr, stdin, env: variables } = process;
      runCli({ args: ${JSON.stringify(bootstrap())}, root: ${JSON.stringify(folder())}, stdout, stderr, stdin, variables });`;
    const orchestrator = spawn(process.execPath, ["--import", "tsx", "--eval", script], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let before = "";
    const ended = new Promise<NodeJS.Signals | null>((resolve) =>
      orchestrator.once("close", (_, signal) => resolve(signal)),
    );
    for (const stream of [orchestrator.stdout, orchestrator.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        before += text;
        if (before.includes("dev: build node pools ...")) orchestrator.kill("SIGKILL");
      });
    expect(await ended, before).to.equal("SIGKILL");

    const killed: string[] = [];
    const first = await run((said) => {
      for (const [name, line] of KILLS)
        if (said.includes(line)) {
          process.kill(pidOf(name), "SIGKILL");
          killed.push(name);
        }
    });
    expect(killed, first.out).to.deep.equal(KILLS.map(([name]) => name));
    expect(first.out, "what was proven before the kill is not done again").to.not.include("build network and IAM ...");
    if (first.exit !== 0) {
      // A step that met the gap says so and how to go on; the next run does the rest.
      expect(first.out).to.include("fix:");
      const second = await run();
      expect(second.exit, first.out + second.out).to.equal(0);
    }
    expect(isUp(plane()), "nothing runs on").to.equal(false);
    const ports = Object.values(factsOf(plane())?.ports ?? {});
    expect(await Promise.all(ports.map(listens)), "and nothing listens").to.deep.equal([false, false]);
    expect(readdirSync(path.join(folder(), "state", "rehearsal", "tmp")), "no folder is left").to.deep.equal([]);
  });
});
