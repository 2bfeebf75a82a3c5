import type { z } from "zod";
import type { Properties } from "../../provider/serve";
import type { KubeObject } from "../object";
import { argoRollouts } from "./argo-rollouts";
import { argoCd } from "./argo-cd";
import { awsLoadBalancerController } from "./aws-load-balancer-controller";
import { certManager } from "./cert-manager";
import { chaosMesh } from "./chaos-mesh";
import type { ChartTable } from "./chart";
import { calicoCrds, tigeraOperator } from "./calico";
import { cilium } from "./cilium";
import { flagger } from "./flagger";
import { flux2 } from "./flux2";
import { gatewayCrdsHelm, gatewayHelm } from "./envoy-gateway";
import { externalDns } from "./external-dns";
import { externalSecrets } from "./external-secrets";
import { istioBase, istioCni, istiod, ztunnel } from "./istio";
import { karpenter, karpenterCrd } from "./karpenter";
import { fluentBit } from "./fluent-bit";
import { vector } from "./vector";
import { secretsStoreCsiDriver } from "./secrets-store-csi-driver";
import { secretsStoreProviderAws } from "./secrets-store-csi-driver-provider-aws";
import { keda } from "./keda";
import { vault } from "./vault";
import { alloy } from "./alloy";
import { linkerd2Cni, linkerdControlPlane, linkerdCrds } from "./linkerd";
import { loki } from "./loki";
import { kubePrometheusStack } from "./kube-prometheus-stack";
import { nvidiaDevicePlugin } from "./nvidia-device-plugin";
import { opentelemetryCollector } from "./opentelemetry-collector";
import { opencost } from "./opencost";
import { traefik } from "./traefik";
import { trustManager } from "./trust-manager";
import { tempo } from "./tempo";
import { verticalPodAutoscaler } from "./vertical-pod-autoscaler";
import { velero } from "./velero";
import { cloudnativePg } from "./cloudnative-pg";
import { pluginBarmanCloud } from "./plugin-barman-cloud";
import { strimziKafkaOperator } from "./strimzi-kafka-operator";

/** Charts by the name in their `Chart.yaml`. */
export const chartTables: Readonly<Record<string, ChartTable>> = {
  "argo-cd": argoCd as unknown as ChartTable,
  "argo-rollouts": argoRollouts as unknown as ChartTable,
  "aws-load-balancer-controller": awsLoadBalancerController as unknown as ChartTable,
  "cert-manager": certManager as unknown as ChartTable,
  "chaos-mesh": chaosMesh as unknown as ChartTable,
  "crd.projectcalico.org.v1": calicoCrds as unknown as ChartTable,
  "tigera-operator": tigeraOperator as unknown as ChartTable,
  cilium: cilium as unknown as ChartTable,
  "external-dns": externalDns as unknown as ChartTable,
  "external-secrets": externalSecrets as unknown as ChartTable,
  flagger: flagger as unknown as ChartTable,
  flux2: flux2 as unknown as ChartTable,
  "gateway-crds-helm": gatewayCrdsHelm as unknown as ChartTable,
  "gateway-helm": gatewayHelm as unknown as ChartTable,
  base: istioBase as unknown as ChartTable,
  istiod: istiod as unknown as ChartTable,
  cni: istioCni as unknown as ChartTable,
  ztunnel: ztunnel as unknown as ChartTable,
  "linkerd-crds": linkerdCrds as unknown as ChartTable,
  "linkerd-control-plane": linkerdControlPlane as unknown as ChartTable,
  "linkerd2-cni": linkerd2Cni as unknown as ChartTable,
  "trust-manager": trustManager as unknown as ChartTable,
  karpenter: karpenter as unknown as ChartTable,
  "karpenter-crd": karpenterCrd as unknown as ChartTable,
  "fluent-bit": fluentBit as unknown as ChartTable,
  vector: vector as unknown as ChartTable,
  "secrets-store-csi-driver": secretsStoreCsiDriver as unknown as ChartTable,
  "secrets-store-csi-driver-provider-aws": secretsStoreProviderAws as unknown as ChartTable,
  vault: vault as unknown as ChartTable,
  keda: keda as unknown as ChartTable,
  "kube-prometheus-stack": kubePrometheusStack as unknown as ChartTable,
  alloy: alloy as unknown as ChartTable,
  loki: loki as unknown as ChartTable,
  "nvidia-device-plugin": nvidiaDevicePlugin as unknown as ChartTable,
  opencost: opencost as unknown as ChartTable,
  "opentelemetry-collector": opentelemetryCollector as unknown as ChartTable,
  tempo: tempo as unknown as ChartTable,
  traefik: traefik as unknown as ChartTable,
  "vertical-pod-autoscaler": verticalPodAutoscaler as unknown as ChartTable,
  velero: velero as unknown as ChartTable,
  "strimzi-kafka-operator": strimziKafkaOperator as unknown as ChartTable,
  "cloudnative-pg": cloudnativePg as unknown as ChartTable,
  "plugin-barman-cloud": pluginBarmanCloud as unknown as ChartTable,
};

