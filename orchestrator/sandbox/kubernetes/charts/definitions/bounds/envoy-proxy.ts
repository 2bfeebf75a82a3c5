import type { Bounds } from "../../schema";

/** Published with the EnvoyProxy of chart gateway-crds-helm v1.9.0 (Envoy Gateway), for the fields that are used. */
export const envoyProxyBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "only one of luaValidation or lua may be set",
        rule: "!has(self.luaValidation) || !has(self.lua)",
      },
      {
        message: "mergeGateways and mergeBackends cannot both be enabled",
        rule: "!(has(self.mergeGateways) && self.mergeGateways && has(self.mergeBackends))",
      },
    ],
  },
  "spec.provider.kubernetes": {
    "x-kubernetes-validations": [
      {
        message: "only one of envoyDeployment or envoyDaemonSet can be specified",
        rule: "((has(self.envoyDeployment) && !has(self.envoyDaemonSet)) || (!has(self.envoyDeployment) && has(self.envoyDaemonSet))) || (!has(self.envoyDeployment) && !has(self.envoyDaemonSet))",
      },
      {
        message: "cannot use envoyHpa if envoyDaemonSet is used",
        rule: "((has(self.envoyHpa) && !has(self.envoyDaemonSet)) || (!has(self.envoyHpa) && has(self.envoyDaemonSet))) || (!has(self.envoyHpa) && !has(self.envoyDaemonSet))",
      },
    ],
  },
  "spec.provider.kubernetes.envoyDeployment.replicas": {
    format: "int32",
  },
  "spec.provider.kubernetes.envoyDeployment.container": {
    "x-kubernetes-validations": [
      {
        message: "Either image or imageRepository can be set.",
        rule: "!has(self.image) || !has(self.imageRepository)",
      },
    ],
  },
  "spec.provider.kubernetes.envoyDeployment.container.image": {
    "x-kubernetes-validations": [
      {
        message: "Image must include a tag and allowed characters only (e.g., 'repo:tag').",
        rule: "self.matches('^[a-zA-Z0-9._-]+(:[0-9]+)?(/[a-zA-Z0-9._/-]+)?(:[a-zA-Z0-9._-]+)?(@sha256:[a-z0-9]+)?$')",
      },
    ],
  },
  "spec.provider.kubernetes.envoyDeployment.container.resources.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.provider.kubernetes.envoyDeployment.container.resources.requests{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.provider.kubernetes.envoyDeployment.container.resources.claims": {
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.provider.kubernetes.envoyDeployment.container.securityContext.runAsGroup": {
    format: "int64",
  },
  "spec.provider.kubernetes.envoyDeployment.container.securityContext.runAsUser": {
    format: "int64",
  },
  "spec.provider.kubernetes.envoyDeployment.container.imageRepository": {
    "x-kubernetes-validations": [
      {
        message: "ImageRepository must contain only allowed characters and must not include a tag.",
        rule: "self.matches('^[a-zA-Z0-9._-]+(:[0-9]+)?[a-zA-Z0-9._/-]+$')",
      },
    ],
  },
  "spec.provider.kubernetes.envoyService": {
    "x-kubernetes-validations": [
      {
        message: "allocateLoadBalancerNodePorts can only be set for LoadBalancer type",
        rule: "!has(self.allocateLoadBalancerNodePorts) || self.type == 'LoadBalancer'",
      },
      {
        message: "loadBalancerSourceRanges can only be set for LoadBalancer type",
        rule: "!has(self.loadBalancerSourceRanges) || self.type == 'LoadBalancer'",
      },
      {
        message: "loadBalancerIP can only be set for LoadBalancer type",
        rule: "!has(self.loadBalancerIP) || self.type == 'LoadBalancer'",
      },
    ],
  },
  "spec.provider.kubernetes.envoyService.type": {
    default: "LoadBalancer",
  },
  "spec.provider.kubernetes.envoyService.loadBalancerIP": {
    "x-kubernetes-validations": [
      {
        message: "loadBalancerIP must be a valid IPv4 address",
        rule: 'self.matches(r"^((25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)\\.){3}(25[0-5]|2[0-4][0-9]|[01]?[0-9][0-9]?)$")',
      },
    ],
  },
  "spec.provider.kubernetes.envoyService.externalTrafficPolicy": {
    default: "Local",
  },
  "spec.provider.kubernetes.envoyPDB": {
    "x-kubernetes-validations": [
      {
        message: "only one of minAvailable or maxUnavailable can be specified",
        rule: "(has(self.minAvailable) && !has(self.maxUnavailable)) || (!has(self.minAvailable) && has(self.maxUnavailable))",
      },
    ],
  },
  "spec.concurrency": {
    format: "int32",
  },
};
