import type { KubernetesObject, V1ConfigMap, V1Secret, V1Service, V1StatefulSet } from "@kubernetes/client-node";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { deliveryRights, missingRights } from "./delivery-rights";
import { nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { fluxCheck } from "./gitops-flux";
import { diagnosis, each, examine, outside, type Offence } from "./finding";
import { BECAUSE, UNTIL } from "../promotion/delivery/sync";
import { noPlainSecret, plainSecrets } from "./plain-secrets";

const API = "argoproj.io/v1alpha1";
/** A first sync clones the repository, pulls images and rolls out; retries add five minutes (A7.3). */
const SYNC_SECONDS = 600;
/** By which Argo CD knows what it delivered. */
const TRACKING = "argocd.argoproj.io/tracking-id";
const delivered = (metadata: V1Secret["metadata"]) => metadata?.annotations?.[TRACKING] !== undefined;
const CONTROLLER = "argo-cd-argocd-application-controller";
/** A cache, which one copy of is enough. */
const CACHE = "argo-cd-argocd-redis";
const INITIAL_PASSWORD = "argocd-initial-admin-secret";
/** A whole commit, or a version tag (A7.2). */
const PINNED = /^([0-9a-f]{40}|v\d+\.\d+\.\d+)$/;

interface Application extends KubernetesObject {
  spec?: {
    project?: string;
    source?: { repoURL?: string; targetRevision?: string };
    destination?: { namespace?: string };
    syncPolicy?: {
      automated?: { prune?: boolean; selfHeal?: boolean; allowEmpty?: boolean; enabled?: boolean };
      retry?: { limit?: number };
    };
  };
  status?: {
    sync?: { status?: string };
    health?: { status?: string };
    conditions?: { type: string; message: string }[];
    operationState?: { message?: string };
  };
}
interface Project extends KubernetesObject {
  spec?: {
    sourceRepos?: string[];
    destinations?: { namespace?: string }[];
    clusterResourceWhitelist?: object[];
    namespaceResourceWhitelist?: { group: string; kind: string }[];
  };
}
interface Route extends KubernetesObject {
  spec?: { rules?: { backendRefs?: { name: string; namespace?: string }[] }[] };
}

/** Phase 07: Argo CD runs behind closed doors, projects grant what is needed, and every application is in sync. */
export const gitopsCheck: PhaseCheck = {
  async verify(context) {
    if (context.outputs.gitops.engine === "flux") return fluxCheck.verify(context);
    const view = await viewCluster(context.clients.kubernetes);
    const { namespace } = context.outputs.gitops;
    const { highAvailability } = context.config;
    const title = "Argo CD's parts run, where availability counts with a second replica";
    const standing = await Promise.all([
      deploymentsAvailable(view, "A7.1", title, namespace, highAvailability, [CACHE]),
      controller(context, view),
      unreachable(context, view),
      leastRights(context, view),
      deliveryRights(context),
      outside(context, noPlainSecret(view, delivered)),
    ]);
    const rollout = context.config.application?.rollout ?? { by: "rolling" };
    if (rollout.by !== "rolling") {
      const told = "the controller of canaries runs, where availability counts with a second replica";
      // Each in a namespace of its name, where Flagger's load tester may be too: one copy makes load.
      const single = rollout.by === "flagger" ? [new URL(rollout.loadTester).hostname.split(".")[0] ?? ""] : [];
      standing.push(await deploymentsAvailable(view, "D5.4", told, rollout.by, highAvailability, single));
    }
    const synced = await outside(context, inSync(context, view));
    return [...standing, synced, await outside(context, continuous(context, view))];
  },

  async diagnose(context, findings) {
    if (context.outputs.gitops.engine === "flux") return fluxCheck.diagnose(context, findings);
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await withoutRights(view)),
      ...(await missingRights(context)),
      ...(await plainSecrets(view, delivered)),
    ];
  },
};

