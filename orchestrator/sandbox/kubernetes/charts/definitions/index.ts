import type { KubeObject } from "../../object";
import { alloyDefinitions } from "./alloy";
import { argoCdDefinitions } from "./argo-cd";
import { argoRolloutsDefinitions } from "./argo-rollouts";
import { loadBalancerDefinitions } from "./aws-load-balancer-controller";
import { certManagerDefinitions } from "./cert-manager";
import { chaosMeshDefinitions } from "./chaos-mesh";
import { calicoDefinitions } from "./calico";
import { ciliumDefinitions } from "./cilium";
import { envoyGatewayDefinitions } from "./envoy-gateway";
import { externalDnsDefinitions } from "./external-dns";
import { externalSecretsDefinitions } from "./external-secrets";
import { flaggerDefinitions } from "./flagger";
import { fluxDefinitions } from "./flux";
import { gatewayDefinitions } from "./gateway-api";
import { istioDefinitions } from "./istio";
import { karpenterDefinitions } from "./karpenter";
import { kedaDefinitions } from "./keda";
import { linkerdDefinitions } from "./linkerd";
import { prometheusOperatorDefinitions } from "./prometheus-operator";
import { secretsStoreDefinitions } from "./secrets-store-csi-driver";
import { snapshotDefinitions } from "./snapshot-controller";
import { trustManagerDefinitions } from "./trust-manager";
import { veleroDefinitions } from "./velero";
import { barmanCloudDefinitions, cloudnativePgDefinitions } from "./cloudnative-pg";
import { strimziDefinitions } from "./strimzi";
import { traefikDefinitions } from "./traefik";
import { verticalPodAutoscalerDefinitions } from "./vertical-pod-autoscaler";

export { certManagerDefinitions } from "./cert-manager";
export { ciliumDefinitions } from "./cilium";
export { envoyGatewayDefinitions } from "./envoy-gateway";
export { externalDnsDefinitions } from "./external-dns";
export { gatewayDefinitions } from "./gateway-api";
export { karpenterDefinitions } from "./karpenter";
export { loadBalancerDefinitions } from "./aws-load-balancer-controller";

/** Custom kinds that come together. */
export interface KindSource {
  /** What installs them, and in which version. */
  readonly installedBy: string;
  readonly definitions: readonly KubeObject[];
}

/**
 * Every custom kind that a cluster of the platform serves, in one table. All schemas are structural ones of this
 * project: closed for the kinds it writes, with the fields it uses and the bounds that are published with them; open
 * for kinds that only a chart or a team writes.
 */
export const kindSources: readonly KindSource[] = [
  { installedBy: "chart alloy 1.11.1 (Alloy v1.18.1)", definitions: alloyDefinitions },
  { installedBy: "chart argo-cd (Argo CD 3.4)", definitions: argoCdDefinitions },
  { installedBy: "chart argo-rollouts 2.41.0 (Argo Rollouts v1.9.0)", definitions: argoRolloutsDefinitions },
  { installedBy: "chart aws-load-balancer-controller v3.5.0", definitions: loadBalancerDefinitions },
  { installedBy: "chart cert-manager v1.21.1", definitions: certManagerDefinitions },
  { installedBy: "chart chaos-mesh 2.8.3", definitions: chaosMeshDefinitions },
  { installedBy: "chart calico-crds v3.32.1", definitions: calicoDefinitions },
  { installedBy: "chart cilium (its operator)", definitions: ciliumDefinitions },
  { installedBy: "chart external-dns 0.21.0", definitions: externalDnsDefinitions },
  { installedBy: "chart external-secrets 2.9.0", definitions: externalSecretsDefinitions },
  { installedBy: "chart flagger 1.44.0", definitions: flaggerDefinitions },
  { installedBy: "chart flux2 2.18.3 (Flux 2.8.5)", definitions: fluxDefinitions },
  { installedBy: "chart gateway-crds-helm v1.9.0 (Gateway API)", definitions: gatewayDefinitions },
  { installedBy: "chart gateway-crds-helm v1.9.0 (Envoy Gateway)", definitions: envoyGatewayDefinitions },
  { installedBy: "chart istio-base 1.31.1", definitions: istioDefinitions },
  { installedBy: "chart linkerd-crds 2026.6.3", definitions: linkerdDefinitions },
  { installedBy: "chart trust-manager v0.24.0", definitions: trustManagerDefinitions },
  { installedBy: "chart karpenter-crd 1.14.1", definitions: karpenterDefinitions },
  { installedBy: "chart keda 2.20.2", definitions: kedaDefinitions },
  { installedBy: "chart secrets-store-csi-driver 1.6.0", definitions: secretsStoreDefinitions },
  { installedBy: "chart kube-prometheus-stack (operator v0.93.1)", definitions: prometheusOperatorDefinitions },
  { installedBy: "EKS add-on snapshot-controller (v8)", definitions: snapshotDefinitions },
  { installedBy: "chart velero (Velero 1.18)", definitions: veleroDefinitions },
  { installedBy: "chart strimzi-kafka-operator 1.2.0", definitions: strimziDefinitions },
  { installedBy: "chart cloudnative-pg 0.29.0 (CloudNativePG 1.30.0)", definitions: cloudnativePgDefinitions },
  { installedBy: "chart plugin-barman-cloud 0.7.0", definitions: barmanCloudDefinitions },
  { installedBy: "chart traefik 41.3.0", definitions: traefikDefinitions },
  { installedBy: "chart vertical-pod-autoscaler (1.7.1)", definitions: verticalPodAutoscalerDefinitions },
];

/** One row of the table, for people and for tests. */
export interface CustomKind {
  readonly group: string;
  readonly kind: string;
  readonly versions: readonly string[];
  readonly installedBy: string;
  /** Its schema names the fields: the platform writes objects of it. */
  readonly closed: boolean;
  readonly definition: KubeObject;
}

interface Spec {
  readonly group: string;
  readonly names: { readonly kind: string };
  readonly versions: readonly {
    readonly name: string;
    readonly schema: { readonly openAPIV3Schema: { readonly properties: Readonly<Record<string, object>> } };
  }[];
}

export function customKinds(): CustomKind[] {
  return kindSources.flatMap(({ installedBy, definitions }) =>
    definitions.map((definition) => {
      const { group, names, versions } = definition["spec"] as Spec;
      const properties = versions[0]?.schema.openAPIV3Schema.properties ?? {};
      return {
        group,
        kind: names.kind,
        versions: versions.map(({ name }) => name),
        installedBy,
        closed: Object.keys(properties).some(
          (key) => !["apiVersion", "kind", "metadata", "status"].includes(key) && !isOpen(properties[key] ?? {}),
        ),
        definition,
      };
    }),
  );
}

const isOpen = (schema: object): boolean => "x-kubernetes-preserve-unknown-fields" in schema;
