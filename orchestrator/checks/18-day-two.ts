import type { KubernetesObject, V1ConfigMap, V1Node } from "@kubernetes/client-node";
import { apiRequests } from "./api-requests";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { disruptions } from "./disruption";
import { diagnosis, each, examine, outside } from "./finding";
import { inProbeNamespace } from "./probe";
import { broken, RolloutProbe } from "./rollout-probe";

/** Kubernetes supports nodes up to so many minor versions behind their control plane (version skew policy). */
export const NODES_BEHIND = 3;
/** cert-manager renews with a third of the life left; a certificate with less than this was not renewed. */
const CERTIFICATE_DAYS = 14;
const DAY_MS = 86_400_000;

interface Certificate extends KubernetesObject {
  status?: { notAfter?: string };
}

/** Phase 18: whatever is critical survives a drain, nodes fit their control plane, and the daily list is clean. */
export const dayTwoCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const standing = await Promise.all([
      guarded(context, view),
      drainable(view),
      nodesFit(view, context.outputs.cluster.version),
      outside(context, certificatesFresh(view)),
      outside(context, insightsClean(context)),
      listed(context, view),
    ]);
    return [...standing, ...(await tried(context, view))];
  },

  async diagnose(context) {
    const { unguarded, locked } = await disruptions(await viewCluster(context.clients.kubernetes));
    return [
      ...diagnosis(
        "A18.3",
        "critical workloads have no PodDisruptionBudget, so a drain may take all their pods at once",
        "add one with maxUnavailable: 1 whose selector fits the pods; most charts have a value for it",
        unguarded.map(({ subject }) => subject),
      ),
      ...lockedDiagnosis(locked.map(({ subject }) => subject)),
    ];
  },
};

export function lockedDiagnosis(subjects: readonly string[]): Diagnosis[] {
  return diagnosis(
    "A18.3",
    "these budgets allow no eviction, so no node with such a pod can be drained and every upgrade stands still",
    "set maxUnavailable: 1 in place of minAvailable, or run one copy more than the budget holds",
    subjects,
  );
}

function guarded({ config }: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "everything that runs in more than one copy has a PodDisruptionBudget";
  return examine({ requirement: "A18.3", title }, async () => {
    const { critical, unguarded } = await disruptions(view);
    // dev runs single copies on purpose (B2.4): that there are none to guard is then what was asked for.
    const looked = critical.length === 0 && !config.highAvailability ? 1 : critical.length;
    return { looked, wrong: unguarded, detail: `${critical.length} guarded` };
  });
}

function drainable(view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A18.3", title: "every PodDisruptionBudget lets a pod go" }, async () => {
    const { locked } = await disruptions(view);
    const budgets = await view.list("policy/v1", "PodDisruptionBudget");
    // Without any budget none can be in the way.
    return { looked: budgets.length + 1, wrong: locked, detail: `${budgets.length} budgets` };
  });
}

/** C5.2, tried: what a team's application is promised while it is updated, and while a node is drained. */
async function tried({ clients, waitUntil }: CheckContext, view: ClusterView): Promise<Finding[]> {
  const requests = await apiRequests(clients.kubernetes);
  const one = (wrong: string | undefined, detail: string) => ({
    looked: 1,
    wrong: wrong === undefined ? [] : [{ subject: "the application", reason: wrong }],
    detail,
  });
  try {
    return await inProbeNamespace(view, waitUntil, async (namespace) => {
      const probe = new RolloutProbe(clients.kubernetes, view, waitUntil, namespace);
      const evicted = await examine(
        { requirement: "C5.2", title: "an eviction that would break a PodDisruptionBudget is refused" },
        async () => {
          if (!(await probe.begin())) return one("did not become Ready", "");
          const { code, message } = await probe.evict(requests);
          return one(code === 429 ? undefined : `was evicted, or not, with ${code}: ${message}`, message);
        },
      );
      const updated = await examine(
        { requirement: "C5.2", title: "a rolling update never shows fewer Ready pods than promised" },
        async () => {
          const seen = await probe.update();
          return one(broken(seen), `${seen.changes} changes of its pods seen, ${seen.fewest} Ready at the fewest`);
        },
      );
      return [evicted, updated];
    });
  } finally {
    requests.close();
  }
}

