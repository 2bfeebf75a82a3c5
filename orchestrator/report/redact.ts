/** What stands where a secret stood. */
export const MASK = "[secret]";

/** Shorter texts would blank out ordinary words, and no secret worth the name is that short. */
const LEAST_LENGTH = 6;

/**
 * Forms that are secret whoever made them: AWS access keys, bearer tokens, private keys, and the credential fields of a
 * kubeconfig. The first group is kept, the rest is masked.
 */
const PATTERNS: readonly RegExp[] = [
  /()\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /(\bBearer\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(["']?(?:token|client-key-data|password|passphrase|aws_secret_access_key|secretAccessKey|PULUMI_CONFIG_PASSPHRASE)["']?\s*[:=]\s*["']?)[A-Za-z0-9._~+/=-]{16,}/gi,
];

/** Removes secrets from everything that leaves the process. There is one; output, journal and report go through it. */
export interface Redactor {
  /** From now on this text is masked, also in its JSON and base64 forms. */
  add(secret: string): void;
  text(text: string): string;
  /** A copy of plain JSON data in which every string is masked. */
  data<T>(data: T): T;
}

export function createRedactor(): Redactor {
  const secrets = new Set<string>();
  const text = (input: string): string => {
    let output = input;
    // Longest first: a secret that contains another must go as a whole.
    for (const secret of [...secrets].toSorted((a, b) => b.length - a.length)) output = output.replaceAll(secret, MASK);
    for (const pattern of PATTERNS) output = output.replace(pattern, `$1${MASK}`);
    return output;
  };
  const data = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(data);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [text(key), data(item)]));
  };
  return {
    add(secret) {
      if (secret.length < LEAST_LENGTH) return;
      for (const form of [secret, JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString("base64")]) {
        secrets.add(form);
      }
    },
    text,
    data: <T>(value: T) => data(value) as T,
  };
}
