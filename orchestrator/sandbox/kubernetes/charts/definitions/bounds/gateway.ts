import type { Bounds } from "../../schema";

/** Published with the Gateway of chart gateway-crds-helm v1.9.0 (Gateway API), for the fields that are used. */
export const gatewayBounds: Bounds = {
  "spec.gatewayClassName": {
    minLength: 1,
    maxLength: 253,
  },
  "spec.listeners": {
    minItems: 1,
    maxItems: 64,
    "x-kubernetes-validations": [
      {
        message: "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
        rule: "self.all(l, l.protocol in ['HTTP', 'TCP', 'UDP'] ? !has(l.tls) : true)",
      },
      {
        message: "tls mode must be Terminate for protocol HTTPS",
        rule: "self.all(l, (l.protocol == 'HTTPS' && has(l.tls)) ? (l.tls.mode == '' || l.tls.mode == 'Terminate') : true)",
      },
      {
        message: "tls mode must be set for protocol TLS",
        rule: "self.all(l, (l.protocol == 'TLS' ? has(l.tls) && has(l.tls.mode) && l.tls.mode != '' : true))",
      },
      {
        message: "hostname must not be specified for protocols ['TCP', 'UDP']",
        rule: "self.all(l, l.protocol in ['TCP', 'UDP']  ? (!has(l.hostname) || l.hostname == '') : true)",
      },
      {
        message: "Listener name must be unique within the Gateway",
        rule: "self.all(l1, self.exists_one(l2, l1.name == l2.name))",
      },
      {
        message: "Combination of port, protocol and hostname must be unique for each listener",
        rule: "self.all(l1, self.exists_one(l2, l1.port == l2.port && l1.protocol == l2.protocol && (has(l1.hostname) && has(l2.hostname) ? l1.hostname == l2.hostname : !has(l1.hostname) && !has(l2.hostname))))",
      },
    ],
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.listeners[].name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.listeners[].port": {
    minimum: 1,
    maximum: 65535,
    format: "int32",
  },
  "spec.listeners[].protocol": {
    pattern:
      "^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9]+$",
    minLength: 1,
    maxLength: 255,
  },
  "spec.listeners[].hostname": {
    pattern: "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.listeners[].tls": {
    "x-kubernetes-validations": [
      {
        message: "certificateRefs or options must be specified when mode is Terminate",
        rule: "self.mode == 'Terminate' ? size(self.certificateRefs) > 0 || size(self.options) > 0 : true",
      },
    ],
  },
  "spec.listeners[].tls.mode": {
    default: "Terminate",
  },
  "spec.listeners[].tls.certificateRefs": {
    maxItems: 64,
  },
  "spec.listeners[].tls.certificateRefs[].name": {
    minLength: 1,
    maxLength: 253,
  },
  "spec.listeners[].tls.certificateRefs[].namespace": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
  "spec.listeners[].tls.certificateRefs[].group": {
    pattern: "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    maxLength: 253,
    default: "",
  },
  "spec.listeners[].tls.certificateRefs[].kind": {
    pattern: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    minLength: 1,
    maxLength: 63,
    default: "Secret",
  },
  "spec.listeners[].tls.options": {
    maxProperties: 16,
  },
  "spec.listeners[].tls.options{}": {
    minLength: 0,
    maxLength: 4096,
  },
  "spec.listeners[].allowedRoutes": {
    default: {
      namespaces: {
        from: "Same",
      },
    },
  },
  "spec.listeners[].allowedRoutes.namespaces": {
    default: {
      from: "Same",
    },
  },
  "spec.listeners[].allowedRoutes.namespaces.from": {
    default: "Same",
  },
  "spec.listeners[].allowedRoutes.kinds": {
    maxItems: 8,
  },
  "spec.addresses": {
    maxItems: 16,
    "x-kubernetes-validations": [
      {
        message: "IPAddress values must be unique",
        rule: "self.all(a1, a1.type == 'IPAddress' && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
      },
      {
        message: "Hostname values must be unique",
        rule: "self.all(a1, a1.type == 'Hostname'  && has(a1.value) ? self.exists_one(a2, a2.type == a1.type && has(a2.value) && a2.value == a1.value) : true )",
      },
    ],
  },
  "spec.addresses[]": {
    oneOf: [
      {
        properties: {
          type: {
            enum: ["IPAddress"],
          },
          value: {
            anyOf: [
              {
                format: "ipv4",
              },
              {
                format: "ipv6",
              },
            ],
          },
        },
      },
      {
        properties: {
          type: {
            not: {
              enum: ["IPAddress"],
            },
          },
        },
      },
    ],
    "x-kubernetes-validations": [
      {
        message:
          "Hostname value must be empty or contain only valid characters (matching ^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$)",
        rule: 'self.type == \'Hostname\' ? (!has(self.value) || self.value.matches(r"""^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$""")): true',
      },
    ],
  },
  "spec.addresses[].type": {
    pattern:
      "^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\/[A-Za-z0-9\\/\\-._~%!$&'()*+,;=:]+$",
    minLength: 1,
    maxLength: 253,
    default: "IPAddress",
  },
  "spec.addresses[].value": {
    maxLength: 253,
  },
};
