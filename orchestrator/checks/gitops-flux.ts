import type {
  KubernetesObject,
  V1ClusterRoleBinding,
  V1Deployment,
  V1Role,
  V1RoleBinding,
  V1Secret,
  V1Service,
} from "@kubernetes/client-node";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";
import { noPlainSecret, plainSecrets } from "./plain-secrets";

const SOURCE = "source.toolkit.fluxcd.io/v1";
const KUSTOMIZE = "kustomize.toolkit.fluxcd.io/v1";
/** A first delivery fetches the repository, pulls images and rolls out; its own health check waits five minutes. */
const DELIVERED_SECONDS = 600;
/** By which Flux knows what it delivered. */
const OWNER = "kustomize.toolkit.fluxcd.io/name";
const delivered = (metadata: V1Secret["metadata"]) => metadata?.labels?.[OWNER] !== undefined;
/** Keeps what it fetched on disk, and so runs once (the chart fixes it). */
const FETCHER = "source-controller";
const DELIVERER = "kustomize-controller";
/** Lock-down for tenants (https://fluxcd.io/flux/installation/configuration/multitenancy/). */
const LOCKS = ["--no-cross-namespace-refs=true", "--default-service-account="];
const PINNED = /^([0-9a-f]{40}|v\d+\.\d+\.\d+)$/;

interface Condition {
  type: string;
  status: string;
  message?: string;
}
interface Kustomization extends KubernetesObject {
  spec?: {
    prune?: boolean;
    suspend?: boolean;
    wait?: boolean;
    retryInterval?: string;
    serviceAccountName?: string;
    sourceRef?: { name: string };
  };
  status?: { conditions?: Condition[] };
}
interface Repository extends KubernetesObject {
  spec?: { url?: string; suspend?: boolean; ref?: { branch?: string; tag?: string; commit?: string; semver?: string } };
  status?: { conditions?: Condition[] };
}

/** Phase 07 with Flux (A7.5): deliveries act as accounts with named rights, and each one is what Git says. */
export const fluxCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const { namespace } = context.outputs.gitops;
    const { highAvailability } = context.config;
    const title = "Flux's controllers run, where availability counts with a second replica";
    const standing = await Promise.all([
      deploymentsAvailable(view, "A7.1", title, namespace, highAvailability, [FETCHER]),
      lockedDown(context, view),
      leastRights(view),
      outside(context, noPlainSecret(view, delivered)),
    ]);
    const ready = await outside(context, allReady(context, view));
    return [...standing, ready, await outside(context, continuous(context, view))];
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [...(await withoutRights(view)), ...(await plainSecrets(view, delivered))];
  },
};

