import { deliverer } from "../../infra/deliverer";
import { workloadKinds } from "../../infra/gitops/workload-kinds";
import { apiRequests, type ApiRequests } from "./api-requests";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { diagnosis, examine, type Offence } from "./finding";

interface Attempt {
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
  /** None: in every namespace, or of the cluster. */
  readonly namespace?: string;
}

const USER = `system:serviceaccount:${deliverer.namespace}:${deliverer.name}`;
/** What no delivery takes, and the chart's own ClusterRole gives. */
const NEVER: readonly Attempt[] = [
  { group: "", resource: "secrets", verb: "list" },
  { group: "", resource: "pods", verb: "delete" },
  { group: "apps", resource: "deployments", verb: "patch" },
  { group: "apps", resource: "daemonsets", verb: "create" },
  { group: "rbac.authorization.k8s.io", resource: "clusterrolebindings", verb: "create" },
  { group: "rbac.authorization.k8s.io", resource: "clusterroles", verb: "escalate" },
  { group: "networking.k8s.io", resource: "networkpolicies", verb: "delete" },
  { group: "", resource: "namespaces", verb: "delete" },
  { group: "", resource: "nodes", verb: "patch" },
];

/** What projects let through, in each namespace they let it go into. */
const needed = (targets: readonly string[]): Attempt[] =>
  targets.flatMap((namespace) =>
    workloadKinds.flatMap(({ group, resource }) =>
      ["get", "create", "patch", "delete"].map((verb) => ({ group, resource, verb, namespace })),
    ),
  );

const named = ({ group, resource, verb }: Attempt) => `${verb} ${group === "" ? resource : `${resource}.${group}`}`;

async function allowed(requests: ApiRequests, { group, resource, verb, namespace }: Attempt): Promise<boolean> {
  const { code, body } = await requests.post("/apis/authorization.k8s.io/v1/subjectaccessreviews", {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SubjectAccessReview",
    spec: {
      user: USER,
      groups: ["system:serviceaccounts", `system:serviceaccounts:${deliverer.namespace}`, "system:authenticated"],
      resourceAttributes: { group, resource, verb, ...(namespace !== undefined && { namespace }) },
    },
  });
  const answer = (body["status"] as { allowed?: boolean } | undefined)?.allowed;
  if (code !== 201 || typeof answer !== "boolean")
    throw new Error(`an access review was answered ${code}: ${String(body["message"])}`);
  return answer;
}

/** Rights the sync controller lacks where it delivers, and those it has beyond; one review each. */
async function review({
  clients,
  outputs,
}: CheckContext): Promise<{ looked: number; lacks: Offence[]; has: Offence[] }> {
  const requests = await apiRequests(clients.kubernetes);
  try {
    const judge = (attempts: readonly Attempt[], wanted: boolean) =>
      Promise.all(
        attempts.map(async (attempt) => ((await allowed(requests, attempt)) === wanted ? [] : [attempt])),
      ).then((found) => found.flat());
    const must = needed(outputs.gitops.targets);
    const [lacking, having] = await Promise.all([judge(must, true), judge(NEVER, false)]);
    return {
      looked: must.length + NEVER.length,
      lacks: lacking.map((attempt) => ({ subject: attempt.namespace ?? "", reason: `may not ${named(attempt)}` })),
      has: having.map((attempt) => ({ subject: "the whole cluster", reason: `may ${named(attempt)}` })),
    };
  } finally {
    requests.close();
  }
}

/** A7.7 with C6.4: what projects let through the cluster lets through as well, and nothing besides. */
export function deliveryRights(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A7.7", title: "the sync controller may deliver into its targets, and has no right beyond" },
    async () => {
      const { looked, lacks, has } = await review(context);
      return { looked, wrong: [...lacks, ...has], detail: `${looked} questions answered by the API server` };
    },
  );
}

/** A7.7: the rights of the engine, one namespace each. */
export async function missingRights(context: CheckContext): Promise<Diagnosis[]> {
  const { lacks, has } = await review(context);
  const distinct = (list: readonly Offence[]) => [...new Set(list.map(({ subject }) => subject))];
  return [
    ...diagnosis(
      "A7.7",
      "the sync controller lacks rights in a namespace that projects deliver into",
      "bind the Role `deliver` there (infra/environments/access.ts): deliveryManifests for a namespace of the platform, an environment's own grants elsewhere",
      distinct(lacks),
    ),
    ...diagnosis(
      "A7.7",
      "the sync controller has rights in the whole cluster beyond reading what it delivers",
      "take away the binding: its ClusterRole is controller.clusterRoleRules in infra/argo-cd-values.ts, and createClusterRoles stays as the chart has it",
      distinct(has),
    ),
  ];
}
