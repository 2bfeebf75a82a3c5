import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { BEGIN, END, MAGIC, NAMESPACE, signedBytes } from "../approval/sshsig";
import { curves } from "../approval/ssh-key";
import { wirePositive, wireString } from "../approval/wire";

/** Kinds of keys, by the algorithm of their signatures. */
export type Algorithm =
  | "ssh-ed25519"
  | "rsa-sha2-256"
  | "rsa-sha2-512"
  | "ecdsa-sha2-nistp256"
  | "ecdsa-sha2-nistp384"
  | "ecdsa-sha2-nistp521";

/** A person with a key made for a rehearsal: plays what `ssh-keygen -Y sign` does on somebody's own machine. */
export interface Signer {
  readonly person: string;
  /** The line for the allowed-signers file. */
  readonly line: string;
  /** The armoured signature over these bytes. */
  sign(message: string, namespace?: string): string;
}

export function createSigner(person: string, algorithm: Algorithm = "ssh-ed25519"): Signer {
  const { privateKey, publicKey } = generate(algorithm);
  const blob = publicBlob(algorithm, publicKey);
  const type = algorithm.startsWith("rsa-") ? "ssh-rsa" : algorithm;
  return {
    person,
    line: `${person} namespaces="${NAMESPACE}" ${type} ${blob.toString("base64")}`,
    sign(message, namespace = NAMESPACE) {
      const reserved = Buffer.alloc(0);
      const signed = signedBytes(namespace, reserved, "sha512", message);
      const version = Buffer.of(0, 0, 0, 1);
      const signature = Buffer.concat([
        wireString(algorithm),
        wireString(signatureBytes(algorithm, privateKey, signed)),
      ]);
      const content = Buffer.concat([
        Buffer.from(MAGIC),
        version,
        ...[blob, Buffer.from(namespace), reserved, Buffer.from("sha512"), signature].map(wireString),
      ]);
      const lines = content.toString("base64").match(/.{1,70}/g) ?? [];
      return [BEGIN, ...lines, END, ""].join("\n");
    },
  };
}

function generate(algorithm: Algorithm): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === "ssh-ed25519") return generateKeyPairSync("ed25519");
  if (algorithm.startsWith("rsa-")) return generateKeyPairSync("rsa", { modulusLength: 2048 });
  return generateKeyPairSync("ec", { namedCurve: curveOf(algorithm).jwk });
}

function publicBlob(algorithm: Algorithm, key: KeyObject): Buffer {
  const jwk = key.export({ format: "jwk" });
  const bytes = (member: string | undefined) => Buffer.from(member ?? "", "base64url");
  if (algorithm === "ssh-ed25519") return Buffer.concat([wireString(algorithm), wireString(bytes(jwk.x))]);
  if (algorithm.startsWith("rsa-")) {
    return Buffer.concat([wireString("ssh-rsa"), wirePositive(bytes(jwk.e)), wirePositive(bytes(jwk.n))]);
  }
  const point = Buffer.concat([Buffer.of(4), bytes(jwk.x), bytes(jwk.y)]);
  return Buffer.concat([algorithm, algorithm.slice("ecdsa-sha2-".length), point].map(wireString));
}

function signatureBytes(algorithm: Algorithm, key: KeyObject, signed: Buffer): Buffer {
  if (algorithm === "ssh-ed25519") return sign(null, signed, key);
  if (algorithm.startsWith("rsa-")) return sign(algorithm === "rsa-sha2-256" ? "sha256" : "sha512", signed, key);
  const { hash, bytes } = curveOf(algorithm);
  const fixed = sign(hash, signed, { key, dsaEncoding: "ieee-p1363" });
  return Buffer.concat([wirePositive(fixed.subarray(0, bytes)), wirePositive(fixed.subarray(bytes))]);
}

function curveOf(algorithm: Algorithm) {
  const curve = curves[algorithm.slice("ecdsa-sha2-".length)];
  if (curve === undefined) throw new RangeError(`${algorithm} is no curve's`);
  return curve;
}
