import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { SlipwayError } from "../../errors";
import { WireReader } from "./wire";

/** A public key as OpenSSH writes it, ready to verify with. */
export interface SshKey {
  /** `ssh-ed25519`, `ssh-rsa`, `ecdsa-sha2-nistp256`, … */
  readonly type: string;
  readonly key: KeyObject;
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
}

/** Curves by the name in an ECDSA key (RFC 5656): size of a coordinate in bytes, and the hash that goes with it. */
export const curves: Readonly<Record<string, { readonly jwk: string; readonly bytes: number; readonly hash: string }>> =
  {
    nistp256: { jwk: "P-256", bytes: 32, hash: "sha256" },
    nistp384: { jwk: "P-384", bytes: 48, hash: "sha384" },
    nistp521: { jwk: "P-521", bytes: 66, hash: "sha512" },
  };

/** NIST SP 800-131A Rev. 2: shorter RSA keys make no signatures that may be relied on. */
const LEAST_RSA_BITS = 2048;

/**
 * Reads the binary form of a public key.
 * @throws SlipwayError `key-unsupported` for a kind or size that approvals do not take, `key-invalid` for what is no key.
 */
export function parseSshKey(blob: Buffer): SshKey {
  const fingerprint = `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
  try {
    const reader = new WireReader(blob);
    const type = reader.text();
    const key = publicKey(type, reader);
    reader.end();
    return { type, key, fingerprint };
  } catch (error) {
    if (error instanceof SlipwayError) throw error;
    throw new SlipwayError(
      "key-invalid",
      `${fingerprint} is no usable public key: ${error instanceof Error ? error.message : String(error)}`,
      "copy the whole line of the .pub file",
      "usage",
      { cause: error },
    );
  }
}

function publicKey(type: string, reader: WireReader): KeyObject {
  switch (type) {
    case "ssh-ed25519":
      return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: url(reader.string()) } });
    case "ssh-rsa": {
      const e = reader.positive();
      const n = reader.positive();
      const key = createPublicKey({ format: "jwk", key: { kty: "RSA", e: url(e), n: url(n) } });
      if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < LEAST_RSA_BITS) throw unsupported("an RSA key this short");
      return key;
    }
    case "ecdsa-sha2-nistp256":
    case "ecdsa-sha2-nistp384":
    case "ecdsa-sha2-nistp521":
      return curveKey(type.slice("ecdsa-sha2-".length), reader);
    default:
      throw unsupported(`a key of type ${JSON.stringify(type)}`);
  }
}

function curveKey(name: string, reader: WireReader): KeyObject {
  const curve = curves[name];
  if (curve === undefined || reader.text() !== name) throw new RangeError("its curve is not that of its type");
  const point = reader.string();
  // 4 = both coordinates in full (SEC 1, 2.3.3), the only form OpenSSH writes.
  if (point[0] !== 4 || point.length !== 1 + 2 * curve.bytes) throw new RangeError("its point is not a full one");
  const [x, y] = [point.subarray(1, 1 + curve.bytes), point.subarray(1 + curve.bytes)];
  // Node checks that the point lies on the curve.
  return createPublicKey({ format: "jwk", key: { kty: "EC", crv: curve.jwk, x: url(x), y: url(y) } });
}

function unsupported(what: string): SlipwayError {
  return new SlipwayError(
    "key-unsupported",
    `approvals do not take ${what}`,
    `sign with Ed25519, ECDSA or RSA of at least ${LEAST_RSA_BITS} bits: ssh-keygen -t ed25519`,
    "usage",
  );
}

function url(bytes: Buffer): string {
  return bytes.toString("base64url");
}
