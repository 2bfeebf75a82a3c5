import type {
  CoreV1Event,
  KubernetesObject,
  V1Namespace,
  V1ValidatingAdmissionPolicy,
  V1ValidatingAdmissionPolicyBinding,
} from "@kubernetes/client-node";
import { mayBeDone, mistakes, questions, tableOf, type Answered, type Place, type Question } from "./access-matrix";
import { apiRequests, type ApiRequests } from "./api-requests";
import { counted, openFindings, type Open } from "./audit-findings";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine } from "./finding";
import { inProbeNamespace } from "./probe";
import { Attempts, privilegedDeployment, privilegedPod, type Refusal } from "./refusals";

const LEVEL = "pod-security.kubernetes.io/enforce";
const ENVIRONMENT = "slipway.dev/environment";
const API = "admissionregistration.k8s.io/v1";
/** What refuses a privileged container (A14.2). */
const PRIVILEGED = "slipway-containers-are-unprivileged";
/** How long a role takes to be known to the authoriser, which watches them. */
const RIGHTS_SECONDS = 30;

/** Phase 14: people may what C6 says, and what breaks a rule is refused by who has to refuse it. */
export const securityCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const requests = await apiRequests(context.clients.kubernetes);
    try {
      const standing = await Promise.all([levelled(context, view), engineHolds(context, view), clean(context, view)]);
      const tried = await tries(context, view, requests);
      return [...standing, ...tried, await reviewed(context, view, requests)];
    } finally {
      requests.close();
    }
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [...(await breaking(context, view)), ...(await refusedPods(view))];
  },
};

function levelled({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A14.1", title: "every namespace has a Pod Security level; privileged ones are on the fixed list" },
    async () => {
      const namespaces = await view.list<V1Namespace>("v1", "Namespace");
      const listed = new Set(outputs.security.privilegedNamespaces);
      const wrong = each(namespaces, nameOf, ({ metadata }) => {
        const level = metadata?.labels?.[LEVEL];
        if (metadata?.labels?.[ENVIRONMENT] !== undefined)
          return level === "restricted" ? undefined : `an application environment at level ${level ?? "none"}`;
        if (listed.has(metadata?.name ?? "")) return undefined;
        if (level === undefined) return "has no level: anything may run there";
        return level === "privileged" ? "is privileged and not on the list" : undefined;
      });
      return { looked: namespaces.length, wrong, detail: `${namespaces.length} namespaces` };
    },
  );
}

function engineHolds({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A14.2", title: "the API server holds every rule, and understands it" }, async () => {
    const [policies, bindings] = await Promise.all([
      view.list<V1ValidatingAdmissionPolicy>(API, "ValidatingAdmissionPolicy"),
      view.list<V1ValidatingAdmissionPolicyBinding>(API, "ValidatingAdmissionPolicyBinding"),
    ]);
    const { denied, audited } = outputs.security.admission;
    const wrong = each([...denied, ...audited], String, (name) => {
      const policy = policies.find(({ metadata }) => metadata?.name === name);
      if (policy === undefined) return "is not there";
      const warnings = policy.status?.typeChecking?.expressionWarnings ?? [];
      if (warnings[0] !== undefined)
        return `${warnings[0].fieldRef}: ${warnings[0].warning.split("\n").slice(0, 2).join(" ").slice(0, 300)}`;
      const actions = bindings
        .filter(({ spec }) => spec?.policyName === name)
        .flatMap(({ spec }) => spec?.validationActions);
      const wanted = denied.includes(name) ? "Deny" : "Audit";
      return actions.includes(wanted) ? undefined : `is not bound to ${wanted}`;
    });
    return {
      looked: denied.length + audited.length,
      wrong,
      detail: `${denied.length} denied, ${audited.length} in audit`,
    };
  });
}

/** Rules that refuse what runs already would stop its next rollout (A14.4). */
async function clean(context: CheckContext, view: ClusterView): Promise<Finding> {
  const finding = await examine(
    { requirement: "A14.4", title: "nothing that runs breaks a rule that is denied; audit findings are counted" },
    async () => {
      const { looked, open } = await judged(context, view);
      const { denied } = context.outputs.security.admission;
      const [stopping, audited] = [
        open.filter(({ policy }) => denied.includes(policy)),
        open.filter(({ policy }) => !denied.includes(policy)),
      ];
      return {
        looked,
        wrong: stopping.map(({ policy, object, message }) => ({ subject: object, reason: `${policy}: ${message}` })),
        detail: `${looked} objects; in audit ${audited.length === 0 ? "none" : counted(audited)}`,
      };
    },
  );
  // The rules themselves judge what the API says is there.
  return { ...finding, proof: "static" };
}

