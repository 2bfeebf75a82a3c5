import type { Bounds } from "../../schema";

/** Published with the ExternalSecret of chart external-secrets 2.9.0, for the fields that are used. */
export const externalSecretBounds: Bounds = {
  "spec.secretStoreRef.name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.target.name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.data[].secretKey": {
    pattern: "^[-._a-zA-Z0-9]+$",
    minLength: 1,
    maxLength: 253,
  },
};
