import { z } from "zod";
import { fullName, type ChartTable } from "./chart";
import { loadBalancerDefinitions } from "./definitions/aws-load-balancer-controller";
import { webhookConfigurations, type Webhook } from "./webhooks";
import {
  anything,
  budget,
  budgetValues,
  httpProbe,
  labelsOf,
  placement,
  service,
  accountAsked,
  serviceAccountValues,
  workload,
} from "./workload";

const values = z.strictObject({
  ...placement,
  clusterName: z.string({ error: "Chart cannot be installed without a valid clusterName!" }).min(1),
  region: z.string().optional(),
  vpcId: z.string().optional(),
  replicaCount: z.int().min(0).default(2),
  serviceAccount: serviceAccountValues,
  enableServiceMutatorWebhook: z.boolean().default(true),
  defaultTargetType: z.enum(["instance", "ip"]).default("instance"),
  defaultTags: z.record(z.string(), z.string()).default({}),
  ingressClass: z.string().default("alb"),
  createIngressClassResource: z.boolean().default(true),
  podDisruptionBudget: z.strictObject(budgetValues).default({}),
  podSecurityContext: anything.default({ fsGroup: 65534 }),
  securityContext: anything.default({
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
  }),
  priorityClassName: z.string().default("system-cluster-critical"),
  logLevel: z.string().optional(),
});
type Values = z.infer<typeof values>;

/** Of the chart itself, not of the release. */
const WEBHOOK = "aws-load-balancer-webhook-service";

export const awsLoadBalancerController: ChartTable<Values> = {
  version: "3.5.0",
  appVersion: "v3.5.0",
  values,
  definitions: loadBalancerDefinitions,
  objects(given, { release, namespace }) {
    const name = fullName(release, "aws-load-balancer-controller");
    const labels = labelsOf("aws-load-balancer-controller", release);
    const account = given.serviceAccount.name ?? name;
    const tags = Object.entries(given.defaultTags).map(([key, value]) => `${key}=${value}`);
    const args = [
      `--cluster-name=${given.clusterName}`,
      `--ingress-class=${given.ingressClass}`,
      ...(given.region === undefined ? [] : [`--aws-region=${given.region}`]),
      ...(given.vpcId === undefined ? [] : [`--aws-vpc-id=${given.vpcId}`]),
      `--default-target-type=${given.defaultTargetType}`,
      ...(tags.length === 0 ? [] : [`--default-tags=${tags.join(",")}`]),
      ...(given.logLevel === undefined ? [] : [`--log-level=${given.logLevel}`]),
    ];
    const guarded = Object.keys(given.podDisruptionBudget).length > 0 && given.replicaCount > 1;
    return [
      ...accountAsked(given.serviceAccount, account, namespace, labels),
      workload({
        name,
        namespace,
        labels,
        replicas: given.replicaCount,
        serviceAccount: account,
        podSecurityContext: given.podSecurityContext,
        containers: [
          {
            name: "aws-load-balancer-controller",
            image: "public.ecr.aws/eks/aws-load-balancer-controller:v3.5.0",
            args,
            ports: [
              { name: "webhook-server", containerPort: 9443, protocol: "TCP" },
              { name: "metrics-server", containerPort: 8080, protocol: "TCP" },
            ],
            resources: given.resources,
            securityContext: given.securityContext,
            livenessProbe: httpProbe("/healthz", 61779, {
              initialDelaySeconds: 30,
              failureThreshold: 2,
              timeoutSeconds: 10,
            }),
            readinessProbe: httpProbe("/readyz", 61779, {
              initialDelaySeconds: 10,
              failureThreshold: 2,
              timeoutSeconds: 10,
            }),
          },
        ],
        pod: {
          priorityClassName: given.priorityClassName,
          terminationGracePeriodSeconds: 10,
          nodeSelector: given.nodeSelector,
          tolerations: given.tolerations,
          affinity: Object.keys(given.affinity).length > 0 ? given.affinity : apart(labels),
          topologySpreadConstraints: given.topologySpreadConstraints,
        },
      }),
      service(WEBHOOK, namespace, labels, [{ name: "webhook-server", port: 443, targetPort: "webhook-server" }]),
      ...webhookConfigurations(webhooksOf(given.enableServiceMutatorWebhook), { namespace, name: WEBHOOK }, labels),
      ...(guarded ? [budget(name, namespace, labels, given.podDisruptionBudget)] : []),
      ...(given.createIngressClassResource
        ? [
            {
              apiVersion: "networking.k8s.io/v1",
              kind: "IngressClass",
              metadata: { name: given.ingressClass, labels },
              spec: { controller: "ingress.k8s.aws/alb" },
            },
          ]
        : []),
    ];
  },
};

/**
 * Its webhooks, those for pods aside, which ask for labels nobody sets here. The one for Services is the one that
 * stands in everybody's way while the controller is not up: every Service but its own is put before it.
 */
function webhooksOf(services: boolean): Webhook[] {
  const judged = (kind: Webhook["kind"], name: string, path: string, group: string, resource: string): Webhook => ({
    kind,
    configuration: "aws-load-balancer-webhook",
    name: `${name}.elbv2.k8s.aws`,
    path,
    failurePolicy: "Fail",
    timeoutSeconds: 10,
    apiGroups: [group],
    apiVersions: [group === "elbv2.k8s.aws" ? "v1beta1" : "v1"],
    resources: [resource],
  });
  const own = "elbv2.k8s.aws";
  const [mutating, validating] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"] as const;
  const others = {
    matchExpressions: [{ key: "app.kubernetes.io/name", operator: "NotIn", values: ["aws-load-balancer-controller"] }],
  };
  const ofService = {
    ...judged(mutating, "mservice", "/mutate-v1-service", "", "services"),
    operations: ["CREATE"] as const,
    objectSelector: others,
  };
  const binding = "targetgroupbindings";
  return [
    ...(services ? [ofService] : []),
    judged(mutating, "mtargetgroupbinding", "/mutate-elbv2-k8s-aws-v1beta1-targetgroupbinding", own, binding),
    judged(validating, "vtargetgroupbinding", "/validate-elbv2-k8s-aws-v1beta1-targetgroupbinding", own, binding),
    {
      ...judged(
        validating,
        "vingressclassparams",
        "/validate-elbv2-k8s-aws-v1beta1-ingressclassparams",
        own,
        "ingressclassparams",
      ),
      objectSelector: others,
    },
    judged(validating, "vingress", "/validate-networking-v1-ingress", "networking.k8s.io", "ingresses"),
  ];
}

function apart(labels: Record<string, string>) {
  return {
    podAntiAffinity: {
      preferredDuringSchedulingIgnoredDuringExecution: [
        {
          weight: 100,
          podAffinityTerm: { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" },
        },
      ],
    },
  };
}
