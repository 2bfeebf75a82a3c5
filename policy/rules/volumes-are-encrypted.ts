import { fsbp } from "../framework";
import { isKind } from "../kind";
import { resourceRule, type Verdict } from "../rule";
import { at, items, UNKNOWN, type Value } from "../value";

/** How each kind of storage says that it is encrypted. */
const judges: Readonly<Record<string, (properties: Value, verdict: Verdict) => void>> = {
  "aws:ebs/volume:Volume": (properties, verdict) => demand(at(properties, "encrypted"), "encrypted", verdict),
  "aws:efs/fileSystem:FileSystem": (properties, verdict) => demand(at(properties, "encrypted"), "encrypted", verdict),
  "aws:rds/instance:Instance": (properties, verdict) =>
    demand(at(properties, "storageEncrypted"), "storageEncrypted", verdict),
  "aws:rds/cluster:Cluster": (properties, verdict) =>
    demand(at(properties, "storageEncrypted"), "storageEncrypted", verdict),
  "aws:ec2/launchTemplate:LaunchTemplate": (properties, verdict) =>
    devices(at(properties, "blockDeviceMappings"), "blockDeviceMappings", verdict),
};

const nodeClass = isKind("karpenter.k8s.aws/EC2NodeClass");
const storageClass = isKind("storage.k8s.io/StorageClass");

/** A volume outlives its instance; unencrypted, so does the data on it. */
export const volumesAreEncrypted = resourceRule({
  name: "volumes-are-encrypted",
  description: "Every volume, file system and database stores its data encrypted, node disks included.",
  severity: "high",
  framework: fsbp("EC2.3", "Attached EBS volumes should be encrypted at-rest."),
  requirement: "B2.1",
  remediation: "Set encrypted: true on the volume, the launch template's block devices or the StorageClass parameters.",
  url: "https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
  applies: (type) => Object.hasOwn(judges, type) || nodeClass(type) || storageClass(type),
  judge({ type, properties }, verdict) {
    if (nodeClass(type)) devices(at(properties["spec"], "blockDeviceMappings"), "spec.blockDeviceMappings", verdict);
    else if (!storageClass(type)) judges[type]?.(properties, verdict);
    else if (properties["provisioner"] === "ebs.csi.aws.com")
      demand(at(properties["parameters"], "encrypted"), "parameters.encrypted", verdict);
  },
});

function demand(value: Value, where: string, verdict: Verdict): void {
  if (value === UNKNOWN) verdict.undecided(where);
  else if (value !== true && value !== "true") verdict.violation(`${where} is not true`);
}

function devices(list: Value, where: string, verdict: Verdict): void {
  const found = items(list);
  if (found === UNKNOWN) return verdict.undecided(where);
  // Without a mapping the image's own root volume is used, and images are unencrypted unless the account says otherwise.
  if (found.length === 0)
    return verdict.violation(`${where} is not set, so the image's own unencrypted volume is used`);
  found.forEach((device, index) => demand(at(device, "ebs", "encrypted"), `${where}[${index}].ebs.encrypted`, verdict));
}
