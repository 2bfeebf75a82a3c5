import type { Bounds } from "../../schema";

/** Published with the Issuer of chart cert-manager v1.21.1, for the fields that are used. */
export const issuerBounds: Bounds = {
  "spec.acme.preferredChain": {
    maxLength: 64,
  },
  "spec.acme.caBundle": {
    format: "byte",
  },
};