export interface RenderRequest {
  /** A name, or an address whose last part is the name. */
  readonly chart: string;
  readonly version: string | undefined;
  readonly release: string;
  readonly namespace: string;
  readonly values: Properties;
  /** Some values are not known yet: judge the keys alone and create nothing. */
  readonly partial?: boolean;
}
export interface Rendered {
  readonly chart: string;
  readonly version: string;
  readonly appVersion: string;
  readonly definitions: readonly KubeObject[];
  readonly objects: readonly KubeObject[];
}

/** The objects a chart creates; what the tables do not know is refused by name. */
export function render(request: RenderRequest): Rendered {
  const name = request.chart.slice(request.chart.lastIndexOf("/") + 1);
  const table = chartTables[name];
  if (table === undefined)
    throw new Error(`the rehearsal knows no chart ${request.chart}; it knows ${Object.keys(chartTables).join(", ")}`);
  if (request.version !== undefined && request.version.replace(/^v/, "") !== table.version.replace(/^v/, ""))
    throw new Error(
      `the rehearsal knows ${name} ${table.version}, not ${request.version}: what that version creates is not on record`,
    );

  const header = { chart: name, version: table.version, appVersion: table.appVersion };
  const parsed = table.values.safeParse(request.values);
  if (!parsed.success) {
    const issues = parsed.error.issues.filter(
      (issue) => request.partial !== true || issue.code === "unrecognized_keys",
    );
    if (issues.length > 0)
      throw new Error(`values of ${name} ${table.version}: ${issues.map((issue) => told(issue, table)).join("; ")}`);
  }
  if (request.partial === true || !parsed.success) return { ...header, definitions: [], objects: [] };
  const objects = table.objects(parsed.data, { release: request.release, namespace: request.namespace });
  return { ...header, definitions: [...(table.definitions ?? []), ...(table.operatorDefinitions ?? [])], objects };
}

function told(issue: z.core.$ZodIssue, table: ChartTable): string {
  const path = issue.path.map(String);
  if (issue.code !== "unrecognized_keys") return `${path.join(".")}: ${issue.message}`;
  const keys = issue.keys.map((key) => [...path, key].join("."));
  return `${keys.join(", ")} ${keys.length === 1 ? "is" : "are"} not among the values the rehearsal knows of this chart (Helm would ignore a misspelt key in silence); known here: ${knownKeys(table.values, path).join(", ")}`;
}

/** Keys of the strict object at a path of a schema. */
function knownKeys(schema: unknown, path: readonly string[]): string[] {
  let node = schema as { def?: { innerType?: unknown; shape?: Record<string, unknown> } } | undefined;
  const unwrapped = () => {
    while (node?.def?.innerType !== undefined) node = node.def.innerType as typeof node;
    return node?.def?.shape ?? {};
  };
  for (const step of path) node = unwrapped()[step] as typeof node;
  return Object.keys(unwrapped());
}
