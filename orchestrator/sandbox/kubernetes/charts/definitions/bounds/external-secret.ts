import type { Bounds } from "../../schema";

/** Published with the ExternalSecret of chart external-secrets 2.9.0, for the fields that are used. */
export const externalSecretBounds: Bounds = {
  "spec.refreshInterval": {
    default: "1h0m0s",
  },
  "spec.secretStoreRef.name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.target": {
    default: {
      creationPolicy: "Owner",
      deletionPolicy: "Retain",
    },
  },
  "spec.target.name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.target.creationPolicy": {
    default: "Owner",
  },
  "spec.target.deletionPolicy": {
    default: "Retain",
  },
  "spec.data[].secretKey": {
    pattern: "^[-._a-zA-Z0-9]+$",
    minLength: 1,
    maxLength: 253,
  },
};
