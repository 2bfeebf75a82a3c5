import { readdirSync } from "node:fs";
import { expect } from "chai";
import { disk } from "../../../../../orchestrator/engine/builtin/backend/files";
import {
  moveHistory,
  readHistory,
  recordHistory,
  type HistoryEntry,
} from "../../../../../orchestrator/engine/builtin/backend/history";
import { Layout } from "../../../../../orchestrator/engine/builtin/backend/layout";
import { useFolder } from "../../../../support/folder";

const entry = (message: string): HistoryEntry => ({
  kind: "update",
  startTime: 1,
  endTime: 2,
  message,
  environment: {},
  config: { "proj:token": { value: "v1:sealed", secret: true } },
  version: 0,
  result: "succeeded",
  resourceChanges: { create: 1 },
});

describe("the history of a stack", () => {
  const folder = useFolder();
  const layout = () => new Layout(folder());
  const record = (stack: string, message: string, nanos: bigint) =>
    recordHistory(disk, layout(), "proj", stack, entry(message), `state of ${message}`, nanos);
  const messages = (stack: string) => readHistory(disk, layout(), "proj", stack).map(({ message }) => message);
  const START = 1_700_000_000_000_000_000n;

  it("is empty where there is none", () => {
    expect(messages("dev")).to.deep.equal([]);
  });

  it("comes newest first, whole as it was written", () => {
    record("dev", "one", START);
    record("dev", "two", START + 1n);
    expect(messages("dev")).to.deep.equal(["two", "one"]);
    expect(readHistory(disk, layout(), "proj", "dev")[1]).to.deep.equal(entry("one"));
  });

  it("keeps the state of each run beside it, and once more among the backups", () => {
    record("dev", "one", START);
    expect(readdirSync(layout().history("proj", "dev"))).to.deep.equal([
      `dev-${START}.checkpoint.json`,
      `dev-${START}.history.json`,
    ]);
    expect(disk.read(`${layout().backups("proj", "dev")}/dev.${START}.json`)).to.equal("state of one");
  });

  it("moves with a renamed stack; its backups stay those of the old name", () => {
    record("dev", "one", START);
    record("dev", "two", START + 1n);
    moveHistory(disk, layout(), "proj", "dev", "moved");
    expect([messages("dev"), messages("moved")]).to.deep.equal([[], ["two", "one"]]);
    expect(disk.read(`${layout().history("proj", "moved")}/moved-${START}.checkpoint.json`)).to.equal("state of one");
    expect(readdirSync(layout().backups("proj", "dev"))).to.have.length(2);
  });
});
