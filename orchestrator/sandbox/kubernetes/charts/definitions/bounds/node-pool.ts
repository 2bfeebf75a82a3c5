import type { Bounds } from "../../schema";

/** Published with the NodePool of chart karpenter-crd 1.14.1, for the fields that are used. */
export const nodePoolBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message:
          "Cannot transition NodePool between static (replicas set) and dynamic (replicas unset) provisioning modes",
        rule: "has(self.replicas) == has(oldSelf.replicas)",
      },
      {
        message: "only 'limits.nodes' is supported on static NodePools",
        rule: "!has(self.replicas) || (!has(self.limits) || size(self.limits) == 0 || (size(self.limits) == 1 && 'nodes' in self.limits))",
      },
      {
        message: "'weight' is not supported on static NodePools",
        rule: "!has(self.replicas) || !has(self.weight)",
      },
    ],
  },
  "spec.template.metadata.labels": {
    maxProperties: 100,
    "x-kubernetes-validations": [
      {
        message: 'label domain "karpenter.sh" is restricted',
        rule: 'self.all(x, x in ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"] || !x.find("^([^/]+)").endsWith("karpenter.sh"))',
      },
      {
        message: 'label "karpenter.sh/nodepool" is restricted',
        rule: 'self.all(x, x != "karpenter.sh/nodepool")',
      },
      {
        message: 'label "kubernetes.io/hostname" is restricted',
        rule: 'self.all(x, x != "kubernetes.io/hostname")',
      },
      {
        message: 'label domain "karpenter.k8s.aws" is restricted',
        rule: 'self.all(x, x in ["karpenter.k8s.aws/instance-tenancy", "karpenter.k8s.aws/capacity-reservation-type", "karpenter.k8s.aws/capacity-reservation-id", "karpenter.k8s.aws/capacity-reservation-interruptible", "karpenter.k8s.aws/capacity-reservation-interruptible", "karpenter.k8s.aws/ec2nodeclass", "karpenter.k8s.aws/instance-encryption-in-transit-supported", "karpenter.k8s.aws/nitro-sandbox", "karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-hypervisor", "karpenter.k8s.aws/instance-family", "karpenter.k8s.aws/instance-generation", "karpenter.k8s.aws/instance-local-nvme", "karpenter.k8s.aws/instance-size", "karpenter.k8s.aws/instance-cpu", "karpenter.k8s.aws/instance-cpu-manufacturer", "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", "karpenter.k8s.aws/instance-memory", "karpenter.k8s.aws/instance-ebs-bandwidth", "karpenter.k8s.aws/instance-network-bandwidth", "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-gpu-manufacturer", "karpenter.k8s.aws/instance-gpu-count", "karpenter.k8s.aws/instance-gpu-memory", "karpenter.k8s.aws/instance-accelerator-name", "karpenter.k8s.aws/instance-accelerator-manufacturer", "karpenter.k8s.aws/instance-accelerator-count", "karpenter.k8s.aws/instance-capability-flex", "karpenter.k8s.aws/placement-group-id", "karpenter.k8s.aws/placement-group-partition"] || !x.find("^([^/]+)").endsWith("karpenter.k8s.aws"))',
      },
    ],
  },
  "spec.template.metadata.labels{}": {
    pattern: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
    maxLength: 63,
  },
  "spec.template.spec.nodeClassRef": {
    "x-kubernetes-validations": [
      {
        message: "nodeClassRef.group is immutable",
        rule: "self.group == oldSelf.group",
      },
      {
        message: "nodeClassRef.kind is immutable",
        rule: "self.kind == oldSelf.kind",
      },
    ],
  },
  "spec.template.spec.nodeClassRef.group": {
    pattern: "^[^/]*$",
    "x-kubernetes-validations": [
      {
        message: "group may not be empty",
        rule: "self != ''",
      },
    ],
  },
  "spec.template.spec.nodeClassRef.kind": {
    "x-kubernetes-validations": [
      {
        message: "kind may not be empty",
        rule: "self != ''",
      },
    ],
  },
  "spec.template.spec.nodeClassRef.name": {
    "x-kubernetes-validations": [
      {
        message: "name may not be empty",
        rule: "self != ''",
      },
    ],
  },
  "spec.template.spec.requirements": {
    maxItems: 100,
    "x-kubernetes-validations": [
      {
        message: "requirements with operator 'In' must have a value defined",
        rule: "self.all(x, x.operator == 'In' ? x.values.size() != 0 : true)",
      },
      {
        message: "requirements operator 'Gt', 'Lt', 'Gte', or 'Lte' must have a single positive integer value",
        rule: "self.all(x, (x.operator == 'Gt' || x.operator == 'Lt' || x.operator == 'Gte' || x.operator == 'Lte') ? (x.values.size() == 1 && int(x.values[0]) >= 0) : true)",
      },
      {
        message: "requirements with 'minValues' must have at least that many values specified in the 'values' field",
        rule: "self.all(x, (x.operator == 'In' && has(x.minValues)) ? x.values.size() >= x.minValues : true)",
      },
    ],
  },
  "spec.template.spec.requirements[].key": {
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$",
    maxLength: 316,
    "x-kubernetes-validations": [
      {
        message: 'label domain "karpenter.sh" is restricted',
        rule: 'self in ["karpenter.sh/capacity-type", "karpenter.sh/nodepool"] || !self.find("^([^/]+)").endsWith("karpenter.sh")',
      },
      {
        message: 'label "karpenter.sh/nodepool" is restricted',
        rule: 'self != "karpenter.sh/nodepool"',
      },
      {
        message: 'label "kubernetes.io/hostname" is restricted',
        rule: 'self != "kubernetes.io/hostname"',
      },
      {
        message: 'label domain "karpenter.k8s.aws" is restricted',
        rule: 'self in ["karpenter.k8s.aws/instance-tenancy", "karpenter.k8s.aws/capacity-reservation-type", "karpenter.k8s.aws/capacity-reservation-id", "karpenter.k8s.aws/capacity-reservation-interruptible", "karpenter.k8s.aws/ec2nodeclass", "karpenter.k8s.aws/instance-encryption-in-transit-supported", "karpenter.k8s.aws/nitro-sandbox", "karpenter.k8s.aws/instance-category", "karpenter.k8s.aws/instance-hypervisor", "karpenter.k8s.aws/instance-family", "karpenter.k8s.aws/instance-generation", "karpenter.k8s.aws/instance-local-nvme", "karpenter.k8s.aws/instance-size", "karpenter.k8s.aws/instance-cpu", "karpenter.k8s.aws/instance-cpu-manufacturer", "karpenter.k8s.aws/instance-cpu-sustained-clock-speed-mhz", "karpenter.k8s.aws/instance-memory", "karpenter.k8s.aws/instance-ebs-bandwidth", "karpenter.k8s.aws/instance-network-bandwidth", "karpenter.k8s.aws/instance-gpu-name", "karpenter.k8s.aws/instance-gpu-manufacturer", "karpenter.k8s.aws/instance-gpu-count", "karpenter.k8s.aws/instance-gpu-memory", "karpenter.k8s.aws/instance-accelerator-name", "karpenter.k8s.aws/instance-accelerator-manufacturer", "karpenter.k8s.aws/instance-accelerator-count", "karpenter.k8s.aws/instance-capability-flex", "karpenter.k8s.aws/placement-group-id", "karpenter.k8s.aws/placement-group-partition"] || !self.find("^([^/]+)").endsWith("karpenter.k8s.aws")',
      },
    ],
  },
  "spec.template.spec.requirements[].values": {
    pattern: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$",
    maxLength: 63,
  },
  "spec.template.spec.requirements[].minValues": {
    minimum: 1,
    maximum: 50,
  },
  "spec.template.spec.taints[].key": {
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$",
    minLength: 1,
  },
  "spec.template.spec.taints[].value": {
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$",
  },
  "spec.template.spec.startupTaints[].key": {
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$",
    minLength: 1,
  },
  "spec.template.spec.startupTaints[].value": {
    pattern:
      "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(\\/))?([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$",
  },
  "spec.template.spec.expireAfter": {
    pattern: "^(([0-9]+(s|m|h))+|Never)$",
    default: "720h",
  },
  "spec.template.spec.terminationGracePeriod": {
    pattern: "^([0-9]+(s|m|h))+$",
  },
  "spec.limits{}": {
    pattern:
      "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$",
  },
  "spec.weight": {
    minimum: 1,
    maximum: 100,
    format: "int32",
  },
  "spec.replicas": {
    minimum: 0,
    format: "int64",
  },
  "spec.disruption": {
    default: {
      consolidateAfter: "0s",
    },
  },
  "spec.disruption.consolidationPolicy": {
    default: "WhenEmptyOrUnderutilized",
  },
  "spec.disruption.consolidateAfter": {
    pattern: "^(([0-9]+(s|m|h))+|Never)$",
  },
  "spec.disruption.budgets": {
    maxItems: 50,
    "x-kubernetes-validations": [
      {
        message: "'schedule' must be set with 'duration'",
        rule: "self.all(x, has(x.schedule) == has(x.duration))",
      },
    ],
    default: [
      {
        nodes: "10%",
      },
    ],
  },
  "spec.disruption.budgets[].nodes": {
    pattern: "^((100|[0-9]{1,2})%|[0-9]+)$",
    default: "10%",
  },
  "spec.disruption.budgets[].schedule": {
    pattern: "^(@(annually|yearly|monthly|weekly|daily|midnight|hourly))|((.+)\\s(.+)\\s(.+)\\s(.+)\\s(.+))$",
  },
  "spec.disruption.budgets[].duration": {
    pattern: "^((([0-9]+(h|m))|([0-9]+h[0-9]+m))(0s)?)$",
  },
  "spec.disruption.budgets[].reasons": {
    maxItems: 50,
    "x-kubernetes-list-type": "set",
  },
};
