import { definition } from "../schema";

/** Kinds of external-dns 0.21.0; the platform writes none of them. */

export const externalDnsDefinitions = [
  definition({ group: "externaldns.k8s.io", kind: "DNSEndpoint", versions: ["v1alpha1"] }),
];
