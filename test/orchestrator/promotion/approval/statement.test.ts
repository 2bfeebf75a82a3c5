import { expect } from "chai";
import { parseStatement, statementText, type Statement } from "../../../../orchestrator/promotion/approval/statement";
import { refusal } from "../../../support/refusal";

const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const statement: Statement = {
  target: "aws",
  environment: "production",
  release: digest("a"),
  plan: digest("b"),
  state: digest("c"),
  expires: "2026-01-02T03:04:05.000Z",
};

describe("a statement to sign", () => {
  it("is text a person can read, the same to the byte for the same content", () => {
    expect(statementText(statement)).to.equal(
      `slipway approval 1\ntarget: aws\nenvironment: production\nrelease: ${digest("a")}\nplan: ${digest("b")}\nstate: ${digest("c")}\nexpires: 2026-01-02T03:04:05.000Z\n`,
    );
    expect(parseStatement(statementText(statement))).to.deep.equal(statement);
  });

  const text = statementText(statement);
  for (const [what, changed] of [
    ["without its last line break", text.trimEnd()],
    ["with Windows line ends", text.replaceAll("\n", "\r\n")],
    ["with a line more", `${text}note: and more\n`],
    ["with a line twice", text.replace("target: aws\n", "target: aws\ntarget: aws\n")],
    ["for an environment that is none", text.replace("production", "prod")],
    ["for a target that is none", text.replace("aws", "gcp")],
    ["with half a hash", text.replace(digest("b"), "sha256:b")],
    ["with a time of another form", text.replace("05.000Z", "05Z")],
    ["with no time", text.replace("2026-01-02T03:04:05.000Z", "soon")],
    ["of another version", text.replace("approval 1", "approval 2")],
    ["empty", ""],
  ] as const) {
    it(`is refused ${what}`, async () => {
      expect((await refusal(() => parseStatement(changed))).code).to.equal("statement-invalid");
    });
  }
});
