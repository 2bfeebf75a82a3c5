/** Longest text searched: a credential in a file stands on a line, and this bounds the work on hostile input. */
const LONGEST = 16_384;

/** Words that name a credential, as whole parts of a name: DB_PASSWORD, api-key, clientSecret. */
const SECRET_WORDS = new Set([
  "password",
  "passwd",
  "pwd",
  "secret",
  "token",
  "apikey",
  "privatekey",
  "credential",
  "credentials",
  "passphrase",
]);
const SECRET_PAIRS = new Set([
  "api key",
  "private key",
  "access key",
  "signing key",
  "encryption key",
  "client secret",
  "connection string",
  "account key",
]);
/** A last word that makes it a name of a secret, not the secret: PASSWORD_FILE, tokenUrl, secretName. */
const POINTERS = new Set([
  "file",
  "path",
  "dir",
  "url",
  "uri",
  "endpoint",
  "name",
  "ref",
  "key",
  "id",
  "ttl",
  "expiry",
  "expiration",
  "lifetime",
  "length",
  "policy",
  "type",
  "issuer",
  "audience",
  "enabled",
  "disabled",
  "rotation",
  "interval",
  "seconds",
  "minutes",
  "store",
  "class",
  "namespace",
  "header",
  "field",
  "limit",
  "count",
  "max",
  "min",
]);

/** The words of DB_PASSWORD, db-password, dbPassword and db.password. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Whether a variable or key is named like a credential itself, and not like the place of one. */
export function namesASecret(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? "";
  const pairs = words.slice(1).map((word, index) => `${words[index] ?? ""} ${word}`);
  if (SECRET_PAIRS.has(pairs.at(-1) ?? "")) return true;
  if (POINTERS.has(last)) return false;
  return words.some((word) => SECRET_WORDS.has(word)) || pairs.some((pair) => SECRET_PAIRS.has(pair));
}

/** Forms that are credentials whatever they are called. Each is anchored on fixed text, so that none backtracks. */
const FORMS: readonly RegExp[] = [
  /-----BEGIN (?:[A-Z]{1,12} ){0,2}PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}/,
  /\bgithub_pat_[A-Za-z0-9_]{22}/,
  /\bglpat-[A-Za-z0-9_-]{20}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10}/,
  /\bsk_live_[A-Za-z0-9]{16}/,
  /\beyJ[A-Za-z0-9_-]{8,512}\.eyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8}/,
  // A password within an address: postgres://user:password@host
  /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/]{1,64}:(?!\$[({])[^\s:@/]{1,128}@/,
];

/** Whether a text has the form of a credential. */
export function looksSecret(value: string): boolean {
  if (value.length < 16) return false;
  const text = value.slice(0, LONGEST);
  return FORMS.some((form) => form.test(text));
}

/** `$(NAME)` takes another variable's value, which is where the secret is judged. */
export function isReference(value: string): boolean {
  return /^\$\([A-Za-z_][A-Za-z0-9_.-]{0,252}\)$/.test(value);
}
