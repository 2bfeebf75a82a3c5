import { z } from "zod";
import type { KubeObject } from "../../object";
import type { Installation } from "../chart";
import { anything, httpProbe, placement, service, serviceAccount, serviceAccountValues, workload } from "../workload";
import { webhookConfigurations, type Webhook } from "../webhooks";
import { monitor } from "./monitor";

const restricted = { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } };

export const operatorValues = z
  .strictObject({
    ...placement,
    serviceAccount: serviceAccountValues,
    securityContext: anything.default({
      fsGroup: 65534,
      runAsGroup: 65534,
      runAsNonRoot: true,
      runAsUser: 65534,
      seccompProfile: { type: "RuntimeDefault" },
    }),
    containerSecurityContext: anything.default(restricted),
    prometheusConfigReloader: z.strictObject({ resources: anything.default({}) }).prefault({}),
  })
  .prefault({});

/** The operator itself. The jobs that give its webhook a certificate are hooks and left out. */
export function operator(
  name: string,
  given: z.infer<typeof operatorValues>,
  { release, namespace }: Installation,
): KubeObject[] {
  const own = `${name}-operator`;
  const labels = { app: own, release, "app.kubernetes.io/component": "prometheus-operator" };
  const reloader = given.prometheusConfigReloader.resources as Readonly<Record<string, Record<string, string>>>;
  const flags = Object.entries(reloader).flatMap(([kind, amounts]) =>
    Object.entries(amounts).map(([what, amount]) => `--config-reloader-${what}-${kind.replace(/s$/, "")}=${amount}`),
  );
  return [
    serviceAccount(own, namespace, labels, given.serviceAccount.automountServiceAccountToken),
    workload({
      name: own,
      namespace,
      labels,
      serviceAccount: own,
      podSecurityContext: given.securityContext,
      containers: [
        {
          name: "kube-prometheus-stack",
          image: "quay.io/prometheus-operator/prometheus-operator:v0.93.1",
          args: ["--kubelet-service=kube-system/kube-prometheus-stack-kubelet", ...flags],
          ports: [{ name: "https", containerPort: 10250 }],
          resources: given.resources,
          securityContext: given.containerSecurityContext,
          livenessProbe: httpProbe("/healthz", "https"),
          readinessProbe: httpProbe("/healthz", "https"),
        },
      ],
      pod: { nodeSelector: given.nodeSelector, tolerations: given.tolerations, affinity: given.affinity },
    }),
    service(own, namespace, labels, [{ name: "https", port: 443, targetPort: "https" }]),
    ...webhookConfigurations(webhooksOf(`${name}-admission`), { namespace, name: own }, labels),
    monitor(own, namespace, labels, "https"),
  ];
}

/** They ask and do not insist (`Ignore`): rules are judged once more by the operator itself. */
function webhooksOf(configuration: string): Webhook[] {
  const rule = (kind: "Mutating" | "Validating", name: string, path: string, resource: string): Webhook => ({
    kind: `${kind}WebhookConfiguration`,
    configuration,
    name: `${name}.monitoring.coreos.com`,
    path,
    failurePolicy: "Ignore",
    timeoutSeconds: 10,
    apiGroups: ["monitoring.coreos.com"],
    apiVersions: ["*"],
    resources: [resource],
  });
  return [
    rule("Mutating", "prometheusrulemutate", "/admission-prometheusrules/mutate", "prometheusrules"),
    rule("Validating", "prometheusrulevalidate", "/admission-prometheusrules/validate", "prometheusrules"),
    rule("Validating", "alertmanagerconfigsvalidate", "/admission-alertmanagerconfigs/validate", "alertmanagerconfigs"),
  ];
}