function controller({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A7.4", title: "the controller that reconciles is up" }, async () => {
    const { namespace } = outputs.gitops;
    const found = await view.get<V1StatefulSet>("apps/v1", "StatefulSet", CONTROLLER, namespace);
    const ready = found?.status?.readyReplicas ?? 0;
    const subject = `${namespace}/${CONTROLLER}`;
    const reason = found === undefined ? "does not exist" : "has no ready replica";
    return { looked: 1, wrong: ready > 0 ? [] : [{ subject, reason }], detail: `${ready} ready` };
  });
}

/** A7.1: no way in from outside, no password. */
function unreachable({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A7.1", title: "the server is not exposed and no password opens it" }, async () => {
    const { namespace } = outputs.gitops;
    const [services, routes, ingresses, settings, password] = await Promise.all([
      view.list<V1Service>("v1", "Service", namespace),
      view.list<Route>("gateway.networking.k8s.io/v1", "HTTPRoute"),
      view.list("networking.k8s.io/v1", "Ingress", namespace),
      view.get<V1ConfigMap>("v1", "ConfigMap", "argocd-cm", namespace),
      view.get<V1Secret>("v1", "Secret", INITIAL_PASSWORD, namespace),
    ]);
    const leads = (route: Route) =>
      route.spec?.rules?.some(({ backendRefs = [] }) =>
        backendRefs.some((backend) => (backend.namespace ?? route.metadata?.namespace) === namespace),
      ) === true;
    const wrong: Offence[] = [
      ...each(services, nameOf, ({ spec }) =>
        spec?.type === "LoadBalancer" || spec?.type === "NodePort" ? `is of type ${spec.type}` : undefined,
      ),
      ...routes.filter(leads).map((route) => ({ subject: nameOf(route), reason: "leads to Argo CD" })),
      ...ingresses.map((ingress) => ({ subject: nameOf(ingress), reason: "leads to Argo CD" })),
    ];
    const subject = `${namespace}/argocd-cm`;
    if (settings?.data?.["admin.enabled"] !== "false") wrong.push({ subject, reason: "leaves the admin account on" });
    if (password !== undefined)
      wrong.push({ subject: `${namespace}/${INITIAL_PASSWORD}`, reason: "is the first password, still there" });
    return { looked: services.length + 1, wrong, detail: `${services.length} services, all inside the cluster` };
  });
}

/** A7.1: projects say what may come from where and go where; `default` is open to everything unless it is emptied. */
function leastRights({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A7.1", title: "projects grant named repositories, namespaces and kinds" },
    async () => {
      const projects = await view.list<Project>(API, "AppProject", outputs.gitops.namespace);
      const wrong = each(projects, nameOf, ({ metadata, spec }) => {
        const { sourceRepos = [], destinations = [], clusterResourceWhitelist = [] } = spec ?? {};
        if (sourceRepos.some((one) => one.includes("*"))) return "takes any repository";
        if (destinations.some(({ namespace = "*" }) => namespace.includes("*"))) return "goes into any namespace";
        if (clusterResourceWhitelist.length > 0) return "may change the cluster itself";
        if (metadata?.name === "default")
          return destinations.length + sourceRepos.length > 0 ? "is Argo CD's own and grants something" : undefined;
        const kinds = spec?.namespaceResourceWhitelist;
        if (kinds === undefined) return "may deliver every kind";
        return kinds.some(({ group, kind }) => group === "*" || kind === "*" || (group === "" && kind === "Secret"))
          ? "may deliver secrets"
          : undefined;
      });
      for (const name of outputs.gitops.projects)
        if (!projects.some(({ metadata }) => metadata?.name === name))
          wrong.push({ subject: name, reason: "does not exist" });
      return { looked: projects.length, wrong, detail: projects.map(({ metadata }) => metadata?.name).join(", ") };
    },
  );
}

