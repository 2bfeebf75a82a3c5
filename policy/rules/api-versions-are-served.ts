import { platform } from "../framework";
import { kindOf } from "../kind";
import { resourceRule } from "../rule";
import { text } from "../value";

/** Group/version/kind → what serves it today (https://kubernetes.io/docs/reference/using-api/deprecation-guide/). */
const REMOVED: Readonly<Record<string, string>> = {
  "extensions/v1beta1/Deployment": "apps/v1",
  "extensions/v1beta1/DaemonSet": "apps/v1",
  "extensions/v1beta1/ReplicaSet": "apps/v1",
  "extensions/v1beta1/Ingress": "networking.k8s.io/v1",
  "extensions/v1beta1/NetworkPolicy": "networking.k8s.io/v1",
  "extensions/v1beta1/PodSecurityPolicy": "Pod Security Admission",
  "apps/v1beta1/*": "apps/v1",
  "apps/v1beta2/*": "apps/v1",
  "batch/v1beta1/CronJob": "batch/v1",
  "batch/v2alpha1/CronJob": "batch/v1",
  "policy/v1beta1/PodDisruptionBudget": "policy/v1",
  "policy/v1beta1/PodSecurityPolicy": "Pod Security Admission",
  "networking.k8s.io/v1beta1/Ingress": "networking.k8s.io/v1",
  "networking.k8s.io/v1beta1/IngressClass": "networking.k8s.io/v1",
  "rbac.authorization.k8s.io/v1alpha1/*": "rbac.authorization.k8s.io/v1",
  "rbac.authorization.k8s.io/v1beta1/*": "rbac.authorization.k8s.io/v1",
  "autoscaling/v2beta1/HorizontalPodAutoscaler": "autoscaling/v2",
  "autoscaling/v2beta2/HorizontalPodAutoscaler": "autoscaling/v2",
  "admissionregistration.k8s.io/v1beta1/ValidatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
  "admissionregistration.k8s.io/v1beta1/MutatingWebhookConfiguration": "admissionregistration.k8s.io/v1",
  "apiextensions.k8s.io/v1beta1/CustomResourceDefinition": "apiextensions.k8s.io/v1",
  "apiregistration.k8s.io/v1beta1/APIService": "apiregistration.k8s.io/v1",
  "certificates.k8s.io/v1beta1/CertificateSigningRequest": "certificates.k8s.io/v1",
  "coordination.k8s.io/v1beta1/Lease": "coordination.k8s.io/v1",
  "discovery.k8s.io/v1beta1/EndpointSlice": "discovery.k8s.io/v1",
  "events.k8s.io/v1beta1/Event": "events.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta1/*": "flowcontrol.apiserver.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta2/*": "flowcontrol.apiserver.k8s.io/v1",
  "flowcontrol.apiserver.k8s.io/v1beta3/*": "flowcontrol.apiserver.k8s.io/v1",
  "node.k8s.io/v1beta1/RuntimeClass": "node.k8s.io/v1",
  "scheduling.k8s.io/v1beta1/PriorityClass": "scheduling.k8s.io/v1",
  "storage.k8s.io/v1beta1/CSIDriver": "storage.k8s.io/v1",
  "storage.k8s.io/v1beta1/CSINode": "storage.k8s.io/v1",
  "storage.k8s.io/v1beta1/StorageClass": "storage.k8s.io/v1",
  "storage.k8s.io/v1beta1/VolumeAttachment": "storage.k8s.io/v1",
  "storage.k8s.io/v1beta1/CSIStorageCapacity": "storage.k8s.io/v1",
  "external-secrets.io/v1beta1/*": "external-secrets.io/v1",
  "karpenter.sh/v1beta1/*": "karpenter.sh/v1",
  "karpenter.k8s.aws/v1beta1/*": "karpenter.k8s.aws/v1",
  "cert-manager.io/v1alpha2/*": "cert-manager.io/v1",
};

/** The API server no longer knows these: the object is refused, or lost at the next upgrade. */
function successor(type: string): string | undefined {
  const kind = kindOf(type);
  if (kind === undefined) return undefined;
  const version = `${kind.group}/${kind.version}`;
  return REMOVED[`${version}/${kind.kind}`] ?? REMOVED[`${version}/*`];
}

export const apiVersionsAreServed = resourceRule({
  name: "api-versions-are-served",
  description: "Every object uses an API version that the supported Kubernetes versions serve.",
  severity: "medium",
  framework: platform("E5.7", "Removed or deprecated API versions refused."),
  requirement: "E5.7",
  remediation: "Use the API version that the message names.",
  url: "https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
  applies: (type) => successor(type) !== undefined,
  judge({ type }, verdict) {
    verdict.violation(`${type.slice("kubernetes:".length)} is no longer served; use ${text(successor(type))}`);
  },
});
