import { createHmac } from "node:crypto";
import type { Treatment } from "./rules";

/** Replaces values: the same one gets the same stand-in within one refresh, so that rows still belong together. */
export interface Pseudonyms {
  of(treatment: Exclude<Treatment, "keep" | "null">, value: string): string;
}

/** Mail that reaches nobody (RFC 2606). */
export const STAND_IN_DOMAIN = "example.invalid";
/** Numbers set aside for fiction (Ofcom, https://www.ofcom.org.uk): 0700 0000 to 0700 0999 reach nobody. */
export const STAND_IN_PHONE = "+447700900";

/**
 * @param key random and forgotten after the refresh: nobody can tell by trying whose stand-in it is.
 */
export function pseudonyms(key: Buffer): Pseudonyms {
  const digits = (value: string) => createHmac("sha256", key).update(value).digest("hex");
  return {
    of(treatment, value) {
      const hash = digits(`${treatment} ${treatment === "mail" ? value.trim().toLowerCase() : value}`);
      switch (treatment) {
        case "mail":
          return `person-${hash.slice(0, 16)}@${STAND_IN_DOMAIN}`;
        case "name":
          return `Person ${hash.slice(0, 10)}`;
        case "phone":
          return `${STAND_IN_PHONE}${String(Number.parseInt(hash.slice(0, 8), 16) % 1000).padStart(3, "0")}`;
        case "address":
          return `${(Number.parseInt(hash.slice(0, 4), 16) % 200) + 1} Sample Street`;
        case "text":
          return `text ${hash.slice(0, 12)}`;
      }
    },
  };
}