/** A7.6. */
function inSync({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A7.6", title: "every application is Synced and Healthy" }, async () => {
    const { namespace, applications } = outputs.gitops;
    const { value } = await waitUntil({
      reason: "applications to be in sync",
      deadlineSeconds: SYNC_SECONDS,
      attempt: async () => {
        const found = await view.list<Application>(API, "Application", namespace);
        const wrong = each(found, nameOf, problemOf);
        for (const name of applications)
          if (!found.some(({ metadata }) => metadata?.name === name))
            wrong.push({ subject: `${namespace}/${name}`, reason: "does not exist" });
        return { done: wrong.length === 0, value: { looked: found.length, wrong } };
      },
    });
    return { ...value, detail: `${value.looked} applications` };
  });
}

function problemOf({ status }: Application): string | undefined {
  const { sync, health, conditions = [], operationState } = status ?? {};
  if (sync?.status === "Synced" && health?.status === "Healthy") return undefined;
  const why = conditions[0]?.message ?? operationState?.message;
  const is = `is ${sync?.status ?? "not looked at"} and ${health?.status ?? "of unknown health"}`;
  return why === undefined ? is : `${is}: ${why}`;
}

/** A7.3, A7.4: drift is mended, what is taken out goes, an empty repository deletes nothing. */
function continuous({ outputs, config }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A7.3", title: "every application is kept as declared, and production takes what is pinned" },
    async () => {
      const found = await view.list<Application>(API, "Application", outputs.gitops.namespace);
      const wrong = each(found, nameOf, ({ metadata, spec }) => {
        const { automated, retry } = spec?.syncPolicy ?? {};
        const { [UNTIL]: until, [BECAUSE]: reason = "no reason given" } = metadata?.annotations ?? {};
        if (until !== undefined) return `is paused until ${until} (${reason}); slipway sync resume ends it (C7.2)`;
        if (automated === undefined || automated.enabled === false) return "is synced by hand";
        if (automated.prune !== true) return "keeps what was taken out of Git";
        if (automated.selfHeal !== true) return "leaves drift as it is";
        if (automated.allowEmpty === true) return "would delete all of it for an empty repository";
        if ((retry?.limit ?? 0) < 1) return "does not try again";
        const revision = spec?.source?.targetRevision ?? "HEAD";
        return config.environment === "production" && !PINNED.test(revision)
          ? `follows ${revision}, which moves by itself (A7.2)`
          : undefined;
      });
      return { looked: found.length, wrong, detail: found.map(nameOf).join(", ") };
    },
  );
}

/** A7.7: engine lacks rights. */
async function withoutRights(view: ClusterView): Promise<Diagnosis[]> {
  const applications = await view.list<Application>(API, "Application");
  const saying = (expression: RegExp) =>
    applications
      .filter(({ status }) => {
        const words = [...(status?.conditions ?? []).map(({ message }) => message), status?.operationState?.message];
        return words.some((text) => expression.test(text ?? ""));
      })
      .map(nameOf);
  return [
    ...diagnosis(
      "A7.7",
      "the project does not let the application go into its namespace",
      "add the namespace to the destinations of the project in infra/phases/07-gitops.ts, or correct the application's destination",
      saying(/do not match any of the allowed destinations/),
    ),
    ...diagnosis(
      "A7.7",
      "the project does not know the application's repository, or does not exist",
      "use a project that exists and the repository of gitops.repository",
      saying(/is not permitted in project '|which does not exist/),
    ),
    ...diagnosis(
      "A7.7",
      "the application declares a kind its project does not deliver",
      "move the object to the platform (rights, policies, quotas and secrets are its own), or add the kind to the project's namespaceResourceWhitelist",
      saying(/resource .* is not permitted in project/),
    ),
    ...diagnosis(
      "A7.7",
      "the cluster does not let Argo CD write there",
      "see which right is missing: kubectl auth can-i --as=system:serviceaccount:argocd:argocd-application-controller create deployments -n NAMESPACE; then bind it",
      saying(/is forbidden/),
    ),
  ];
}
