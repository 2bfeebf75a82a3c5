import type { Bounds } from "../../schema";

/** Published with the EC2NodeClass of chart karpenter-crd 1.14.1, for the fields that are used. */
export const ec2NodeClassBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "must specify exactly one of ['role', 'instanceProfile']",
        rule: "(has(self.role) && !has(self.instanceProfile)) || (!has(self.role) && has(self.instanceProfile))",
      },
      {
        message: "if set, amiFamily must be 'AL2' or 'Custom' when using an AL2 alias",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'al2') ? (self.amiFamily == 'Custom' || self.amiFamily == 'AL2') : true)",
      },
      {
        message: "if set, amiFamily must be 'AL2023' or 'Custom' when using an AL2023 alias",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'al2023') ? (self.amiFamily == 'Custom' || self.amiFamily == 'AL2023') : true)",
      },
      {
        message: "if set, amiFamily must be 'Bottlerocket' or 'Custom' when using a Bottlerocket alias",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'bottlerocket') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Bottlerocket') : true)",
      },
      {
        message: "if set, amiFamily must be 'Windows2019' or 'Custom' when using a Windows2019 alias",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'windows2019') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Windows2019') : true)",
      },
      {
        message: "if set, amiFamily must be 'Windows2022' or 'Custom' when using a Windows2022 alias",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'windows2022') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Windows2022') : true)",
      },
      {
        message: "if set, amiFamily must be 'Windows2025' or 'Custom' when using a Windows2025 alias",
        rule: "!has(self.amiFamily) || (self.amiSelectorTerms.exists(x, has(x.alias) && x.alias.find('^[^@]+') == 'windows2025') ? (self.amiFamily == 'Custom' || self.amiFamily == 'Windows2025') : true)",
      },
      {
        message: "must specify amiFamily if amiSelectorTerms does not contain an alias",
        rule: "self.amiSelectorTerms.exists(x, has(x.alias)) ? true : has(self.amiFamily)",
      },
    ],
  },
  "spec.role": {
    "x-kubernetes-validations": [
      {
        message: "role cannot be empty",
        rule: "self != ''",
      },
    ],
  },
  "spec.instanceProfile": {
    "x-kubernetes-validations": [
      {
        message: "instanceProfile cannot be empty",
        rule: "self != ''",
      },
    ],
  },
  "spec.amiSelectorTerms": {
    minItems: 1,
    maxItems: 30,
    "x-kubernetes-validations": [
      {
        message: "expected at least one, got none, ['tags', 'id', 'name', 'alias', 'ssmParameter']",
        rule: "self.all(x, has(x.tags) || has(x.id) || has(x.name) || has(x.alias) || has(x.ssmParameter))",
      },
      {
        message: "'id' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms",
        rule: "!self.exists(x, has(x.id) && (has(x.alias) || has(x.tags) || has(x.name) || has(x.owner)))",
      },
      {
        message: "'alias' is mutually exclusive, cannot be set with a combination of other fields in amiSelectorTerms",
        rule: "!self.exists(x, has(x.alias) && (has(x.id) || has(x.tags) || has(x.name) || has(x.owner)))",
      },
      {
        message: "'alias' is mutually exclusive, cannot be set with a combination of other amiSelectorTerms",
        rule: "!(self.exists(x, has(x.alias)) && self.size() != 1)",
      },
    ],
  },
  "spec.amiSelectorTerms[].id": {
    pattern: "ami-[0-9a-z]+",
  },
  "spec.amiSelectorTerms[].tags": {
    maxProperties: 20,
    "x-kubernetes-validations": [
      {
        message: "empty tag keys or values aren't supported",
        rule: "self.all(k, k != '' && self[k] != '')",
      },
    ],
  },
  "spec.amiSelectorTerms[].alias": {
    maxLength: 30,
    "x-kubernetes-validations": [
      {
        message: "'alias' is improperly formatted, must match the format 'family@version'",
        rule: "self.matches('^[a-zA-Z0-9]+@.+$')",
      },
      {
        message:
          "family is not supported, must be one of the following: 'al2', 'al2023', 'bottlerocket', 'windows2019', 'windows2022', 'windows2025'",
        rule: "self.split('@')[0] in ['al2','al2023','bottlerocket','windows2019','windows2022','windows2025']",
      },
      {
        message: "windows families may only specify version 'latest'",
        rule: "self.split('@')[0] in ['windows2019','windows2022','windows2025'] ? self.split('@')[1] == 'latest' : true",
      },
    ],
  },
  "spec.subnetSelectorTerms": {
    maxItems: 30,
    "x-kubernetes-validations": [
      {
        message: "subnetSelectorTerms cannot be empty",
        rule: "self.size() != 0",
      },
      {
        message: "expected at least one, got none, ['tags', 'id']",
        rule: "self.all(x, has(x.tags) || has(x.id))",
      },
      {
        message:
          "'id' is mutually exclusive, cannot be set with a combination of other fields in a subnet selector term",
        rule: "!self.all(x, has(x.id) && has(x.tags))",
      },
    ],
  },
  "spec.subnetSelectorTerms[].id": {
    pattern: "subnet-[0-9a-z]+",
  },
  "spec.subnetSelectorTerms[].tags": {
    maxProperties: 20,
    "x-kubernetes-validations": [
      {
        message: "empty tag keys or values aren't supported",
        rule: "self.all(k, k != '' && self[k] != '')",
      },
    ],
  },
  "spec.securityGroupSelectorTerms": {
    maxItems: 30,
    "x-kubernetes-validations": [
      {
        message: "securityGroupSelectorTerms cannot be empty",
        rule: "self.size() != 0",
      },
      {
        message: "expected at least one, got none, ['tags', 'id', 'name']",
        rule: "self.all(x, has(x.tags) || has(x.id) || has(x.name))",
      },
      {
        message:
          "'id' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term",
        rule: "!self.all(x, has(x.id) && (has(x.tags) || has(x.name)))",
      },
      {
        message:
          "'name' is mutually exclusive, cannot be set with a combination of other fields in a security group selector term",
        rule: "!self.all(x, has(x.name) && (has(x.tags) || has(x.id)))",
      },
    ],
  },
  "spec.securityGroupSelectorTerms[].id": {
    pattern: "sg-[0-9a-z]+",
  },
  "spec.securityGroupSelectorTerms[].tags": {
    maxProperties: 20,
    "x-kubernetes-validations": [
      {
        message: "empty tag keys or values aren't supported",
        rule: "self.all(k, k != '' && self[k] != '')",
      },
    ],
  },
  "spec.capacityReservationSelectorTerms": {
    maxItems: 30,
    "x-kubernetes-validations": [
      {
        message: "expected at least one, got none, ['tags', 'id', 'instanceMatchCriteria']",
        rule: "self.all(x, has(x.tags) || has(x.id) || has(x.instanceMatchCriteria))",
      },
      {
        message:
          "'id' is mutually exclusive, cannot be set along with other fields in a capacity reservation selector term",
        rule: "!self.all(x, has(x.id) && (has(x.tags) || has(x.ownerID) || has(x.instanceMatchCriteria)))",
      },
    ],
  },
  "spec.capacityReservationSelectorTerms[].id": {
    pattern: "^cr-[0-9a-z]+$",
  },
  "spec.capacityReservationSelectorTerms[].tags": {
    maxProperties: 20,
    "x-kubernetes-validations": [
      {
        message: "empty tag keys or values aren't supported",
        rule: "self.all(k, k != '' && self[k] != '')",
      },
    ],
  },
  "spec.capacityReservationSelectorTerms[].ownerID": {
    pattern: "^[0-9]{12}$",
  },
  "spec.metadataOptions": {
    default: {
      httpEndpoint: "enabled",
      httpProtocolIPv6: "disabled",
      httpPutResponseHopLimit: 1,
      httpTokens: "required",
    },
  },
  "spec.metadataOptions.httpEndpoint": {
    default: "enabled",
  },
  "spec.metadataOptions.httpProtocolIPv6": {
    default: "disabled",
  },
  "spec.metadataOptions.httpPutResponseHopLimit": {
    minimum: 1,
    maximum: 64,
    format: "int64",
    default: 1,
  },
  "spec.metadataOptions.httpTokens": {
    default: "required",
  },
  "spec.blockDeviceMappings": {
    maxItems: 50,
    "x-kubernetes-validations": [
      {
        message: "must have only one blockDeviceMappings with rootVolume",
        rule: "self.filter(x, has(x.rootVolume)?x.rootVolume==true:false).size() <= 1",
      },
    ],
  },
  "spec.blockDeviceMappings[].ebs": {
    "x-kubernetes-validations": [
      {
        message: "snapshotID or volumeSize must be defined",
        rule: "has(self.snapshotID) || has(self.volumeSize)",
      },
      {
        message: "snapshotID must be set when volumeInitializationRate is set",
        rule: "!has(self.volumeInitializationRate) || (has(self.snapshotID) && self.snapshotID != '')",
      },
    ],
  },
  "spec.blockDeviceMappings[].ebs.iops": {
    format: "int64",
  },
  "spec.blockDeviceMappings[].ebs.throughput": {
    format: "int64",
  },
  "spec.blockDeviceMappings[].ebs.volumeInitializationRate": {
    minimum: 100,
    maximum: 300,
    format: "int32",
  },
  "spec.blockDeviceMappings[].ebs.volumeSize": {
    pattern:
      "^((?:[1-9][0-9]{0,3}|[1-4][0-9]{4}|[5][0-8][0-9]{3}|59000)Gi|(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|[6][0-3][0-9]{3}|64000)G|([1-9]||[1-5][0-7]|58)Ti|([1-9]||[1-5][0-9]|6[0-3]|64)T)$",
  },
  "spec.tags": {
    "x-kubernetes-validations": [
      {
        message: "empty tag keys aren't supported",
        rule: "self.all(k, k != '')",
      },
      {
        message: "tag contains a restricted tag matching eks:eks-cluster-name",
        rule: "self.all(k, k !='eks:eks-cluster-name')",
      },
      {
        message: "tag contains a restricted tag matching kubernetes.io/cluster/",
        rule: "self.all(k, !k.startsWith('kubernetes.io/cluster') )",
      },
      {
        message: "tag contains a restricted tag matching karpenter.sh/nodepool",
        rule: "self.all(k, k != 'karpenter.sh/nodepool')",
      },
      {
        message: "tag contains a restricted tag matching karpenter.sh/nodeclaim",
        rule: "self.all(k, k !='karpenter.sh/nodeclaim')",
      },
      {
        message: "tag contains a restricted tag matching karpenter.k8s.aws/ec2nodeclass",
        rule: "self.all(k, k !='karpenter.k8s.aws/ec2nodeclass')",
      },
    ],
  },
};
