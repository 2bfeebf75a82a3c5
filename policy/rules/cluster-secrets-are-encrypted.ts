import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { at, isAbsent, isFields, items, UNKNOWN, type Value } from "../value";

const clusters: Readonly<Record<string, (properties: Value) => Value>> = {
  "eks:index:Cluster": (properties) => at(properties, "encryptionConfigKeyArn"),
  "aws:eks/cluster:Cluster": (properties) => {
    const config = at(properties, "encryptionConfig");
    const list = items(config);
    const one = list === UNKNOWN ? UNKNOWN : isFields(config) ? config : list[0];
    return at(one, "provider", "keyArn");
  },
};

/** Without a key of its own, whoever reads etcd's disk reads every Secret. */
export const clusterSecretsAreEncrypted = resourceRule({
  name: "cluster-secrets-are-encrypted",
  description: "Every EKS cluster encrypts Kubernetes Secrets with a KMS key.",
  severity: "high",
  framework: fsbp("EKS.3", "EKS clusters should use encrypted Kubernetes secrets."),
  requirement: "A2.6",
  remediation: "Set the cluster's encryption configuration to a KMS key (encryptionConfigKeyArn in @pulumi/eks).",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/enable-kms.html",
  applies: (type) => Object.hasOwn(clusters, type),
  judge(subject, verdict) {
    // A key made by the same program has no ARN before the update; that one is named at all is the promise.
    const key = clusters[subject.type]?.(subject.properties);
    if (isAbsent(key)) verdict.violation("no KMS key encrypts Kubernetes Secrets");
  },
});
