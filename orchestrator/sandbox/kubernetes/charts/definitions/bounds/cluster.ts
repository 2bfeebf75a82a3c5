import type { Bounds } from "../../schema";

/** Published with the Cluster of chart cloudnative-pg 0.29.0 (CloudNativePG 1.30.0), for the fields that are used. */
export const clusterBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "imageName and imageCatalogRef are mutually exclusive",
        rule: "!(has(self.imageCatalogRef) && has(self.imageName))",
      },
    ],
  },
  "spec.instances": {
    minimum: 1,
    default: 1,
  },
  "spec.storage.resizeInUseVolumes": {
    default: true,
  },
  "spec.walStorage.resizeInUseVolumes": {
    default: true,
  },
  "spec.resources.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.resources.requests{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.resources.claims": {
    "x-kubernetes-list-map-keys": ["name"],
    "x-kubernetes-list-type": "map",
  },
  "spec.postgresql": {
    "x-kubernetes-validations": [
      {
        message: "syncReplicaElectionConstraint and synchronous failure domain keys are mutually exclusive",
        rule: "!(has(self.syncReplicaElectionConstraint) && self.syncReplicaElectionConstraint.enabled && has(self.synchronous) && ((has(self.synchronous.podFailureDomainKeys) && self.synchronous.podFailureDomainKeys.size() > 0) || (has(self.synchronous.nodeFailureDomainKeys) && self.synchronous.nodeFailureDomainKeys.size() > 0)))",
      },
    ],
  },
  "spec.postgresql.synchronous": {
    "x-kubernetes-validations": [
      {
        message: "dataDurability set to 'preferred' requires empty 'standbyNamesPre' and empty 'standbyNamesPost'",
        rule: "self.dataDurability!='preferred' || ((!has(self.standbyNamesPre) || self.standbyNamesPre.size()==0) && (!has(self.standbyNamesPost) || self.standbyNamesPost.size()==0))",
      },
      {
        message: "podFailureDomainKeys and nodeFailureDomainKeys are mutually exclusive",
        rule: "!(has(self.podFailureDomainKeys) && self.podFailureDomainKeys.size() > 0 && has(self.nodeFailureDomainKeys) && self.nodeFailureDomainKeys.size() > 0)",
      },
    ],
  },
  "spec.postgresql.synchronous.number": {
    "x-kubernetes-validations": [
      {
        message: "The number of synchronous replicas should be greater than zero",
        rule: "self > 0",
      },
    ],
  },
  "spec.bootstrap.initdb": {
    "x-kubernetes-validations": [
      {
        message: "builtinLocale is only available when localeProvider is set to `builtin`",
        rule: "!has(self.builtinLocale) || self.localeProvider == 'builtin'",
      },
      {
        message: "icuLocale is only available when localeProvider is set to `icu`",
        rule: "!has(self.icuLocale) || self.localeProvider == 'icu'",
      },
      {
        message: "icuRules is only available when localeProvider is set to `icu`",
        rule: "!has(self.icuRules) || self.localeProvider == 'icu'",
      },
    ],
  },
  "spec.plugins[].enabled": {
    default: true,
  },
  "spec.plugins[].isWALArchiver": {
    default: false,
  },
  "spec.enableSuperuserAccess": {
    default: false,
  },
  "spec.enablePDB": {
    default: true,
  },
  "spec.primaryUpdateStrategy": {
    default: "unsupervised",
  },
  "spec.primaryUpdateMethod": {
    default: "restart",
  },
  "spec.startDelay": {
    format: "int32",
    default: 3600,
  },
  "spec.stopDelay": {
    format: "int32",
    default: 1800,
  },
  "spec.logLevel": {
    default: "info",
  },
};
