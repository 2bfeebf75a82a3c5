import type { Bounds } from "../../schema";

/** Published with the PeerAuthentication of chart istio-base 1.31.1, for the fields that are used. */
export const peerAuthenticationBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "portLevelMtls requires selector",
        rule: "has(self.portLevelMtls) ? (((has(self.selector) && has(self.selector.matchLabels)) ? self.selector.matchLabels : {}).size() > 0) : true",
      },
    ],
  },
  "spec.selector.matchLabels": {
    maxProperties: 4096,
    "x-kubernetes-validations": [
      {
        message: "wildcard not allowed in label key match",
        rule: 'self.all(key, !key.contains("*"))',
      },
      {
        message: "key must not be empty",
        rule: "self.all(key, key.size() != 0)",
      },
    ],
  },
  "spec.selector.matchLabels{}": {
    maxLength: 63,
    "x-kubernetes-validations": [
      {
        message: "wildcard not allowed in label value match",
        rule: '!self.contains("*")',
      },
    ],
  },
  "spec.portLevelMtls": {
    minProperties: 1,
    "x-kubernetes-validations": [
      {
        message: "port must be between 1-65535",
        rule: "self.all(key, 0 < int(key) && int(key) <= 65535)",
      },
    ],
  },
};