const judged = ({ outputs }: CheckContext, view: ClusterView): Promise<{ looked: number; open: Open[] }> =>
  openFindings(
    view,
    outputs.environment.name,
    [...outputs.security.admission.denied, ...outputs.security.admission.audited],
    outputs.security.privilegedNamespaces,
  );

/** A14.3 and A17.3 with A17.2: who refuses what, in which words. */
async function tries(context: CheckContext, view: ClusterView, requests: ApiRequests): Promise<Finding[]> {
  const { waitUntil } = context;
  return inProbeNamespace(view, waitUntil, async (namespace) => {
    const attempts = new Attempts(requests, view, waitUntil);
    const refused = (
      requirement: string,
      title: string,
      by: Refusal["by"],
      attempt: () => Promise<Refusal | undefined>,
    ): Promise<Finding> =>
      examine({ requirement, title }, async () => {
        const refusal = await attempt();
        const reason = refusal === undefined ? "was taken" : `was refused by ${refusal.by}: ${refusal.message}`;
        return {
          looked: 1,
          wrong: refusal?.by === by ? [] : [{ subject: "the attempt", reason }],
          detail: `${by}: ${refusal?.message ?? ""}`,
        };
      });
    return [
      await refused("A14.3", "a privileged pod is refused by Pod Security", "Pod Security", () =>
        attempts.refusal(privilegedPod(namespace), "Pod Security"),
      ),
      await byTheEngine(context, attempts, namespace, refused),
      await refused("A17.2", "a pod above its LimitRange is refused", "LimitRange", () =>
        attempts.overLimit(namespace),
      ),
      await refused(
        "A17.3",
        "the pods of a Deployment above quota are refused, as its ReplicaSet tells",
        "ResourceQuota",
        () => attempts.overQuota(namespace),
      ),
    ];
  });
}

/** The embedded API evaluates no CEL: there the rule itself says what it would refuse, and the finding says so. */
async function byTheEngine(
  { clients, outputs }: CheckContext,
  attempts: Attempts,
  namespace: string,
  refused: (
    requirement: string,
    title: string,
    by: Refusal["by"],
    attempt: () => Promise<Refusal | undefined>,
  ) => Promise<Finding>,
): Promise<Finding> {
  const title = "a Deployment of privileged pods is refused by the policy engine";
  const object = privilegedDeployment(namespace);
  if (clients.proof.kubernetes !== "stand-in")
    return refused("A14.3", title, "admission policy", () => attempts.refusal(object, "admission policy"));
  const finding = await examine({ requirement: "A14.3", title }, async () => {
    const list = (apiVersion: string, kind: string) => (kind === "Deployment" ? [{ ...object, apiVersion, kind }] : []);
    const view = { list: (...at: [string, string]) => Promise.resolve(list(...at)) } as unknown as ClusterView;
    const { denied } = outputs.security.admission;
    const { open } = await openFindings(view, outputs.environment.name, denied, []);
    const said = open.find(({ policy }) => policy === PRIVILEGED);
    return {
      looked: 1,
      wrong: said === undefined ? [{ subject: PRIVILEGED, reason: "does not deny it" }] : [],
      detail: `${PRIVILEGED}: ${said?.message ?? ""} (the rule's own verdict; that the API server refuses is proven on a real control plane)`,
    };
  });
  return { ...finding, proof: "static" };
}

/** C6.5: the API server is asked about everybody, everything and every kind of place. */
async function reviewed(context: CheckContext, view: ClusterView, requests: ApiRequests): Promise<Finding> {
  let answers: Answered[] = [];
  const { outputs } = context;
  const finding = await examine(
    { requirement: "C6.5", title: "the API server allows each persona what C6 says, and nothing else" },
    async () => {
      const standing: Place[] = ["kube-system", outputs.entryPoint.demo.namespace].map((namespace) => ({
        kind: "platform",
        namespace,
        label: namespace,
      }));
      answers = await ask(requests, questions(outputs.security.personas, standing));
      for (const { kind, manifests } of outputs.security.environments)
        answers.push(...(await inEnvironment(context, view, requests, kind, manifests)));
      return { looked: answers.length, wrong: mistakes(answers), detail: `${answers.length} questions answered` };
    },
  );
  return answers.length === 0 ? finding : { ...finding, table: tableOf(answers) };
}

