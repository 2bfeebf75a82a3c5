import type { Bounds } from "../../schema";

/** Published with the SecretStore of chart external-secrets 2.9.0, for the fields that are used. */
export const secretStoreBounds: Bounds = {
  "spec.provider": {
    minProperties: 1,
    maxProperties: 1,
  },
  "spec.conditions[].namespaces[]": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
};
