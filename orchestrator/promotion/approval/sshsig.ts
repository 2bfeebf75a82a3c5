import { createHash, verify } from "node:crypto";
import { SlipwayError } from "../../errors";
import { curves, parseSshKey, type SshKey } from "./ssh-key";
import { WireReader, wireString } from "./wire";

/** What a signature by `ssh-keygen -Y sign` is for; one made for another purpose (Git, files) is worth nothing here. */
export const NAMESPACE = "slipway";

/** OpenSSH's PROTOCOL.sshsig: the preamble of the blob and of what is signed. */
export const MAGIC = "SSHSIG";
export const BEGIN = "-----BEGIN SSH SIGNATURE-----";
export const END = "-----END SSH SIGNATURE-----";

/**
 * Verifies an armoured SSH signature over these bytes and returns the key it was made with. Whose key that is, is
 * another question: see `allowed-signers.ts`.
 *
 * @throws SlipwayError `signature-invalid` (refused) saying why.
 */
export function verifySignature(armoured: string, message: string | Uint8Array): SshKey {
  try {
    const { publicKey, namespace, reserved, hash, signature } = parse(armoured);
    if (namespace !== NAMESPACE) {
      throw new RangeError(`it was made for the namespace ${JSON.stringify(namespace)}, not ${NAMESPACE}`);
    }
    if (hash !== "sha256" && hash !== "sha512") throw new RangeError(`it hashes with ${JSON.stringify(hash)}`);
    const key = parseSshKey(publicKey);
    const signed = signedBytes(namespace, reserved, hash, message);
    if (!holds(key, signature, signed)) throw new RangeError("it is not over these bytes, or not by this key");
    return key;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new SlipwayError(
      "signature-invalid",
      `the signature does not count: ${why}`,
      `sign the exact bytes of the statement: ssh-keygen -Y sign -f YOUR_KEY -n ${NAMESPACE} STATEMENT`,
      "refused",
      { cause: error },
    );
  }
}

/** What the private key signs: the message only by its hash. */
export function signedBytes(namespace: string, reserved: Buffer, hash: string, message: string | Uint8Array): Buffer {
  const digest = createHash(hash).update(message).digest();
  return Buffer.concat([
    Buffer.from(MAGIC),
    ...[Buffer.from(namespace, "latin1"), reserved, Buffer.from(hash), digest].map(wireString),
  ]);
}

interface Parsed {
  readonly publicKey: Buffer;
  readonly namespace: string;
  readonly reserved: Buffer;
  readonly hash: string;
  readonly signature: Buffer;
}

function parse(armoured: string): Parsed {
  const lines = armoured.trim().split(/\r?\n/);
  if (lines.at(0) !== BEGIN || lines.at(-1) !== END || lines.length < 3) {
    throw new RangeError(`it does not stand between ${BEGIN} and ${END}`);
  }
  const base64 = lines.slice(1, -1).join("");
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw new RangeError("it is not base64");
  const reader = new WireReader(Buffer.from(base64, "base64"));
  if (reader.take(MAGIC.length).toString("latin1") !== MAGIC) throw new RangeError(`it does not begin with ${MAGIC}`);
  const version = reader.number();
  if (version !== 1) throw new RangeError(`its version is ${version}, and there is only 1`);
  const parsed = {
    publicKey: reader.string(),
    namespace: reader.text(),
    reserved: reader.string(),
    hash: reader.text(),
    signature: reader.string(),
  };
  reader.end();
  return parsed;
}

function holds({ type, key }: SshKey, signature: Buffer, signed: Buffer): boolean {
  const reader = new WireReader(signature);
  const algorithm = reader.text();
  const bytes = reader.string();
  reader.end();
  const wrong = () => new RangeError(`a ${type} key does not sign with ${JSON.stringify(algorithm)} here`);
  switch (type) {
    case "ssh-ed25519":
      if (algorithm !== type) throw wrong();
      return verify(null, signed, key, bytes);
    case "ssh-rsa": {
      // Plain `ssh-rsa` means SHA-1, which OpenSSH itself no longer takes.
      const hash = { "rsa-sha2-256": "sha256", "rsa-sha2-512": "sha512" }[algorithm];
      if (hash === undefined) throw wrong();
      // RFC 8332, 5: some signers drop leading zeros.
      const size = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8);
      const padded = bytes.length < size ? Buffer.concat([Buffer.alloc(size - bytes.length), bytes]) : bytes;
      return verify(hash, signed, key, padded);
    }
    default: {
      const curve = curves[type.slice("ecdsa-sha2-".length)];
      if (algorithm !== type || curve === undefined) throw wrong();
      const numbers = new WireReader(bytes);
      const [r, s] = [numbers.positive(), numbers.positive()];
      numbers.end();
      if (r.length > curve.bytes || s.length > curve.bytes) return false;
      const fixed = Buffer.concat([r, s].flatMap((part) => [Buffer.alloc(curve.bytes - part.length), part]));
      return verify(curve.hash, signed, { key, dsaEncoding: "ieee-p1363" }, fixed);
    }
  }
}
