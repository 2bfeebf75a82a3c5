import { expect } from "chai";
import { createTerminal, wrap } from "../../../orchestrator/cli/terminal";
import { createRedactor } from "../../../orchestrator/report/redact";

function terminal(given: { tty?: boolean; json?: boolean; color?: boolean; environment?: Record<string, string> }) {
  const written = { out: "", err: "" };
  const sink = (key: "out" | "err") => ({ isTTY: given.tty ?? false, write: (text: string) => (written[key] += text) });
  const redactor = createRedactor();
  const made = createTerminal({
    stdout: sink("out"),
    stderr: sink("err"),
    json: given.json ?? false,
    color: given.color ?? true,
    redactor,
    environment: given.environment ?? {},
  });
  return { made, written, redactor };
}

describe("terminal", () => {
  it("colours on a terminal only, and not against --no-color or NO_COLOR", () => {
    expect(terminal({ tty: true }).made.paint.good("x")).to.equal("\u001b[32mx\u001b[0m");
    for (const plain of [{ tty: false }, { tty: true, color: false }, { tty: true, environment: { NO_COLOR: "1" } }]) {
      expect(terminal(plain).made.paint.good("x")).to.equal("x");
    }
  });

  it("animates on a terminal only, and not in CI", () => {
    expect(terminal({ tty: true }).made.live).to.equal(true);
    expect(terminal({ tty: false }).made.live).to.equal(false);
    expect(terminal({ tty: true, environment: { CI: "true" } }).made.live).to.equal(false);
    expect(terminal({ tty: true, environment: { TERM: "dumb" } }).made.live).to.equal(false);
  });

  it("keeps stdout for the document when JSON is wanted", () => {
    const { made, written } = terminal({ json: true });
    made.line("for a person");
    made.document({ a: 1 });
    expect(JSON.parse(written.out)).to.deep.equal({ a: 1 });
    expect(written.err).to.equal("for a person\n");
  });

  it("never lets a secret out, in lines, asides or documents", () => {
    const { made, written, redactor } = terminal({ json: true });
    redactor.add("s3cr3t-value");
    made.line("a s3cr3t-value");
    made.aside("b s3cr3t-value");
    made.document({ c: "s3cr3t-value" });
    expect(written.out + written.err).to.not.include("s3cr3t-value");
  });

  it("breaks lines at spaces and keeps long words whole", () => {
    expect(wrap("aa bb cc", 5)).to.equal("aa bb\ncc");
    expect(wrap("a verylongword b", 6, "  ")).to.equal("  a\n  verylongword\n  b");
  });
});
