import type { Bounds } from "../../schema";

/** Published with the ClusterIssuer of chart cert-manager v1.21.1, for the fields that are used. */
export const clusterIssuerBounds: Bounds = {
  "spec.acme.preferredChain": {
    maxLength: 64,
  },
  "spec.acme.caBundle": {
    format: "byte",
  },
};
