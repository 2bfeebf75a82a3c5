import { createCipheriv, createDecipheriv, createHash, pbkdf2, randomBytes } from "node:crypto";
import { promisify } from "node:util";
import { SlipwayError } from "../../../errors";

/** Pulumi's passphrase scheme (sdk/go/common/resource/config/crypt.go): the numbers are part of the format. */
const ITERATIONS = 1_000_000;
const KEY_BYTES = 32;
const SALT_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** What the salt line encrypts, so that a wrong passphrase is found out before anything else. */
const CANARY = "pulumi";

const derive = promisify(pbkdf2);
/** Derivation takes a tenth of a second: keys are kept for the life of the process, under a hash of what made them. */
const keys = new Map<string, Promise<Buffer>>();

/** Encrypts and decrypts the secrets of one stack. */
export class Passphrase {
  private constructor(
    private readonly key: Buffer,
    /** `v1:<salt>:<canary ciphertext>`: the `encryptionsalt` of the stack's settings and state. */
    readonly salt: string,
  ) {}

  /** A new stack's key: a fresh salt under this passphrase. */
  static async create(passphrase: string): Promise<Passphrase> {
    const salt = randomBytes(SALT_BYTES);
    const key = await keyOf(passphrase, salt);
    return new Passphrase(key, `v1:${salt.toString("base64")}:${encryptWith(key, CANARY)}`);
  }

  /** Opens what `salt` belongs to; a wrong passphrase is told as the CLI tells it. */
  static async open(passphrase: string, salt: string): Promise<Passphrase> {
    const [version, encoded, ...canary] = salt.split(":");
    if (version !== "v1" || encoded === undefined || canary.length === 0) {
      throw new SlipwayError(
        "bad-encryption-salt",
        `malformed encryption salt ${JSON.stringify(salt.slice(0, 20))}`,
        "restore encryptionsalt in the stack's settings file from version control",
        "usage",
      );
    }
    const opened = new Passphrase(await keyOf(passphrase, Buffer.from(encoded, "base64")), salt);
    if (opened.tryDecrypt(canary.join(":")) !== CANARY) {
      throw new SlipwayError(
        "incorrect-passphrase",
        "incorrect passphrase",
        "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE to the stack's passphrase",
        "usage",
      );
    }
    return opened;
  }

  encrypt(plaintext: string): string {
    return encryptWith(this.key, plaintext);
  }
  decrypt(ciphertext: string): string {
    const plaintext = this.tryDecrypt(ciphertext);
    if (plaintext === undefined)
      throw new SlipwayError(
        "undecryptable",
        "a secret cannot be decrypted with this stack's key",
        "restore the value, or the encryptionsalt it was encrypted under",
        "usage",
      );
    return plaintext;
  }

  private tryDecrypt(ciphertext: string): string | undefined {
    const [version, nonce, body] = ciphertext.split(":");
    if (version !== "v1" || nonce === undefined || body === undefined) return undefined;
    const bytes = Buffer.from(body, "base64");
    if (bytes.length < TAG_BYTES) return undefined;
    const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - TAG_BYTES)), decipher.final()]).toString(
        "utf8",
      );
    } catch {
      return undefined;
    }
  }
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  const name = createHash("sha256").update(passphrase).update("\0").update(salt).digest("hex");
  let key = keys.get(name);
  if (key === undefined) {
    key = derive(passphrase, salt, ITERATIONS, KEY_BYTES, "sha256");
    keys.set(name, key);
  }
  return key;
}

function encryptWith(key: Buffer, plaintext: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = Buffer.concat([cipher.update(plaintext, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return `v1:${nonce.toString("base64")}:${body.toString("base64")}`;
}
