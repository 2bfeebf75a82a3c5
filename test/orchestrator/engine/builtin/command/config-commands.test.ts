import { readFileSync } from "node:fs";
import { expect } from "chai";
import { recordHistory } from "../../../../../orchestrator/engine/builtin/backend/history";
import { config } from "../../../../../orchestrator/engine/builtin/command/config-commands";
import { useFolder } from "../../../../support/folder";
import { CommandLine } from "../../../../support/command-line";

describe("pulumi config", () => {
  const folder = useFolder();
  let line: CommandLine;
  beforeEach(async () => {
    line = new CommandLine(folder());
    await line.create();
  });
  const run = (...words: string[]) => line.run(config, ...words);
  const failing = (...words: string[]) => line.failing(config, ...words);
  const shown = async (...words: string[]) => JSON.parse((await run(...words)).out) as unknown;
  const file = () => readFileSync(line.settingsFile, "utf8");

  it("keeps a secret encrypted in the file, and shows it only when asked to", async () => {
    await run("set", "token", "hush", "--secret");
    await run("set", "size", "3");
    expect(file()).to.not.contain("hush");
    expect(await shown("--json")).to.deep.equal({
      "proj:token": { secret: true },
      "proj:size": { value: "3", secret: false },
    });
    expect(await shown("--json", "--show-secrets")).to.deep.include({ "proj:token": { value: "hush", secret: true } });
    expect((await run("get", "token")).out).to.equal("hush\n");
  });

  it("sets by path with the types the CLI gives, and finds again what is inside", async () => {
    for (const [path, value] of [
      ["box.on", "true"],
      ["box.off", "false"],
      ["box.count", "12"],
      ["box.code", "007"],
      ["box.huge", "12345678901234567890"],
      ["list[0]", "x"],
    ] as const)
      await run("set", path, value, "--path");
    expect(await shown("get", "box", "--json")).to.deep.include({
      objectValue: { on: true, off: false, count: 12, code: "007", huge: "12345678901234567890" },
    });
    expect((await run("get", "list[0]", "--path")).out).to.equal("x\n");
    expect((await run("get", "box.count", "--path")).out).to.equal("12\n");
  });

  it("keeps a secret inside an object a secret", async () => {
    await run("set", "box.key", "hush", "--path", "--secret");
    await run("set", "box.open", "x", "--path");
    expect(file()).to.not.contain("hush");
    expect(await shown("get", "box", "--json")).to.deep.equal({
      value: '{"key":"hush","open":"x"}',
      objectValue: { key: "hush", open: "x" },
      secret: true,
    });
  });

  it("sets many at once, and refuses what is no pair without repeating it whole", async () => {
    await run("set-all", "--plaintext", "a=1=2", "--plaintext", "other:b=", "--secret", "c=hush");
    expect(await shown("--json", "--show-secrets")).to.deep.equal({
      "proj:a": { value: "1=2", secret: false },
      "other:b": { value: "", secret: false },
      "proj:c": { value: "hush", secret: true },
    });
    const { exitCode, stderr } = await failing("set-all", "--secret", `a-secret-without-a-name-${"x".repeat(40)}`);
    expect([exitCode, stderr.includes("x")]).to.deep.equal([1, false]);
  });

  it("removes keys, and parts of them by path", async () => {
    await run("set-all", "--plaintext", "a=1", "--plaintext", "b=2");
    await run("set", "box.one", "1", "--path");
    await run("set", "box.two", "2", "--path");
    await run("rm-all", "a", "b");
    await run("rm", "box.one", "--path");
    expect(await shown("--json")).to.deep.equal({
      "proj:box": { value: '{"two":2}', objectValue: { two: 2 }, secret: false },
    });
  });

  it("takes back the settings of the last run, its secrets still encrypted", async () => {
    await run("set", "token", "hush", "--secret");
    const sealed = /secure: (\S+)/.exec(file())?.[1] ?? "";
    const context = line.context();
    const entry = {
      kind: "update",
      startTime: 0,
      endTime: 0,
      message: "",
      environment: {},
      config: {
        "proj:token": { value: sealed, secret: true },
        "proj:box": { value: '{"a":1}', secret: false, object: true },
      },
      version: 0,
      result: "succeeded" as const,
      resourceChanges: {},
    };
    recordHistory(context.files, context.layout, "proj", "dev", entry, "{}", 1_000_000_000_000_000_000n);
    await run("rm", "token");
    await run("set", "later", "x");
    await run("refresh");
    expect(await shown("--json", "--show-secrets")).to.deep.equal({
      "proj:token": { value: "hush", secret: true },
      "proj:box": { value: '{"a":1}', objectValue: { a: 1 }, secret: false },
    });
    expect(file()).to.not.contain("hush");
  });

  it("says in the CLI's words what it does not find, does not know or does not do", async () => {
    expect(await failing("get", "absent")).to.deep.equal({
      exitCode: 1,
      stderr: "error: configuration key 'absent' not found for stack 'dev'",
    });
    expect((await failing("set", "alone")).stderr).to.contain("needs a key and a value");
    expect((await failing("refresh")).stderr).to.equal("error: no previous deployment");
    expect((await failing("env", "ls")).stderr).to.contain("--engine pulumi");
    expect((await failing("surprise")).stderr).to.contain('unknown command "config surprise"');
    line.environment["PULUMI_BACKEND_URL"] += "/elsewhere";
    expect((await failing("set", "a", "1")).exitCode).to.equal(6);
  });
});