/** In an environment that is there; without one, in a namespace that is given an environment's own roles. */
async function inEnvironment(
  { outputs, waitUntil }: CheckContext,
  view: ClusterView,
  requests: ApiRequests,
  kind: Exclude<Place["kind"], "platform">,
  manifests: readonly object[],
): Promise<Answered[]> {
  const namespaces = await view.list<V1Namespace>("v1", "Namespace");
  const there = namespaces.filter(
    ({ metadata }) => metadata?.labels?.[ENVIRONMENT] === kind && metadata.deletionTimestamp === undefined,
  );
  const asked = (namespace: string, label: string) =>
    questions(outputs.security.personas, [{ kind, namespace, label }]);
  if (there.length > 0)
    return (
      await Promise.all(there.map((one) => ask(requests, asked(nameOf(one), `${nameOf(one)} (${kind})`))))
    ).flat();
  return inProbeNamespace(view, waitUntil, async (namespace) => {
    for (const manifest of manifests as KubernetesObject[])
      await view.create({ ...manifest, metadata: { ...manifest.metadata, namespace } });
    const settled = await waitUntil({
      reason: `the roles of ${namespace} to be known`,
      deadlineSeconds: RIGHTS_SECONDS,
      attempt: async () => {
        const answers = await ask(requests, asked(namespace, kind));
        // A right that is missing may be on its way; one too many will not go by itself.
        return { done: answers.every((one) => one.allowed || !mayBeDone(one)), value: answers };
      },
    });
    return settled.value;
  });
}

function ask(requests: ApiRequests, list: readonly Question[]): Promise<Answered[]> {
  return Promise.all(
    list.map(async (question) => {
      const { persona, place, resource, verb } = question;
      const account = `system:serviceaccount:${persona.namespace ?? ""}:${persona.subject}`;
      const who =
        persona.kind === "Group"
          ? { user: "slipway-access-review", groups: [persona.subject, "system:authenticated"] }
          : {
              user: account,
              groups: [
                "system:serviceaccounts",
                `system:serviceaccounts:${persona.namespace ?? ""}`,
                "system:authenticated",
              ],
            };
      const { group, name, subresource } = resource;
      const { code, body } = await requests.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: {
          ...who,
          resourceAttributes: {
            namespace: place.namespace,
            verb,
            group,
            resource: name,
            ...(subresource !== undefined && { subresource }),
          },
        },
      });
      const status = body["status"] as { allowed?: boolean; reason?: string } | undefined;
      if (code !== 201 || typeof status?.allowed !== "boolean")
        throw new Error(`an access review was answered ${code}: ${String(body["message"])}`);
      return { ...question, allowed: status.allowed, reason: status.reason ?? "" };
    }),
  );
}

/** A14.4: a rule that is denied while it has open findings. */
async function breaking(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { open } = await judged(context, view);
  return context.outputs.security.admission.denied.flatMap((name) =>
    diagnosis(
      "A14.4",
      `${name} refuses what runs already: its next rollout would not come up`,
      `mend what it names; until then name ${name.replace("slipway-", "")} in slipway:security.admission.audit, or waive it with owner, reason and expiry`,
      open.filter(({ policy }) => policy === name).map(({ object }) => object),
    ),
  );
}

/** The same, where it has come to that: pods that are not there because they were refused. */
async function refusedPods(view: ClusterView): Promise<Diagnosis[]> {
  const events = await view.list<CoreV1Event>("v1", "Event");
  const refused = events.filter(
    ({ reason, message = "", metadata }) =>
      reason === "FailedCreate" &&
      /ValidatingAdmissionPolicy '|violates PodSecurity/.test(message) &&
      !(metadata.namespace ?? "").startsWith("slipway-probe-"),
  );
  return diagnosis(
    "A14.4",
    "pods are refused by Pod Security or an admission policy, so workloads are not complete",
    "the event of the ReplicaSet, StatefulSet or Job names the rule: mend the template",
    [...new Set(refused.map(({ involvedObject }) => `${involvedObject.namespace ?? ""}/${involvedObject.name ?? ""}`))],
  );
}
