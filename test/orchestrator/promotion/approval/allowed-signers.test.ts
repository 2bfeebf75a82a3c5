import { expect } from "chai";
import { parseAllowedSigners, signerOf } from "../../../../orchestrator/promotion/approval/allowed-signers";
import { createSigner } from "../../../../orchestrator/promotion/rehearsal/signer";
import { refusal } from "../../../support/refusal";

const NOW = new Date("2026-06-01T12:00:00Z");
const [ada, bea] = [createSigner("ada@example.com"), createSigner("bea@example.com", "ecdsa-sha2-nistp256")];
/** `ssh-ed25519 AAAA…` */
const keyOf = ({ line }: { line: string }) => line.split(" ").slice(2).join(" ");
const parse = (text: string) => parseAllowedSigners(text, "allowed_signers");
const whose = (text: string, key = ada) => {
  const fingerprint = parse(key.line)[0]?.fingerprint ?? "";
  const found = signerOf(parse(text), fingerprint, NOW);
  return "person" in found ? found.person : found.why;
};

describe("the allowed-signers file", () => {
  it("says whose a key is, past comments, blank lines, Windows line ends and options", () => {
    const text = `# ours\r\n\r\n${ada.line} a comment\r\n  \n"BEA@example.com" ${keyOf(bea)}\n`;
    expect(whose(text)).to.equal("ada@example.com");
    expect(whose(text, bea)).to.equal("bea@example.com");
  });

  it("knows nobody's key where there is none", () => {
    expect(whose("", ada)).to.include("nobody's");
    expect(whose(bea.line, ada)).to.include("nobody's");
  });

  it("does not count a key that is for other purposes", () => {
    expect(whose(`ada@example.com namespaces="git,file" ${keyOf(ada)}`)).to.include("nobody's");
    expect(whose(`ada@example.com namespaces="git,slipway" ${keyOf(ada)}`)).to.equal("ada@example.com");
  });

  for (const [options, counts] of [
    ['valid-after="20260601Z"', true],
    ['valid-after="202606011300Z"', false],
    ['valid-before="20260601120000Z"', false],
    ['valid-before="20260601120001Z"', true],
    ['namespaces="slipway",valid-after="20260101Z",valid-before="20270101Z"', true],
  ] as const) {
    it(`counts a key with ${options} at noon of 2026-06-01: ${counts}`, () => {
      const told = whose(`ada@example.com ${options} ${keyOf(ada)}`);
      expect(told).to.include(counts ? "ada@example.com" : "outside its valid-after and valid-before");
      expect(told === "ada@example.com").to.equal(counts);
    });
  }

  it("lets a new period follow an old one of the same key", () => {
    const old = `ada@example.com valid-before="20260101Z" ${keyOf(ada)}`;
    expect(whose(`${old}\n${ada.line}`)).to.equal("ada@example.com");
  });

  for (const [what, line, said] of [
    ["a pattern", `*@example.com ${keyOf(ada)}`, "leave open who signed"],
    ["several people", `ada@example.com,bea@example.com ${keyOf(ada)}`, "leave open who signed"],
    ["a name", `ada ${keyOf(ada)}`, "not one mail address"],
    ["a certificate authority", `ada@example.com cert-authority ${keyOf(ada)}`, "vouches for anybody"],
    ["a local time", `ada@example.com valid-before="20270101" ${keyOf(ada)}`, "no time in UTC"],
    ["a time that is none", `ada@example.com valid-before="20271301Z" ${keyOf(ada)}`, "is no time"],
    ["an unknown option", `ada@example.com verify-required ${keyOf(ada)}`, "no option verify-required"],
    ["no key", "ada@example.com", "no key type"],
    ["a broken key", `ada@example.com ssh-ed25519 AAAA!`, "not base64"],
    ["a cut key", `${ada.line.slice(0, -8)}`, "no usable public key"],
    ["the wrong type", `ada@example.com ssh-rsa ${keyOf(ada).split(" ")[1]}`, "of type ssh-ed25519"],
    [
      "a hardware key",
      "ada@example.com sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29t",
      "do not take",
    ],
    ["another's key", `${ada.line}\nbea@example.com ${keyOf(ada)}`, "one key is one person"],
  ] as const) {
    it(`refuses ${what}, by its line`, async () => {
      const { code, message } = await refusal(() => parse(`# first\n${line}`));
      expect(code).to.equal("signers-invalid");
      expect(message)
        .to.match(/line [23]: /)
        .and.include(said);
    });
  }

  it("names every wrong line at once", async () => {
    const { message } = await refusal(() => parse("one\n# fine\nthree"));
    expect(message).to.include("line 1: ").and.include("line 3: ");
  });
});
