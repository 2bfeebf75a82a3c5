import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "chai";
import fc from "fast-check";
import { parseAllowedSigners } from "../../../../orchestrator/promotion/approval/allowed-signers";
import { verifySignature } from "../../../../orchestrator/promotion/approval/sshsig";
import { createSigner, type Algorithm } from "../../../../orchestrator/promotion/rehearsal/signer";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";

const algorithms: readonly Algorithm[] = [
  "ssh-ed25519",
  "rsa-sha2-256",
  "rsa-sha2-512",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
];
const MESSAGE = "slipway approval 1\nthe exact bytes\n";
const fingerprintIn = (line: string) => parseAllowedSigners(line, "allowed_signers")[0]?.fingerprint;

describe("an SSH signature", () => {
  for (const algorithm of algorithms) {
    it(`made with ${algorithm} holds for its bytes and its key, and for nothing else`, async () => {
      const signer = createSigner("ada@example.com", algorithm);
      const signature = signer.sign(MESSAGE);
      expect(verifySignature(signature, MESSAGE).fingerprint).to.equal(fingerprintIn(signer.line));
      const { code, kind, fix } = await refusal(() => verifySignature(signature, `${MESSAGE} `));
      expect([code, kind]).to.deep.equal(["signature-invalid", "refused"]);
      expect(fix).to.include("ssh-keygen -Y sign");
    });
  }

  it("made for another purpose is worth nothing", async () => {
    const signature = createSigner("ada@example.com").sign(MESSAGE, "git");
    expect((await refusal(() => verifySignature(signature, MESSAGE))).message).to.include('namespace "git"');
  });

  it("is refused, never misread, whatever byte of it is changed", () => {
    for (const algorithm of ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512"] as const) {
      const signer = createSigner("ada@example.com", algorithm);
      const lines = signer.sign(MESSAGE).trim().split("\n");
      const bytes = Buffer.from(lines.slice(1, -1).join(""), "base64");
      fc.assert(
        fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ bits;
          const armoured = [lines[0], changed.toString("base64"), lines.at(-1)].join("\n");
          expect(() => verifySignature(armoured, MESSAGE)).to.throw("does not count");
        }),
        { numRuns: 150 },
      );
    }
  });

  for (const [what, text, said] of [
    ["nothing at all", "", "does not stand between"],
    [
      "a signature of another tool",
      "-----BEGIN PGP SIGNATURE-----\nAAAA\n-----END PGP SIGNATURE-----",
      "does not stand",
    ],
    ["no base64", "-----BEGIN SSH SIGNATURE-----\n!!\n-----END SSH SIGNATURE-----", "not base64"],
    ["something else inside", "-----BEGIN SSH SIGNATURE-----\nAAAAAAAAAAAA\n-----END SSH SIGNATURE-----", "SSHSIG"],
    ["cut off", "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAQ==\n-----END SSH SIGNATURE-----", "too early"],
    [
      "of another version",
      "-----BEGIN SSH SIGNATURE-----\nU1NIU0lHAAAAAg==\n-----END SSH SIGNATURE-----",
      "version is 2",
    ],
  ] as const) {
    it(`says what is wrong when it is ${what}`, async () => {
      expect((await refusal(() => verifySignature(text, MESSAGE))).message).to.include(said);
    });
  }

  describe("of OpenSSH", () => {
    const folder = useFolder();
    const inFolder = (name: string) => path.join(folder(), name);
    before(function () {
      if (spawnSync("ssh-keygen", ["-?"]).error === undefined) return;
      process.stdout.write("    skipped: there is no ssh-keygen on this machine to compare with\n");
      this.skip();
    });

    for (const [type, ...more] of [
      ["ed25519"],
      ["ecdsa", "-b", "256"],
      ["ecdsa", "-b", "384"],
      ["ecdsa", "-b", "521"],
      ["rsa", "-b", "3072"],
    ]) {
      it(`by ssh-keygen -Y sign with ${[type, ...more].join(" ")} holds here`, () => {
        const key = inFolder("key");
        execFileSync("ssh-keygen", ["-q", "-t", type ?? "", ...more, "-N", "", "-C", "a comment", "-f", key]);
        writeFileSync(inFolder("statement"), MESSAGE);
        execFileSync("ssh-keygen", ["-Y", "sign", "-f", key, "-n", "slipway", inFolder("statement")], {
          stdio: "ignore",
        });
        const { fingerprint } = verifySignature(readFileSync(inFolder("statement.sig"), "utf8"), MESSAGE);
        const line = `ada@example.com ${readFileSync(`${key}.pub`, "utf8")}`;
        expect(fingerprint).to.equal(fingerprintIn(line));
        const told = execFileSync("ssh-keygen", ["-l", "-f", `${key}.pub`], { encoding: "utf8" });
        expect(told).to.include(fingerprint);
      });
    }

    for (const algorithm of algorithms) {
      it(`with ${algorithm} by our rehearsal's signer holds for ssh-keygen -Y verify`, () => {
        const signer = createSigner("ada@example.com", algorithm);
        writeFileSync(inFolder("allowed_signers"), `${signer.line}\n`);
        writeFileSync(inFolder("statement.sig"), signer.sign(MESSAGE));
        const verify = (input: string) =>
          spawnSync(
            "ssh-keygen",
            [
              ...["-Y", "verify", "-f", inFolder("allowed_signers"), "-I", "ada@example.com"],
              ...["-n", "slipway", "-s", inFolder("statement.sig")],
            ],
            { input, encoding: "utf8" },
          );
        const { status, stderr } = verify(MESSAGE);
        expect(status, stderr).to.equal(0);
        expect(verify(`${MESSAGE} `).status).to.not.equal(0);
      });
    }
  });
});
