import path from "node:path";
import { expect } from "chai";
import { doctorCommand } from "../../../../orchestrator/cli/commands/doctor";
import { useFolder } from "../../../support/folder";
import { root } from "../../../support/pulumi";
import { invocation, options } from "../fixture";

describe("doctor, as a command", () => {
  const folder = useFolder();

  it("looks at everything of this project, line by line within the width, and counts [A0.1]", async () => {
    const { invocation: made, written } = invocation(root, { columns: 80 });
    const exit = await doctorCommand(options(path.join(folder(), "state")), made);
    const [first = "", ...lines] = written.out.trimEnd().split("\n");
    expect(first).to.match(/^slipway \S+: built-in/);
    for (const line of lines.filter((one) => !one.includes(root))) expect(line.length, line).to.be.at.most(80);
    const last = lines.at(-1) ?? "";
    expect(last).to.match(/^(not )?ready: \d+ missing, \d+ warnings, \d+ looked at$/);
    expect(exit).to.equal(last.startsWith("ready") ? 0 : 2);
    expect(written.out).to.include("dev: configuration: ");
  });
  it("is not ready where the project is none, names what is missing and ends with 2", async () => {
    const { invocation: made, written } = invocation(folder(), { json: true });
    const exit = await doctorCommand(options(path.join(folder(), "state")), made);
    const { result, exitCode, items } = JSON.parse(written.out) as {
      result: string;
      exitCode: number;
      items: { name: string; status: string; remedy?: string }[];
    };
    expect({ exit, result, exitCode }).to.deep.equal({ exit: 2, result: "failed", exitCode: 2 });
    const missing = items.filter(({ status }) => status === "missing");
    expect(missing.map(({ name }) => name)).to.include.members(["Git repository", "configuration"]);
    for (const { name, remedy } of missing) expect(remedy, name).to.be.a("string").and.not.equal("");
  });
});
