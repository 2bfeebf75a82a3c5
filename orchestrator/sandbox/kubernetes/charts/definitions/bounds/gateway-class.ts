import type { Bounds } from "../../schema";

/** Published with the GatewayClass of chart gateway-crds-helm v1.9.0 (Gateway API), for the fields that are used. */
export const gatewayClassBounds: Bounds = {
  "spec.controllerName": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
    minLength: 1,
    maxLength: 253,
    "x-kubernetes-validations": [
      {
        message: "field is immutable",
        rule: "self == oldSelf",
      },
    ],
  },
  "spec.description": {
    maxLength: 64,
  },
  "spec.parametersRef.group": {
    pattern: "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    maxLength: 253,
  },
  "spec.parametersRef.kind": {
    pattern: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
  "spec.parametersRef.name": {
    minLength: 1,
    maxLength: 253,
  },
  "spec.parametersRef.namespace": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
};
