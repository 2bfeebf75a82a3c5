import type { KubernetesObject } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { diagnosis, examine, outside, type Offence } from "./finding";

/** A webhook's pods are ready before its certificate is in its registration; whoever injects it looks every few seconds. */
const ANSWER_SECONDS = 120;
/** What the API server says when it could not ask (k8s.io/apiserver, webhook/errors). */
const UNASKED = /failed calling webhook "([^"]+)": (.*)/;

/** An object that a webhook judges, as it would be written; it never is. */
export interface Specimen extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: object;
}

/**
 * Whether the webhooks a phase has brought answer: a write of each kind is put before the API server as a dry run, which
 * asks every webhook and keeps nothing. A webhook that says no has answered. Until they do, every later phase that
 * writes such a kind fails, or waits for one that waits for it.
 */
export function webhooksAnswer(
  context: CheckContext,
  view: ClusterView,
  requirement: string,
  who: string,
  specimens: readonly Specimen[],
): Promise<Finding> {
  const look = () =>
    examine({ requirement, title: `the webhooks of ${who} answer: a write is tried and not kept` }, async () => {
      const { value } = await context.waitUntil({
        reason: `the webhooks of ${who} to answer`,
        deadlineSeconds: ANSWER_SECONDS,
        attempt: async () => {
          const wrong = (await Promise.all(specimens.map((specimen) => tried(view, specimen)))).flat();
          return { done: wrong.length === 0, value: wrong };
        },
      });
      const kinds = specimens.map(({ kind }) => kind).join(", ");
      return { looked: specimens.length, wrong: value, detail: `tried ${kinds}` };
    });
  return outside(context, look());
}

async function tried(view: ClusterView, specimen: Specimen): Promise<Offence[]> {
  const answer = await view.tryCreate(specimen);
  if (answer === undefined) return [];
  const [, webhook, why] = UNASKED.exec(answer) ?? [];
  if (webhook !== undefined && why !== undefined)
    return [{ subject: webhook, reason: `failed calling webhook: ${why}` }];
  if (/^no matches for kind/.test(answer))
    return [{ subject: specimen.kind, reason: "its definition is not installed" }];
  return [];
}

/** Why webhooks do not answer, by what the API server said of its attempt. */
export function diagnoseWebhooks(requirement: string, findings: readonly Finding[]): Diagnosis[] {
  const silent = findings.filter(
    ({ title, verdict }) => verdict === "failed" && title.startsWith("the webhooks of ") && title.includes(" answer: "),
  );
  const told = (pattern: RegExp) => silent.flatMap(({ detail, subjects }) => (pattern.test(detail) ? subjects : []));
  return [
    ...diagnosis(
      requirement,
      "a webhook is registered and its Service is gone: it was left behind by something uninstalled, and refuses every write",
      "install its controller again, or delete the registration: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations",
      told(/service "[^"]+" not found/),
    ),
    ...diagnosis(
      requirement,
      "a webhook is registered and no pod behind its Service is ready, so that every write it judges is refused, its controller's own Services among them",
      "bring up its controller first: describe its pods; a controller that cannot start for its own webhook is freed by deleting the registration, which it makes again",
      told(/no endpoints available/),
    ),
    ...diagnosis(
      requirement,
      "the API server does not trust a webhook's certificate: the authority is not in its registration",
      "look whether who injects it runs (cert-manager's cainjector, External Secrets' cert-controller), then restart it",
      told(/x509|certificate/),
    ),
    ...diagnosis(
      requirement,
      "the API server does not reach a webhook: a NetworkPolicy or a security group is between the control plane and its port",
      "allow the control plane to the webhook's port, on the pod and on the node's security group",
      told(/context deadline exceeded|connection refused|i\/o timeout|connect:/),
    ),
  ];
}
