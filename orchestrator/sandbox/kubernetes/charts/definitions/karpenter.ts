import { bool, definition, fields, int, intOrText, list, map, text } from "../schema";
import { nodePoolBounds } from "./bounds/node-pool";
import { ec2NodeClassBounds } from "./bounds/ec2-node-class";

/** Kinds of Karpenter 1.14.1, with the fields the platform writes. */

const requirement = fields({
  "key!": text(),
  "operator!": text("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt", "Gte", "Lte"),
  values: list(text()),
  minValues: int,
});
const taint = fields({ "key!": text(), value: text(), "effect!": text("NoSchedule", "PreferNoSchedule", "NoExecute") });
const nodePool = fields({
  "template!": fields({
    metadata: fields({ labels: map, annotations: map }),
    "spec!": fields({
      "nodeClassRef!": fields({ "group!": text(), "kind!": text(), "name!": text() }),
      "requirements!": list(requirement),
      taints: list(taint),
      startupTaints: list(taint),
      expireAfter: text(),
      terminationGracePeriod: text(),
    }),
  }),
  limits: { type: "object", additionalProperties: intOrText },
  weight: int,
  replicas: int,
  disruption: fields({
    consolidationPolicy: text("WhenEmpty", "WhenEmptyOrUnderutilized"),
    "consolidateAfter!": text(),
    budgets: list(
      fields({
        "nodes!": text(),
        schedule: text(),
        duration: text(),
        reasons: list(text("Underutilized", "Empty", "Drifted")),
      }),
    ),
  }),
});
const selected = { id: text(), tags: map };
const ebs = fields({
  deleteOnTermination: bool,
  encrypted: bool,
  iops: int,
  kmsKeyID: text(),
  snapshotID: text(),
  throughput: int,
  volumeInitializationRate: int,
  volumeSize: text(),
  volumeType: text("standard", "io1", "io2", "gp2", "sc1", "st1", "gp3"),
});
/** The published definition leaves it open; these are the fields Karpenter reads (its NodeClass page, `spec.kubelet`). */
const kubelet = fields({
  clusterDNS: list(text()),
  cpuCFSQuota: bool,
  evictionHard: map,
  evictionMaxPodGracePeriod: int,
  evictionSoft: map,
  evictionSoftGracePeriod: map,
  imageGCHighThresholdPercent: int,
  imageGCLowThresholdPercent: int,
  kubeReserved: map,
  maxPods: int,
  podsPerCore: int,
  systemReserved: map,
});
const nodeClass = fields({
  role: text(),
  instanceProfile: text(),
  amiFamily: text("AL2", "AL2023", "Bottlerocket", "Custom", "Windows2019", "Windows2022", "Windows2025"),
  "amiSelectorTerms!": list(fields({ ...selected, name: text(), alias: text(), owner: text(), ssmParameter: text() })),
  "subnetSelectorTerms!": list(fields(selected)),
  "securityGroupSelectorTerms!": list(fields({ ...selected, name: text() })),
  capacityReservationSelectorTerms: list(
    fields({ ...selected, ownerID: text(), instanceMatchCriteria: text("open", "targeted") }),
  ),
  metadataOptions: fields({
    httpEndpoint: text("enabled", "disabled"),
    httpProtocolIPv6: text("enabled", "disabled"),
    httpPutResponseHopLimit: int,
    httpTokens: text("required", "optional"),
  }),
  blockDeviceMappings: list(fields({ deviceName: text(), rootVolume: bool, ebs })),
  kubelet,
  detailedMonitoring: bool,
  associatePublicIPAddress: bool,
  instanceStorePolicy: text("RAID0"),
  userData: text(),
  context: text(),
  tags: map,
});
export const karpenterDefinitions = [
  definition({ group: "autoscaling.x-k8s.io", kind: "CapacityBuffer", versions: ["v1beta1"] }),
  definition({
    group: "karpenter.k8s.aws",
    kind: "EC2NodeClass",
    plural: "ec2nodeclasses",
    scope: "Cluster",
    versions: ["v1"],
    spec: nodeClass,
    bounds: ec2NodeClassBounds,
  }),
  definition({ group: "karpenter.sh", kind: "NodeClaim", scope: "Cluster", versions: ["v1"] }),
  definition({ group: "karpenter.sh", kind: "NodeOverlay", scope: "Cluster", versions: ["v1alpha1"] }),
  definition({
    group: "karpenter.sh",
    kind: "NodePool",
    scope: "Cluster",
    versions: ["v1"],
    spec: nodePool,
    bounds: nodePoolBounds,
  }),
];
