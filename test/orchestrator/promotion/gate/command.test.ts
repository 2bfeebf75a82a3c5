import { expect } from "chai";
import { runCommand } from "../../../../orchestrator/promotion/gate/command";
import { useFolder } from "../../../support/folder";

describe("a gate that is a command", () => {
  const folder = useFolder();
  const run = (script: string, { timeoutSeconds = 30, variables = {} as Record<string, string> } = {}) =>
    runCommand({ argv: [process.execPath, "-e", script], cwd: folder(), variables, timeoutSeconds });

  it("gets the variables it is given, and no other of this process", async () => {
    const { code, output } = await run("console.log(Object.keys(process.env).join())", { variables: { ONLY: "1" } });
    expect([code, output.trim()]).to.deep.equal([0, "ONLY"]);
  });
  it("tells its code, and both of its outputs", async () => {
    const { code, output } = await run("console.log('out'); console.error('err'); process.exitCode = 3");
    expect(code).to.equal(3);
    expect(output).to.include("out").and.include("err");
  });
  it("is ended with all it began when its time is over", async () => {
    const script =
      "const c = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'inherit' }); console.log(c.pid); setInterval(() => 0, 1000)";
    // Its output stays open as long as anything of it lives, so that this ends at all proves that both ended.
    const { why, output } = await run(script, { timeoutSeconds: 1 });
    expect(why).to.equal("it did not end within 1 s");
    expect(output.trim()).to.match(/^\d+$/);
  });
  it("says what cannot be run, and who ended it", async () => {
    const absent = await runCommand({ argv: ["/absent/gate"], cwd: folder(), variables: {}, timeoutSeconds: 1 });
    expect(absent.why).to.include("/absent/gate cannot be run");
    expect((await run("process.kill(process.pid, 'SIGKILL')")).why).to.equal("it was ended by SIGKILL");
  });
});
