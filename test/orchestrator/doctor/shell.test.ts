import { expect } from "chai";
import { realShell } from "../../../orchestrator/doctor/shell";

const node = (script: string) => realShell(process.execPath, ["-e", script]);

describe("asking a command", () => {
  it("gives what it prints, trimmed", async () =>
    expect(await node("console.log('  v1.2.3\\n')")).to.deep.equal({ ok: true, absent: false, text: "v1.2.3" }));
  it("takes an answer on stderr for one, as java and ssh give theirs", async () =>
    expect((await node("console.error('v1.2.3')")).text).to.equal("v1.2.3"));
  it("tells a command that fails from one that is not there", async () => {
    expect(await node("console.error('no repository'); process.exit(128)")).to.deep.equal({
      ok: false,
      absent: false,
      text: "no repository",
    });
    expect(await realShell("slipway-no-such-command", [])).to.deep.equal({ ok: false, absent: true, text: "" });
  });
  it("passes arguments on as they are, with no shell in between", async () =>
    expect((await realShell(process.execPath, ["-p", "process.argv[1]", "$HOME; echo *"])).text).to.equal(
      "$HOME; echo *",
    ));
});
