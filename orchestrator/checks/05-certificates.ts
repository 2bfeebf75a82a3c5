import type { KubernetesObject, V1Deployment, V1PodDisruptionBudget } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";
import { inProbeNamespace } from "./probe";
import { diagnoseWebhooks, webhooksAnswer, type Specimen } from "./webhooks";

/** A5.1: every part of cert-manager has a second replica and a budget, or a drained node stops renewals. */
const REPLICAS = 2;
/** DNS-01 waits for the record to be visible everywhere; Route 53 promises about a minute, ACME adds its own polling. */
const ISSUE_SECONDS = 600;
/** A5.4: tests use the untrusted issuer, whose limits are 30,000 certificates a week instead of 50. */
const TEST_ISSUER = "letsencrypt-staging";
const PRODUCTION_SERVER = "https://acme-v02.api.letsencrypt.org/directory";

interface Certificate extends KubernetesObject {
  spec?: { dnsNames?: string[]; secretName?: string; issuerRef?: { kind?: string; name?: string } };
}
interface Issuer extends KubernetesObject {
  spec?: { acme?: { server?: string } };
}
interface Order extends KubernetesObject {
  spec?: { issuerRef?: { name?: string } };
  status?: { state?: string; reason?: string };
}
interface Challenge extends KubernetesObject {
  spec?: {
    dnsName?: string;
    solver?: {
      http01?: {
        ingress?: { ingressClassName?: string };
        gatewayHTTPRoute?: { parentRefs?: { name: string; namespace?: string }[] };
      };
    };
  };
  status?: { state?: string; reason?: string };
}

/** Phase 05: cert-manager runs highly available, its issuers are ready and a sample host gets its certificate. */
export const certificatesCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const standing = await Promise.all([
      deployed(context, view),
      webhooksAnswer(context, view, "A5.1", "cert-manager", SPECIMENS),
      outside(context, issuersReady(context, view)),
    ]);
    return [...standing, await outside(context, sampleIssued(context, view))];
  },

  async diagnose(context, findings) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await rateLimited(view, findings)),
      ...(await productionInProbe(view)),
      ...(await solverMismatch(view)),
      ...(await stuckOnDns(context, view)),
      ...diagnoseWebhooks("A5.1", findings),
    ];
  },
};

/** What cert-manager's webhooks judge in every later phase. */
const SPECIMENS: readonly Specimen[] = [
  {
    apiVersion: "cert-manager.io/v1",
    kind: "Certificate",
    metadata: { name: "slipway-webhook", namespace: "default" },
    spec: {
      secretName: "slipway-webhook",
      dnsNames: ["webhook.example.com"],
      issuerRef: { kind: "ClusterIssuer", name: TEST_ISSUER },
    },
  },
];

function deployed({ outputs, config }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A5.1", title: "cert-manager's parts run, where availability counts with a second replica each" },
    async () => {
      const { namespace } = outputs.certificates;
      const [deployments, budgets] = await Promise.all([
        view.list<V1Deployment>("apps/v1", "Deployment", namespace),
        view.list<V1PodDisruptionBudget>("policy/v1", "PodDisruptionBudget", namespace),
      ]);
      const wrong = each(deployments, nameOf, (deployment) => {
        const available = deployment.status?.availableReplicas ?? 0;
        // dev is the stated exception: one replica, and no budget that would keep its node from being drained (B2.4).
        const needed = config.highAvailability ? REPLICAS : 1;
        if (available < needed) return `${available} replicas available, ${needed} needed`;
        if (!config.highAvailability) return undefined;
        const labels = deployment.spec?.template.metadata?.labels ?? {};
        const guarded = budgets.some((budget) =>
          Object.entries(budget.spec?.selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value),
        );
        return guarded ? undefined : "no PodDisruptionBudget selects it";
      });
      return {
        looked: deployments.length,
        wrong,
        detail: deployments.map((deployment) => deployment.metadata?.name).join(", "),
      };
    },
  );
}

function issuersReady({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A5.2", title: "every ClusterIssuer is Ready" }, async () => {
    const wanted = outputs.certificates.issuers;
    const settled = await waitUntil({
      reason: "issuers to register",
      deadlineSeconds: ISSUE_SECONDS,
      attempt: async () => {
        const issuers = new Map(
          (await view.list("cert-manager.io/v1", "ClusterIssuer")).map((issuer) => [issuer.metadata?.name, issuer]),
        );
        const wrong = each(wanted, String, (name) => {
          const ready = condition(issuers.get(name), "Ready");
          return ready?.status === "True"
            ? undefined
            : (ready?.message ?? (issuers.has(name) ? "has no Ready condition" : "does not exist"));
        });
        return { done: wrong.length === 0, value: wrong };
      },
    });
    return { looked: wanted.length, wrong: settled.value, detail: wanted.join(", ") };
  });
}