/** A7.1: no way in, no cluster-admin, and nothing outside of a delivery's own namespace. */
function lockedDown({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  const promise = { requirement: "A7.1", title: "the controllers are not exposed, locked down, and no cluster-admin" };
  return examine(promise, async () => {
    const { namespace } = outputs.gitops;
    const [services, bindings, controller] = await Promise.all([
      view.list<V1Service>("v1", "Service", namespace),
      view.list<V1ClusterRoleBinding>("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
      view.get<V1Deployment>("apps/v1", "Deployment", DELIVERER, namespace),
    ]);
    const args = controller?.spec?.template.spec?.containers[0]?.args ?? [];
    const open = LOCKS.filter((lock) => !args.some((arg) => arg.startsWith(lock)));
    const wrong = [
      ...each(services, nameOf, ({ spec }) =>
        spec?.type === "LoadBalancer" || spec?.type === "NodePort" ? `is of type ${spec.type}` : undefined,
      ),
      ...each(bindings, nameOf, ({ roleRef, subjects = [] }) =>
        roleRef.name === "cluster-admin" && subjects.some((subject) => subject.namespace === namespace)
          ? "makes a controller cluster-admin"
          : undefined,
      ),
      ...open.map((lock) => ({ subject: `${namespace}/${DELIVERER}`, reason: `runs without ${lock}` })),
    ];
    return { looked: services.length + 1, wrong, detail: `${DELIVERER} with ${LOCKS.join(" and ")}…` };
  });
}

/** A7.1: what an account of a delivery is let do is named, and never secrets or rights. */
function leastRights(view: ClusterView): Promise<Finding> {
  const promise = {
    requirement: "A7.1",
    title: "deliveries act as accounts with named kinds, no secrets and no rights",
  };
  return examine(promise, async () => {
    const [deliveries, bindings, roles] = await Promise.all([
      view.list<Kustomization>(KUSTOMIZE, "Kustomization"),
      view.list<V1RoleBinding>("rbac.authorization.k8s.io/v1", "RoleBinding"),
      view.list<V1Role>("rbac.authorization.k8s.io/v1", "Role"),
    ]);
    const wrong = each(deliveries, nameOf, ({ metadata, spec }) => {
      const account = spec?.serviceAccountName;
      if (account === undefined) return "names no account to act as";
      const bound = bindings.filter(({ subjects = [] }) =>
        subjects.some(
          (subject) =>
            subject.kind === "ServiceAccount" && subject.name === account && subject.namespace === metadata?.namespace,
        ),
      );
      const wide = bound.find(({ roleRef }) => roleRef.kind !== "Role");
      if (wide !== undefined) return `acts as ${account}, which ${wide.roleRef.name} lets do what is not named here`;
      const rules = bound.flatMap(
        (binding) =>
          roles.find(
            (role) =>
              role.metadata?.name === binding.roleRef.name && role.metadata.namespace === binding.metadata?.namespace,
          )?.rules ?? [],
      );
      for (const { apiGroups = [], resources = [], verbs } of rules) {
        if ([...apiGroups, ...resources, ...verbs].includes("*")) return `acts as ${account}, which may do anything`;
        if (resources.includes("secrets") || apiGroups.includes("rbac.authorization.k8s.io"))
          return `acts as ${account}, which may deliver ${resources.join(", ")}`;
      }
      return undefined;
    });
    const accounts = deliveries.map(({ metadata, spec }) => `${metadata?.namespace}/${spec?.serviceAccountName}`);
    return { looked: deliveries.length, wrong, detail: [...new Set(accounts)].join(", ") };
  });
}

const readyOf = ({ status }: Kustomization | Repository) => status?.conditions?.find(({ type }) => type === "Ready");

/** A7.6. */
function allReady({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A7.6", title: "every Kustomization and its source is Ready" }, async () => {
    const { value } = await waitUntil({
      reason: "Kustomizations to be delivered",
      deadlineSeconds: DELIVERED_SECONDS,
      attempt: async () => {
        const found = await view.list<Kustomization>(KUSTOMIZE, "Kustomization");
        const sources = await view.list<Repository>(SOURCE, "GitRepository");
        const wrong = each([...sources, ...found], nameOf, (one) => {
          const ready = readyOf(one);
          return ready?.status === "True" ? undefined : (ready?.message ?? "was not looked at yet");
        });
        for (const name of outputs.gitops.applications)
          if (!found.some(({ metadata }) => metadata?.name === name))
            wrong.push({ subject: name, reason: "does not exist" });
        return { done: wrong.length === 0, value: { looked: found.length, wrong } };
      },
    });
    return { ...value, detail: `${value.looked} Kustomizations` };
  });
}

/** A7.3, A7.4 and A7.2: kept by itself, and in production only what cannot move. */
function continuous({ config }: CheckContext, view: ClusterView): Promise<Finding> {
  const promise = { requirement: "A7.3", title: "deliveries go on by themselves; production takes what is pinned" };
  return examine(promise, async () => {
    const found = await view.list<Kustomization>(KUSTOMIZE, "Kustomization");
    const sources = await view.list<Repository>(SOURCE, "GitRepository");
    const wrong = [
      ...each(found, nameOf, ({ spec }) => {
        if (spec?.suspend === true) return "is suspended";
        if (spec?.prune !== true) return "keeps what was taken out of Git";
        if (spec.retryInterval === undefined) return "tries again no sooner than it looks";
        return spec.wait === true ? undefined : "is ready whatever becomes of what it delivered";
      }),
      ...each(sources, nameOf, ({ spec }) => {
        if (spec?.suspend === true) return "is suspended";
        const { commit, tag, semver, branch = "master" } = spec?.ref ?? {};
        const taken = commit ?? semver ?? tag ?? branch;
        return config.environment === "production" && (semver !== undefined || !PINNED.test(taken))
          ? `follows ${taken}, which moves by itself (A7.2)`
          : undefined;
      }),
    ];
    return { looked: found.length, wrong, detail: found.map(nameOf).join(", ") };
  });
}

/** A7.7: engine lacks rights. */
async function withoutRights(view: ClusterView): Promise<Diagnosis[]> {
  const deliveries = await view.list<Kustomization>(KUSTOMIZE, "Kustomization");
  const saying = (expression: RegExp) =>
    deliveries.filter((one) => expression.test(readyOf(one)?.message ?? "")).map(nameOf);
  return [
    ...diagnosis(
      "A7.7",
      "the account that the delivery acts as may not write this kind there",
      "move the object to the platform (rights, policies, quotas and secrets are its own), deliver it into a namespace of gitops, or add the kind to infra/gitops/workload-kinds.ts; what is missing: kubectl auth can-i --as=system:serviceaccount:NAMESPACE:delivery patch KIND -n NAMESPACE",
      saying(/is forbidden/i),
    ),
    ...diagnosis(
      "A7.7",
      "the delivery refers to a source of another namespace",
      "declare a GitRepository in the namespace of the Kustomization: across namespaces nobody's rights would be asked",
      saying(/cross-namespace references have been blocked/),
    ),
  ];
}
