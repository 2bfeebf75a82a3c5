import type { Bounds } from "../../schema";

/** Published with the HTTPRoute of chart gateway-crds-helm v1.9.0 (Gateway API), for the fields that are used. */
export const httpRouteBounds: Bounds = {
  "spec.parentRefs": {
    maxItems: 32,
    "x-kubernetes-validations": [
      {
        message: "sectionName must be specified when parentRefs includes 2 or more references to the same parent",
        rule: "self.all(p1, self.all(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) ? ((!has(p1.sectionName) || p1.sectionName == '') == (!has(p2.sectionName) || p2.sectionName == '')) : true))",
      },
      {
        message: "sectionName must be unique when parentRefs includes 2 or more references to the same parent",
        rule: "self.all(p1, self.exists_one(p2, p1.group == p2.group && p1.kind == p2.kind && p1.name == p2.name && (((!has(p1.__namespace__) || p1.__namespace__ == '') && (!has(p2.__namespace__) || p2.__namespace__ == '')) || (has(p1.__namespace__) && has(p2.__namespace__) && p1.__namespace__ == p2.__namespace__ )) && (((!has(p1.sectionName) || p1.sectionName == '') && (!has(p2.sectionName) || p2.sectionName == '')) || (has(p1.sectionName) && has(p2.sectionName) && p1.sectionName == p2.sectionName))))",
      },
    ],
  },
  "spec.parentRefs[].name": {
    minLength: 1,
    maxLength: 253,
  },
  "spec.parentRefs[].namespace": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
  "spec.parentRefs[].group": {
    pattern: "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    maxLength: 253,
    default: "gateway.networking.k8s.io",
  },
  "spec.parentRefs[].kind": {
    pattern: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    minLength: 1,
    maxLength: 63,
    default: "Gateway",
  },
  "spec.parentRefs[].sectionName": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.parentRefs[].port": {
    minimum: 1,
    maximum: 65535,
    format: "int32",
  },
  "spec.hostnames": {
    maxItems: 16,
  },
  "spec.hostnames[]": {
    pattern: "^(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules": {
    minItems: 1,
    maxItems: 16,
    "x-kubernetes-validations": [
      {
        message:
          "While 16 rules and 64 matches per rule are allowed, the total number of matches across all rules in a route must be less than 128",
        rule: "(self.size() > 0 ? self[0].matches.size() : 0) + (self.size() > 1 ? self[1].matches.size() : 0) + (self.size() > 2 ? self[2].matches.size() : 0) + (self.size() > 3 ? self[3].matches.size() : 0) + (self.size() > 4 ? self[4].matches.size() : 0) + (self.size() > 5 ? self[5].matches.size() : 0) + (self.size() > 6 ? self[6].matches.size() : 0) + (self.size() > 7 ? self[7].matches.size() : 0) + (self.size() > 8 ? self[8].matches.size() : 0) + (self.size() > 9 ? self[9].matches.size() : 0) + (self.size() > 10 ? self[10].matches.size() : 0) + (self.size() > 11 ? self[11].matches.size() : 0) + (self.size() > 12 ? self[12].matches.size() : 0) + (self.size() > 13 ? self[13].matches.size() : 0) + (self.size() > 14 ? self[14].matches.size() : 0) + (self.size() > 15 ? self[15].matches.size() : 0) <= 128",
      },
    ],
    default: [
      {
        matches: [
          {
            path: {
              type: "PathPrefix",
              value: "/",
            },
          },
        ],
      },
    ],
  },
  "spec.rules[]": {
    "x-kubernetes-validations": [
      {
        message: "RequestRedirect filter must not be used together with backendRefs",
        rule: "(has(self.backendRefs) && size(self.backendRefs) > 0) ? (!has(self.filters) || self.filters.all(f, !has(f.requestRedirect))): true",
      },
      {
        message:
          "When using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
        rule: "(has(self.filters) && self.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
      },
      {
        message:
          "When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
        rule: "(has(self.filters) && self.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
      },
      {
        message:
          "Within backendRefs, when using RequestRedirect filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
        rule: "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.requestRedirect) && has(f.requestRedirect.path) && f.requestRedirect.path.type == 'ReplacePrefixMatch' && has(f.requestRedirect.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
      },
      {
        message:
          "Within backendRefs, When using URLRewrite filter with path.replacePrefixMatch, exactly one PathPrefix match must be specified",
        rule: "(has(self.backendRefs) && self.backendRefs.exists_one(b, (has(b.filters) && b.filters.exists_one(f, has(f.urlRewrite) && has(f.urlRewrite.path) && f.urlRewrite.path.type == 'ReplacePrefixMatch' && has(f.urlRewrite.path.replacePrefixMatch))) )) ? ((size(self.matches) != 1 || !has(self.matches[0].path) || self.matches[0].path.type != 'PathPrefix') ? false : true) : true",
      },
    ],
  },
  "spec.rules[].name": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules[].matches": {
    maxItems: 64,
    default: [
      {
        path: {
          type: "PathPrefix",
          value: "/",
        },
      },
    ],
  },
  "spec.rules[].matches[].path": {
    "x-kubernetes-validations": [
      {
        message: "value must be an absolute path and start with '/' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? self.value.startsWith('/') : true",
      },
      {
        message: "must not contain '//' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('//') : true",
      },
      {
        message: "must not contain '/./' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/./') : true",
      },
      {
        message: "must not contain '/../' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('/../') : true",
      },
      {
        message: "must not contain '%2f' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2f') : true",
      },
      {
        message: "must not contain '%2F' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('%2F') : true",
      },
      {
        message: "must not contain '#' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.contains('#') : true",
      },
      {
        message: "must not end with '/..' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/..') : true",
      },
      {
        message: "must not end with '/.' when type one of ['Exact', 'PathPrefix']",
        rule: "(self.type in ['Exact','PathPrefix']) ? !self.value.endsWith('/.') : true",
      },
      {
        message: "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']",
        rule: "self.type in ['Exact','PathPrefix'] || self.type == 'RegularExpression'",
      },
      {
        message:
          "must only contain valid characters (matching ^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$) for types ['Exact', 'PathPrefix']",
        rule: '(self.type in [\'Exact\',\'PathPrefix\']) ? self.value.matches(r"""^(?:[-A-Za-z0-9/._~!$&\'()*+,;=:@]|[%][0-9a-fA-F]{2})+$""") : true',
      },
    ],
    default: {
      type: "PathPrefix",
      value: "/",
    },
  },
  "spec.rules[].matches[].path.type": {
    default: "PathPrefix",
  },
  "spec.rules[].matches[].path.value": {
    maxLength: 1024,
    default: "/",
  },
  "spec.rules[].matches[].headers": {
    maxItems: 16,
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.rules[].matches[].headers[].name": {
    pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
    minLength: 1,
    maxLength: 256,
  },
  "spec.rules[].matches[].headers[].value": {
    minLength: 1,
    maxLength: 4096,
  },
  "spec.rules[].matches[].headers[].type": {
    default: "Exact",
  },
  "spec.rules[].matches[].queryParams": {
    maxItems: 16,
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.rules[].matches[].queryParams[].name": {
    pattern: "^[A-Za-z0-9!#$%&'*+\\-.^_\\x60|~]+$",
    minLength: 1,
    maxLength: 256,
  },
  "spec.rules[].matches[].queryParams[].value": {
    minLength: 1,
    maxLength: 1024,
  },
  "spec.rules[].matches[].queryParams[].type": {
    default: "Exact",
  },
  "spec.rules[].filters": {
    maxItems: 16,
    "x-kubernetes-validations": [
      {
        message: "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
      },
      {
        message: "CORS filter cannot be repeated",
        rule: "self.filter(f, f.type == 'CORS').size() <= 1",
      },
      {
        message: "RequestHeaderModifier filter cannot be repeated",
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
      },
      {
        message: "ResponseHeaderModifier filter cannot be repeated",
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
      },
      {
        message: "RequestRedirect filter cannot be repeated",
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
      },
      {
        message: "URLRewrite filter cannot be repeated",
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
      },
    ],
  },
  "spec.rules[].filters[]": {
    "x-kubernetes-validations": [
      {
        message: "filter.cors must be nil if the filter.type is not CORS",
        rule: "!(has(self.cors) && self.type != 'CORS')",
      },
      {
        message: "filter.cors must be specified for CORS filter.type",
        rule: "!(!has(self.cors) && self.type == 'CORS')",
      },
      {
        message: "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
        rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
      },
      {
        message: "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
        rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
      },
      {
        message: "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
        rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
      },
      {
        message: "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
        rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
      },
      {
        message: "filter.requestMirror must be nil if the filter.type is not RequestMirror",
        rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
      },
      {
        message: "filter.requestMirror must be specified for RequestMirror filter.type",
        rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
      },
      {
        message: "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
        rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
      },
      {
        message: "filter.requestRedirect must be specified for RequestRedirect filter.type",
        rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
      },
      {
        message: "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
        rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
      },
      {
        message: "filter.urlRewrite must be specified for URLRewrite filter.type",
        rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
      },
      {
        message: "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
        rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
      },
      {
        message: "filter.extensionRef must be specified for ExtensionRef filter.type",
        rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
      },
    ],
  },
  "spec.rules[].filters[].requestRedirect.hostname": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules[].filters[].requestRedirect.path": {
    "x-kubernetes-validations": [
      {
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
      },
      {
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
      },
      {
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
      },
      {
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
      },
    ],
  },
  "spec.rules[].filters[].requestRedirect.path.replaceFullPath": {
    maxLength: 1024,
  },
  "spec.rules[].filters[].requestRedirect.path.replacePrefixMatch": {
    maxLength: 1024,
  },
  "spec.rules[].filters[].requestRedirect.port": {
    minimum: 1,
    maximum: 65535,
    format: "int32",
  },
  "spec.rules[].filters[].requestRedirect.statusCode": {
    default: 302,
  },
  "spec.rules[].filters[].urlRewrite.hostname": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules[].filters[].urlRewrite.path": {
    "x-kubernetes-validations": [
      {
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
      },
      {
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
      },
      {
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
      },
      {
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
      },
    ],
  },
  "spec.rules[].filters[].urlRewrite.path.replaceFullPath": {
    maxLength: 1024,
  },
  "spec.rules[].filters[].urlRewrite.path.replacePrefixMatch": {
    maxLength: 1024,
  },
  "spec.rules[].backendRefs": {
    maxItems: 16,
  },
  "spec.rules[].backendRefs[]": {
    "x-kubernetes-validations": [
      {
        message: "Must have port for Service reference",
        rule: "(size(self.group) == 0 && self.kind == 'Service') ? has(self.port) : true",
      },
    ],
  },
  "spec.rules[].backendRefs[].name": {
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules[].backendRefs[].namespace": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
    minLength: 1,
    maxLength: 63,
  },
  "spec.rules[].backendRefs[].group": {
    pattern: "^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    maxLength: 253,
    default: "",
  },
  "spec.rules[].backendRefs[].kind": {
    pattern: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    minLength: 1,
    maxLength: 63,
    default: "Service",
  },
  "spec.rules[].backendRefs[].port": {
    minimum: 1,
    maximum: 65535,
    format: "int32",
  },
  "spec.rules[].backendRefs[].weight": {
    minimum: 0,
    maximum: 1000000,
    format: "int32",
    default: 1,
  },
  "spec.rules[].backendRefs[].filters": {
    maxItems: 16,
    "x-kubernetes-validations": [
      {
        message: "May specify either httpRouteFilterRequestRedirect or httpRouteFilterRequestRewrite, but not both",
        rule: "!(self.exists(f, f.type == 'RequestRedirect') && self.exists(f, f.type == 'URLRewrite'))",
      },
      {
        message: "CORS filter cannot be repeated",
        rule: "self.filter(f, f.type == 'CORS').size() <= 1",
      },
      {
        message: "RequestHeaderModifier filter cannot be repeated",
        rule: "self.filter(f, f.type == 'RequestHeaderModifier').size() <= 1",
      },
      {
        message: "ResponseHeaderModifier filter cannot be repeated",
        rule: "self.filter(f, f.type == 'ResponseHeaderModifier').size() <= 1",
      },
      {
        message: "RequestRedirect filter cannot be repeated",
        rule: "self.filter(f, f.type == 'RequestRedirect').size() <= 1",
      },
      {
        message: "URLRewrite filter cannot be repeated",
        rule: "self.filter(f, f.type == 'URLRewrite').size() <= 1",
      },
    ],
  },
  "spec.rules[].backendRefs[].filters[]": {
    "x-kubernetes-validations": [
      {
        message: "filter.cors must be nil if the filter.type is not CORS",
        rule: "!(has(self.cors) && self.type != 'CORS')",
      },
      {
        message: "filter.cors must be specified for CORS filter.type",
        rule: "!(!has(self.cors) && self.type == 'CORS')",
      },
      {
        message: "filter.requestHeaderModifier must be nil if the filter.type is not RequestHeaderModifier",
        rule: "!(has(self.requestHeaderModifier) && self.type != 'RequestHeaderModifier')",
      },
      {
        message: "filter.requestHeaderModifier must be specified for RequestHeaderModifier filter.type",
        rule: "!(!has(self.requestHeaderModifier) && self.type == 'RequestHeaderModifier')",
      },
      {
        message: "filter.responseHeaderModifier must be nil if the filter.type is not ResponseHeaderModifier",
        rule: "!(has(self.responseHeaderModifier) && self.type != 'ResponseHeaderModifier')",
      },
      {
        message: "filter.responseHeaderModifier must be specified for ResponseHeaderModifier filter.type",
        rule: "!(!has(self.responseHeaderModifier) && self.type == 'ResponseHeaderModifier')",
      },
      {
        message: "filter.requestMirror must be nil if the filter.type is not RequestMirror",
        rule: "!(has(self.requestMirror) && self.type != 'RequestMirror')",
      },
      {
        message: "filter.requestMirror must be specified for RequestMirror filter.type",
        rule: "!(!has(self.requestMirror) && self.type == 'RequestMirror')",
      },
      {
        message: "filter.requestRedirect must be nil if the filter.type is not RequestRedirect",
        rule: "!(has(self.requestRedirect) && self.type != 'RequestRedirect')",
      },
      {
        message: "filter.requestRedirect must be specified for RequestRedirect filter.type",
        rule: "!(!has(self.requestRedirect) && self.type == 'RequestRedirect')",
      },
      {
        message: "filter.urlRewrite must be nil if the filter.type is not URLRewrite",
        rule: "!(has(self.urlRewrite) && self.type != 'URLRewrite')",
      },
      {
        message: "filter.urlRewrite must be specified for URLRewrite filter.type",
        rule: "!(!has(self.urlRewrite) && self.type == 'URLRewrite')",
      },
      {
        message: "filter.extensionRef must be nil if the filter.type is not ExtensionRef",
        rule: "!(has(self.extensionRef) && self.type != 'ExtensionRef')",
      },
      {
        message: "filter.extensionRef must be specified for ExtensionRef filter.type",
        rule: "!(!has(self.extensionRef) && self.type == 'ExtensionRef')",
      },
    ],
  },
  "spec.rules[].backendRefs[].filters[].requestRedirect.hostname": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules[].backendRefs[].filters[].requestRedirect.path": {
    "x-kubernetes-validations": [
      {
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
      },
      {
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
      },
      {
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
      },
      {
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
      },
    ],
  },
  "spec.rules[].backendRefs[].filters[].requestRedirect.path.replaceFullPath": {
    maxLength: 1024,
  },
  "spec.rules[].backendRefs[].filters[].requestRedirect.path.replacePrefixMatch": {
    maxLength: 1024,
  },
  "spec.rules[].backendRefs[].filters[].requestRedirect.port": {
    minimum: 1,
    maximum: 65535,
    format: "int32",
  },
  "spec.rules[].backendRefs[].filters[].requestRedirect.statusCode": {
    default: 302,
  },
  "spec.rules[].backendRefs[].filters[].urlRewrite.hostname": {
    pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    minLength: 1,
    maxLength: 253,
  },
  "spec.rules[].backendRefs[].filters[].urlRewrite.path": {
    "x-kubernetes-validations": [
      {
        message: "replaceFullPath must be specified when type is set to 'ReplaceFullPath'",
        rule: "self.type == 'ReplaceFullPath' ? has(self.replaceFullPath) : true",
      },
      {
        message: "type must be 'ReplaceFullPath' when replaceFullPath is set",
        rule: "has(self.replaceFullPath) ? self.type == 'ReplaceFullPath' : true",
      },
      {
        message: "replacePrefixMatch must be specified when type is set to 'ReplacePrefixMatch'",
        rule: "self.type == 'ReplacePrefixMatch' ? has(self.replacePrefixMatch) : true",
      },
      {
        message: "type must be 'ReplacePrefixMatch' when replacePrefixMatch is set",
        rule: "has(self.replacePrefixMatch) ? self.type == 'ReplacePrefixMatch' : true",
      },
    ],
  },
  "spec.rules[].backendRefs[].filters[].urlRewrite.path.replaceFullPath": {
    maxLength: 1024,
  },
  "spec.rules[].backendRefs[].filters[].urlRewrite.path.replacePrefixMatch": {
    maxLength: 1024,
  },
};