function sampleIssued(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A5.3", title: "a sample host that asks for a certificate gets it" }, () =>
    inProbeNamespace(view, context.waitUntil, async (namespace) => {
      const host = `verify.${context.outputs.entryPoint?.domain ?? context.config.domain}`;
      const issuer = context.outputs.certificates.issuers.includes(TEST_ISSUER)
        ? TEST_ISSUER
        : context.outputs.certificates.defaultIssuer;
      const spec = { dnsNames: [host], secretName: "verify-tls", issuerRef: { kind: "ClusterIssuer", name: issuer } };
      await view.create({
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "verify", namespace },
        spec,
      } as Certificate);
      const settled = await context.waitUntil({
        reason: `certificate for ${host}`,
        deadlineSeconds: ISSUE_SECONDS,
        attempt: async () => {
          const certificate = await view.get<Certificate>("cert-manager.io/v1", "Certificate", "verify", namespace);
          const ready = condition(certificate, "Ready");
          if (ready?.status === "True") return { done: true, value: undefined };
          // A refused order is not placed again for an hour at least: waiting longer changes nothing.
          const refusal = await refusedOrder(view, namespace);
          return {
            done: refusal !== undefined,
            value: refusal ?? ready?.message ?? "cert-manager has not picked it up",
          };
        },
      });
      const wrong = settled.value === undefined ? [] : [{ subject: host, reason: settled.value }];
      return { looked: 1, wrong, detail: `${host} by ${issuer}` };
    }),
  );
}

/** Why the authority refused an order in this namespace, in its own words. */
async function refusedOrder(view: ClusterView, namespace: string): Promise<string | undefined> {
  const orders = await view.list<Order>("acme.cert-manager.io/v1", "Order", namespace);
  return orders.find((order) => ["errored", "invalid"].includes(order.status?.state ?? ""))?.status?.reason;
}

const RATE_LIMIT = /ratelimited|too many (certificates|failed authorizations|new orders)/i;

/** A5.4: ACME rate limit, of an order that is there or of the sample, which is gone with its namespace. */
async function rateLimited(view: ClusterView, findings: readonly Finding[]): Promise<Diagnosis[]> {
  const orders = await view.list<Order>("acme.cert-manager.io/v1", "Order");
  const limited = orders.filter((order) => RATE_LIMIT.test(order.status?.reason ?? ""));
  const sample = findings.filter(({ verdict, detail }) => verdict === "failed" && RATE_LIMIT.test(detail));
  return diagnosis(
    "A5.4",
    "Let's Encrypt refuses these orders: the issuer's rate limit is used up",
    `point them at ${TEST_ISSUER} until the limit resets (50 certificates per domain a week), and share one wildcard certificate among previews`,
    [...limited.map(nameOf), ...sample.flatMap(({ subjects }) => subjects)],
  );
}

/** A5.4: production issuer in a test. */
async function productionInProbe(view: ClusterView): Promise<Diagnosis[]> {
  const [certificates, issuers] = await Promise.all([
    view.list<Certificate>("cert-manager.io/v1", "Certificate"),
    view.list<Issuer>("cert-manager.io/v1", "ClusterIssuer"),
  ]);
  const production = new Set(
    issuers.filter((issuer) => issuer.spec?.acme?.server === PRODUCTION_SERVER).map((issuer) => issuer.metadata?.name),
  );
  const tests = certificates.filter(
    (certificate) =>
      /^(slipway-probe|feature-pr)-/.test(certificate.metadata?.namespace ?? "") &&
      production.has(certificate.spec?.issuerRef?.name),
  );
  return diagnosis(
    "A5.4",
    "a test orders from the production issuer and uses up its rate limit",
    `set issuerRef.name to ${TEST_ISSUER}`,
    tests.map(nameOf),
  );
}

/** A5.5: class mismatch. */
async function solverMismatch(view: ClusterView): Promise<Diagnosis[]> {
  const [challenges, gateways, classes] = await Promise.all([
    view.list<Challenge>("acme.cert-manager.io/v1", "Challenge"),
    view.list("gateway.networking.k8s.io/v1", "Gateway"),
    view.list("networking.k8s.io/v1", "IngressClass"),
  ]);
  const gatewayNames = new Set(gateways.map(nameOf));
  const classNames = new Set(classes.map((object) => object.metadata?.name));
  const lost = challenges.filter(({ metadata, spec, status }) => {
    if (status?.state === "valid") return false;
    const http = spec?.solver?.http01;
    const className = http?.ingress?.ingressClassName;
    const parents = http?.gatewayHTTPRoute?.parentRefs ?? [];
    const noGateway = parents.some(
      (parent) => !gatewayNames.has(`${parent.namespace ?? metadata?.namespace ?? ""}/${parent.name}`),
    );
    return noGateway || (className !== undefined && !classNames.has(className));
  });
  return diagnosis(
    "A5.5",
    "the challenge waits for an ingress class or Gateway that does not exist",
    "correct the solver's reference: parentRefs to the platform's Gateway, or DNS-01 in place of HTTP-01",
    lost.map(nameOf),
  );
}

/** The usual reason DNS-01 stays pending on AWS: the controller may not write the zone (A5.2). */
async function stuckOnDns({ outputs, clients }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const challenges = await view.list<Challenge>("acme.cert-manager.io/v1", "Challenge");
  const denied = challenges.filter((challenge) =>
    /AccessDenied|not authorized|no EC2 IMDS role|NoCredentialProviders/i.test(challenge.status?.reason ?? ""),
  );
  if (denied.length === 0) return [];
  const associations = await clients.aws.podIdentityAssociations(outputs.cluster.name);
  const bound = associations.some((association) => association.namespace === outputs.certificates.namespace);
  return diagnosis(
    "A5.2",
    bound
      ? "cert-manager's role may not change the hosted zone"
      : "no Pod Identity association gives cert-manager a role",
    bound
      ? "allow route53:ChangeResourceRecordSets on the zone and route53:GetChange to the role"
      : `associate a role with the service account in ${outputs.certificates.namespace}`,
    denied.map(nameOf),
  );
}
