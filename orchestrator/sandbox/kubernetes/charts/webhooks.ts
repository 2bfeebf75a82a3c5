import type { KubeObject } from "../object";

/** A webhook as a chart registers it. */
export interface Webhook {
  readonly kind: "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration";
  /** Name of the registration; several webhooks may share one. */
  readonly configuration: string;
  readonly name: string;
  readonly path: string;
  readonly failurePolicy: "Fail" | "Ignore";
  readonly timeoutSeconds: number;
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations?: readonly ("CREATE" | "UPDATE" | "DELETE")[];
  readonly namespaceSelector?: object;
  readonly objectSelector?: object;
}

/** The registrations of a chart's webhooks, all answered by one Service. */
export function webhookConfigurations(
  webhooks: readonly Webhook[],
  service: { readonly namespace: string; readonly name: string },
  labels: Readonly<Record<string, string>>,
): KubeObject[] {
  const registrations = new Map<string, Webhook[]>();
  for (const webhook of webhooks) {
    const key = `${webhook.kind}/${webhook.configuration}`;
    registrations.set(key, [...(registrations.get(key) ?? []), webhook]);
  }
  return [...registrations.values()].map((members) => ({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: members[0]?.kind ?? "",
    metadata: { name: members[0]?.configuration ?? "", labels: { ...labels } },
    webhooks: members.map((webhook) => ({
      name: webhook.name,
      admissionReviewVersions: ["v1"],
      sideEffects: "None",
      failurePolicy: webhook.failurePolicy,
      timeoutSeconds: webhook.timeoutSeconds,
      clientConfig: { service: { ...service, path: webhook.path, port: 443 } },
      rules: [
        {
          apiGroups: [...webhook.apiGroups],
          apiVersions: [...webhook.apiVersions],
          operations: [...(webhook.operations ?? ["CREATE", "UPDATE"])],
          resources: [...webhook.resources],
        },
      ],
      ...(webhook.namespaceSelector && { namespaceSelector: webhook.namespaceSelector }),
      ...(webhook.objectSelector && { objectSelector: webhook.objectSelector }),
    })),
  }));
}

/** A registration of webhooks, whose programs only a cluster that plays them can do without. */
export const isWebhookConfiguration = ({ apiVersion, kind }: KubeObject): boolean =>
  apiVersion === "admissionregistration.k8s.io/v1" && kind.endsWith("WebhookConfiguration");
