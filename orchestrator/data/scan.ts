import { STAND_IN_DOMAIN, STAND_IN_PHONE } from "./pseudonym";

/** Kinds of personal data that show by their form. */
export type Kind = "mail" | "phone" | "card" | "iban" | "address of a machine";

interface Pattern {
  readonly kind: Kind;
  readonly form: RegExp;
  /** Whether a match is what it looks like, and no stand-in. */
  readonly real: (match: string) => boolean;
}

const patterns: readonly Pattern[] = [
  {
    kind: "mail",
    form: /[\w.+%-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+/g,
    real: (match) => !match.toLowerCase().endsWith(`@${STAND_IN_DOMAIN}`),
  },
  {
    kind: "iban",
    form: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b/g,
    real: (match) => isIban(match.replaceAll(" ", "")),
  },
  {
    kind: "card",
    // By the first digit of the networks people pay with; ids that count up or from a clock begin otherwise.
    form: /(?<![\w.-])[3-6](?:[ -]?\d){12,18}(?![\w.-])/g,
    real: (match) => luhn(match.replace(/\D/g, "")),
  },
  {
    kind: "phone",
    // With a country code, or with the marks people put between the parts of a number; plain digits are ids.
    form: /(?<![\w.-])(?:\+\d[\d ().-]{6,17}\d|\(0\d{1,5}\)[\d /-]{4,14}\d|0\d{1,5}[ /-]\d[\d -]{3,13}\d)(?![\w.-])/g,
    real: (match) => !match.startsWith(STAND_IN_PHONE) && match.replace(/\D/g, "").length >= 7,
  },
  {
    kind: "address of a machine",
    form: /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])/g,
    real: (match) =>
      match.split(".").every((octet) => Number(octet) <= 255) &&
      !/^(?:10|127|0)\.|^192\.0\.2\.|^192\.168\./.test(match),
  },
];

/** Kinds of personal data in a text; never the data itself. */
export function kindsIn(text: string): Kind[] {
  return patterns
    .filter(({ form, real }) => [...text.matchAll(form)].some(([match]) => real(match)))
    .map(({ kind }) => kind);
}

/** ISO/IEC 7812-1: what every card number satisfies, and one in ten other numbers. */
function luhn(digits: string): boolean {
  if (/^(\d)\1*$/.test(digits)) return false;
  const sum = [...digits].toReversed().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** ISO 13616: the remainder by 97 is 1. */
function isIban(text: string): boolean {
  const moved = `${text.slice(4)}${text.slice(0, 4)}`;
  const digits = [...moved].map((letter) => (/\d/.test(letter) ? letter : String(letter.charCodeAt(0) - 55))).join("");
  return [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}
