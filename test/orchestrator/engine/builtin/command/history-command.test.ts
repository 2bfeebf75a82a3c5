import { expect } from "chai";
import { recordHistory, type HistoryConfig } from "../../../../../orchestrator/engine/builtin/backend/history";
import { history } from "../../../../../orchestrator/engine/builtin/command/history-command";
import { Arguments } from "../../../../../orchestrator/engine/builtin/command/arguments";
import { useFolder } from "../../../../support/folder";
import { CommandLine } from "../../../../support/command-line";

interface Shown {
  version: number;
  message: string;
  config: Record<string, unknown>;
}

describe("pulumi stack history", () => {
  const folder = useFolder();
  let line: CommandLine;
  beforeEach(async () => {
    line = new CommandLine(folder());
    await line.create();
  });
  const record = (message: string, nanos: bigint, config: HistoryConfig = {}) => {
    const { files, layout } = line.context();
    const entry = {
      kind: "update",
      startTime: 60,
      endTime: 61,
      message,
      environment: {},
      config,
      version: 0,
      result: "succeeded" as const,
      resourceChanges: { create: 1 },
    };
    recordHistory(files, layout, "proj", "dev", entry, "{}", nanos);
  };
  const START = 1_000_000_000_000_000_000n;
  const shown = async (...words: string[]) => JSON.parse((await line.run(history, "--json", ...words)).out) as Shown[];

  it("lists runs newest first, numbered from the oldest, with times a person can read", async () => {
    ["one", "two", "three"].forEach((message, i) => record(message, START + BigInt(i)));
    expect((await shown()).map(({ version, message }) => [version, message])).to.deep.equal([
      [3, "three"],
      [2, "two"],
      [1, "one"],
    ]);
    expect((await shown())[0]).to.deep.include({
      startTime: "1970-01-01T00:01:00.000Z",
      endTime: "1970-01-01T00:01:01.000Z",
      resourceChanges: { create: 1 },
    });
  });

  it("in pages; one past the end is empty", async () => {
    ["one", "two", "three"].forEach((message, i) => record(message, START + BigInt(i)));
    const page = async (number: string) =>
      (await shown("--page-size", "2", "--page", number)).map(({ version }) => version);
    expect([await page("1"), await page("2"), await page("3")]).to.deep.equal([[3, 2], [1], []]);
  });

  it("discloses a run's secrets only when asked to, and asks for the passphrase only then", async () => {
    const context = line.context();
    const args = new Arguments("test", ["--stack", "dev"], {});
    const key = await context.key(context.settings("dev", args), undefined);
    record("one", START, {
      "proj:token": { value: key.encrypt("hush"), secret: true },
      "proj:box": {
        value: JSON.stringify({ open: 1, key: { secure: key.encrypt("hush") } }),
        secret: true,
        object: true,
      },
      "proj:size": { value: "3", secret: false },
    });
    const asked = await shown("--show-secrets");
    expect(asked[0]?.config).to.deep.equal({
      "proj:token": { value: "hush", secret: true },
      "proj:box": { value: '{"open":1,"key":"hush"}', secret: true, objectValue: { open: 1, key: "hush" } },
      "proj:size": { value: "3", secret: false },
    });
    delete line.environment["PULUMI_CONFIG_PASSPHRASE"];
    const masked = await shown();
    expect(masked[0]?.config["proj:token"]).to.deep.equal({ value: "[secret]", secret: true });
    expect(JSON.stringify(masked)).to.not.contain("hush");
  });

  it("is one line per run for a person", async () => {
    record("one", START);
    expect((await line.run(history)).out).to.equal("Version: 1  update succeeded 1970-01-01T00:01:00.000Z\n");
  });

  it("of a stack that is not there fails as the CLI does", async () => {
    line.environment["PULUMI_BACKEND_URL"] += "/elsewhere";
    expect((await line.failing(history, "--json")).exitCode).to.equal(6);
  });
});