function nodesFit(view: ClusterView, version: string): Promise<Finding> {
  const title = `nodes are at most ${NODES_BEHIND} minor versions behind their control plane and never ahead`;
  return examine({ requirement: "A18.1", title }, async () => {
    const nodes = await view.list<V1Node>("v1", "Node");
    return {
      looked: nodes.length,
      wrong: misfits(nodes, version),
      detail: `${nodes.length} nodes, Kubernetes ${version}`,
    };
  });
}

/** Nodes whose kubelet does not go with a control plane of this version. */
export function misfits(nodes: readonly V1Node[], version: string) {
  const minor = (text: string) => Number(text.replace(/^v/, "").split(".")[1] ?? Number.NaN);
  return each(nodes, nameOf, ({ status }) => {
    const kubelet = status?.nodeInfo?.kubeletVersion;
    if (kubelet === undefined) return "does not say its version";
    const behind = minor(version) - minor(kubelet);
    if (Number.isNaN(behind)) return `says ${kubelet}, which is no version`;
    if (behind < 0) return `runs ${kubelet}, ahead of ${version}`;
    return behind > NODES_BEHIND ? `runs ${kubelet}, ${behind} minor versions behind ${version}` : undefined;
  });
}

/** H1.2, of the daily list. */
function certificatesFresh(view: ClusterView): Promise<Finding> {
  const title = `no certificate ends within ${CERTIFICATE_DAYS} days`;
  return examine({ requirement: "H1.2", title }, async () => {
    const certificates = await view.list<Certificate>("cert-manager.io/v1", "Certificate");
    const wrong = each(certificates, nameOf, (certificate) => {
      const end = certificate.status?.notAfter;
      if (end === undefined) return condition(certificate, "Ready")?.message ?? "was never issued";
      const days = Math.floor((new Date(end).getTime() - Date.now()) / DAY_MS);
      return days < CERTIFICATE_DAYS ? `ends in ${days} days` : undefined;
    });
    return { looked: certificates.length, wrong, detail: `${certificates.length} certificates` };
  });
}

/** H1.2: both lists are where they are looked at. */
function listed({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "H1.2", title: "Grafana has the daily and the weekly list" }, async () => {
    const { dashboard, windows } = outputs.dayTwo;
    const [namespace = "", name = ""] = dashboard.split("/");
    const found = await view.get<V1ConfigMap>("v1", "ConfigMap", name, namespace);
    const shown = found?.metadata?.labels?.["grafana_dashboard"] === "1";
    const reason = found === undefined ? "does not exist" : "lacks the label grafana_dashboard";
    return {
      looked: 1,
      wrong: shown ? [] : [{ subject: dashboard, reason }],
      detail: `windows: ${windows.join("; ")}`,
    };
  });
}

/** H1.2, of the weekly list: EKS looks for what an upgrade would break. */
function insightsClean({ outputs, clients }: CheckContext): Promise<Finding> {
  return examine({ requirement: "H1.2", title: "EKS finds nothing that an upgrade would break" }, async () => {
    const insights = await clients.aws.clusterInsights(outputs.cluster.name);
    const wrong = each(
      insights.filter(({ status }) => status === "ERROR"),
      ({ name }) => name,
      ({ reason }) => reason,
    );
    const warnings = insights.filter(({ status }) => status === "WARNING").map(({ name }) => name);
    return {
      looked: 1,
      wrong,
      detail: warnings.length === 0 ? "no insight fails" : `warnings: ${warnings.join(", ")}`,
    };
  });
}
