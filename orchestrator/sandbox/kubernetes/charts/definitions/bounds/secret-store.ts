import type { Bounds } from "../../schema";

/** Published with the SecretStore of chart external-secrets 2.9.0, for the fields that are used. */
export const secretStoreBounds: Bounds = {
  "spec.provider": {
    minProperties: 1,
    maxProperties: 1,
  },
  "spec.provider.vault.version": {
    default: "v2",
  },
  "spec.provider.vault.caBundle": {
    format: "byte",
  },
  "spec.provider.vault.caProvider.name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.provider.vault.caProvider.key": {
    pattern: "^[-._a-zA-Z0-9]+$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.provider.vault.caProvider.namespace": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
  "spec.provider.vault.auth.kubernetes.mountPath": {
    default: "kubernetes",
  },
  "spec.provider.vault.auth.kubernetes.serviceAccountRef.name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.provider.vault.auth.kubernetes.serviceAccountRef.namespace": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
  "spec.conditions[].namespaces[]": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
};
