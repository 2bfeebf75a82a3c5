import { SlipwayError } from "../../errors";
import { parseSshKey } from "./ssh-key";
import { NAMESPACE } from "./sshsig";

/** One line of the allowed-signers file: a person's key and when it counts. */
export interface AllowedSigner {
  /** Mail address, in lower case. */
  readonly person: string;
  readonly fingerprint: string;
  readonly validAfter?: Date;
  readonly validBefore?: Date;
}

/**
 * Reads an allowed-signers file in OpenSSH's own format (ssh-keygen(1), ALLOWED SIGNERS), so that `ssh-keygen -Y verify`
 * reads the same file. What would leave open who signed is refused: patterns, certificate authorities, several people
 * for one key; and local times, which mean something else on another machine.
 *
 * @throws SlipwayError `signers-invalid` naming every wrong line.
 */
export function parseAllowedSigners(text: string, file: string): AllowedSigner[] {
  const signers: AllowedSigner[] = [];
  const mistakes: string[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(#|$)/.test(line)) continue;
    try {
      const signer = parseLine(line);
      const other = signers.find(({ fingerprint }) => fingerprint === signer?.fingerprint);
      if (signer && other && other.person !== signer.person) {
        throw new RangeError(`the key ${signer.fingerprint} is ${other.person}'s already: one key is one person`);
      }
      if (signer) signers.push(signer);
    } catch (error) {
      mistakes.push(`line ${index + 1}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (mistakes.length === 0) return signers;
  throw new SlipwayError(
    "signers-invalid",
    `${file} cannot be used: ${mistakes.join("; ")}`,
    `write lines of the form: person@example.com namespaces="${NAMESPACE}" ssh-ed25519 AAAA…`,
    "usage",
  );
}

/** Undefined for a key that counts for other purposes only. */
function parseLine(line: string): AllowedSigner | undefined {
  const [principals = "", ...rest] = words(line);
  const options = KEY_TYPE.test(rest[0] ?? "") ? "" : (rest.shift() ?? "");
  const [type = "", base64 = ""] = rest;
  if (!KEY_TYPE.test(type)) throw new RangeError("there is no key type after the person");
  const person = principals.replace(/^"|"$/g, "").toLowerCase();
  if (!/^[^\s,*?!@]+@[^\s,*?!@]+$/.test(person)) {
    throw new RangeError(`${principals} is not one mail address, so it would leave open who signed`);
  }
  const { namespaces, validAfter, validBefore } = parseOptions(options);
  if (namespaces !== undefined && !namespaces.includes(NAMESPACE)) return undefined;
  const blob = Buffer.from(base64, "base64");
  if (base64 === "" || blob.toString("base64") !== base64) throw new RangeError("the key is not base64");
  const key = parseSshKey(blob);
  if (key.type !== type) throw new RangeError(`the key is of type ${key.type}, the line says ${type}`);
  return {
    person,
    fingerprint: key.fingerprint,
    ...(validAfter && { validAfter }),
    ...(validBefore && { validBefore }),
  };
}

const KEY_TYPE = /^(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+$/;

/** Words between blanks; a quoted part may contain blanks. */
function words(line: string): string[] {
  return line.match(/(?:"[^"]*"|[^\s"])+/g) ?? [];
}

function parseOptions(text: string): { namespaces?: string[]; validAfter?: Date; validBefore?: Date } {
  const parsed: { namespaces?: string[]; validAfter?: Date; validBefore?: Date } = {};
  if (text === "") return parsed;
  for (const option of text.match(/(?:"[^"]*"|[^,"])+/g) ?? []) {
    const [, name = "", value] = /^([A-Za-z-]+)(?:="([^"]*)")?$/.exec(option) ?? [];
    switch (name.toLowerCase()) {
      case "namespaces":
        parsed.namespaces = (value ?? "").split(",");
        break;
      case "valid-after":
        parsed.validAfter = timestamp(value ?? "");
        break;
      case "valid-before":
        parsed.validBefore = timestamp(value ?? "");
        break;
      case "cert-authority":
        throw new RangeError("a certificate authority vouches for anybody; name each person's own key");
      default:
        throw new RangeError(`there is no option ${option}`);
    }
  }
  return parsed;
}

/** `YYYYMMDD[HHMM[SS]]Z`. */
function timestamp(text: string): Date {
  const match = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?Z$/.exec(text);
  if (match === null) throw new RangeError(`"${text}" is no time in UTC such as 20260131Z or 202601311200Z`);
  const [, year, month, day, hour = "00", minute = "00", second = "00"] = match;
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  if (Number.isNaN(date.getTime())) throw new RangeError(`"${text}" is no time`);
  return date;
}

/** Whose key it is at that moment; otherwise why it counts for nobody. */
export function signerOf(
  signers: readonly AllowedSigner[],
  fingerprint: string,
  at: Date,
): { readonly person: string } | { readonly why: string } {
  const mine = signers.filter((signer) => signer.fingerprint === fingerprint);
  const [first] = mine;
  if (first === undefined) return { why: `the key ${fingerprint} is nobody's in the allowed-signers file` };
  const valid = mine.find(
    ({ validAfter, validBefore }) =>
      (validAfter === undefined || at >= validAfter) && (validBefore === undefined || at < validBefore),
  );
  if (valid !== undefined) return { person: valid.person };
  return { why: `the key ${fingerprint} of ${first.person} is outside its valid-after and valid-before` };
}
