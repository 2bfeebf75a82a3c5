import type { KubernetesObject, V1PersistentVolumeClaim } from "@kubernetes/client-node";
import type { DataSystemOutput } from "../../infra/outputs";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Finding, PhaseCheck } from "./check";
import { condition, nameOf, podProblem, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside, type Offence } from "./finding";
import { access, exposed } from "./stateful-access";
import { backedUp, keptApart, starts, unarchived } from "./stateful-database";
import { managedDatabases, withoutStandby } from "./stateful-managed";
import { apart, bindsEarly, membersOf, stranded } from "./stateful-volumes";
import { unwatched } from "./stateful-watch";
import { diagnoseWebhooks, webhooksAnswer, type Specimen } from "./webhooks";

const KAFKA = "kafka.strimzi.io/v1";
const CNPG = "postgresql.cnpg.io/v1";
/** Images are pulled, volumes made, and each member waits for the one before it. */
const READY_SECONDS = 900;

type Members = DataSystemOutput & {
  readonly kind: "Kafka" | "Cluster";
  readonly labels: Readonly<Record<string, string>>;
};

/** Data systems of the environment, each with what its members are known by. */
function systemsOf({ outputs }: CheckContext): Members[] {
  const { kafka, postgres } = outputs.stateful;
  return [
    ...kafka.map((one) => ({ ...one, kind: "Kafka" as const, labels: { "strimzi.io/name": `${one.name}-kafka` } })),
    ...postgres.map((one) => ({
      ...one,
      kind: "Cluster" as const,
      labels: { "cnpg.io/cluster": one.name, "cnpg.io/podRole": "instance" },
    })),
  ];
}

/** Phase 11: data systems are ready with their volumes, one member per zone, watched, backed up and out of others' reach. */
export const statefulCheck: PhaseCheck = {
  async verify(context) {
    const systems = systemsOf(context);
    const managed = await managedDatabases(context);
    if (systems.length === 0) return managed.length === 0 ? [off()] : managed;
    const view = await viewCluster(context.clients.kubernetes);
    const { highAvailability } = context.config;
    const operators = new Set([
      ...context.outputs.stateful.kafka.map(({ namespace }) => namespace),
      ...context.outputs.stateful.postgres.map(({ operator }) => operator),
    ]);
    const running = [...operators].map((namespace) =>
      // One at a time by design: the operator of topics and users, and the plugin that the instances' sidecars outlive.
      deploymentsAvailable(view, "A11.1", `operators in ${namespace} run`, namespace, highAvailability, [
        ...context.outputs.stateful.kafka.map(({ name }) => `${name}-entity-operator`),
        "plugin-barman-cloud",
      ]),
    );
    const ready = await Promise.all(systems.map((system) => outside(context, becomesReady(context, view, system))));
    const standing = await Promise.all([
      ...running,
      ...systems.map((system) => bound(view, system)),
      examine({ requirement: "A11.3", title: "one member per zone, on volumes that wait for their pod" }, () =>
        apart(view, systems),
      ),
      examine({ requirement: "A11.4", title: "memory, garbage collection, I/O and saturation are watched" }, () =>
        unwatched(view, systems),
      ),
      ...context.outputs.stateful.postgres.flatMap((database) => [
        starts(view, database),
        keptApart(view, database),
        outside(context, backedUp(context, view, database)),
        webhooksAnswer(context, view, "A11.1", "CloudNativePG", [specimen(database.namespace)]),
      ]),
      examine({ requirement: "A11.8", title: "inside the cluster only: no route, no address outside" }, () =>
        exposed(view, systems),
      ),
    ]);
    return [...managed, ...ready, ...standing, await outside(context, access(context, view, systems))];
  },

  async diagnose(context, findings) {
    const systems = systemsOf(context);
    const single = await withoutStandby(context);
    if (systems.length === 0) return single;
    const view = await viewCluster(context.clients.kubernetes);
    const [lost, early, unseen, open] = await Promise.all([
      stranded(view, systems),
      bindsEarly(view, systems),
      unwatched(view, systems),
      exposed(view, systems),
    ]);
    const named = (wrong: readonly Offence[]) => wrong.map(({ subject }) => subject);
    return [
      ...single,
      ...diagnosis(
        "A11.3",
        "a volume is in one zone for good, and no node of that zone takes its pod",
        "bring a node back in that zone (nodePools, or the zone itself), or delete claim and pod so that the member is made anew elsewhere and copies its data from the others",
        named(lost),
      ),
      ...diagnosis(
        "A11.3",
        "volumes of this class are made before their pod has a node, in whatever zone",
        "use a class with volumeBindingMode WaitForFirstConsumer (gp3)",
        named(early),
      ),
      ...diagnosis(
        "A11.4",
        "nobody would see memory, garbage collection, I/O or saturation of these run out",
        "run the update of this phase again, which brings their PodMonitor and PrometheusRule back",
        named(unseen.wrong),
      ),
      ...diagnosis(
        "A11.8",
        "a database or a broker can be reached from outside the cluster",
        "remove the route or make the Service a ClusterIP; clients come in from the namespaces on stateful.*.clients",
        named(open.wrong),
      ),
      ...(await unarchived(context, view)),
      ...diagnoseWebhooks("A11.1", findings),
    ];
  },
};

/** A database as a team would write one; it is tried and never kept. */
const specimen = (namespace: string): Specimen => ({
  apiVersion: CNPG,
  kind: "Cluster",
  metadata: { name: "slipway-webhook", namespace },
  spec: { instances: 1, storage: { size: "1Gi" } },
});

/** Nothing is here by configuration, which is no claim about anything else. */
function off(): Finding {
  const title = "data systems are as configured";
  return {
    requirement: "A11.1",
    title,
    verdict: "passed",
    detail: "off by configuration: stateful.*.enabled",
    subjects: [],
  };
}

function becomesReady({ waitUntil }: CheckContext, view: ClusterView, system: Members): Promise<Finding> {
  const what = `${system.kind} ${system.namespace}/${system.name}`;
  return examine({ requirement: "A11.2", title: `${what} is ready with all its members` }, async () => {
    const { value } = await waitUntil({
      reason: `${what} to be ready`,
      deadlineSeconds: READY_SECONDS,
      attempt: async () => {
        const wrong = await unready(view, system);
        return { done: wrong.length === 0, value: wrong };
      },
    });
    return { looked: system.members + 1, wrong: value, detail: `${system.members} members` };
  });
}

async function unready(view: ClusterView, system: Members): Promise<Offence[]> {
  const { kind, namespace, name, members } = system;
  const object = await view.get<KubernetesObject>(kind === "Kafka" ? KAFKA : CNPG, kind, name, namespace);
  const said = condition(object, "Ready");
  const why = condition(object, "NotReady") ?? said;
  const pods = await membersOf(view, system);
  return [
    ...(object === undefined
      ? [{ subject: name, reason: "does not exist" }]
      : said?.status === "True"
        ? []
        : [{ subject: name, reason: why?.message ?? why?.reason ?? "its operator has not looked at it" }]),
    ...(pods.length < members ? [{ subject: name, reason: `${pods.length} of ${members} pods are there` }] : []),
    ...each(pods, nameOf, podProblem),
  ];
}

function bound(view: ClusterView, system: Members): Promise<Finding> {
  const title = `volumes of ${system.namespace}/${system.name} are bound`;
  return examine({ requirement: "A11.2", title }, async () => {
    const [pods, claims] = await Promise.all([
      membersOf(view, system),
      view.list<V1PersistentVolumeClaim>("v1", "PersistentVolumeClaim", system.namespace),
    ]);
    const wrong = each(pods, nameOf, (pod) => {
      const names = (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) => claim?.claimName ?? []);
      if (names.length === 0) return "keeps its data in the pod";
      const bad = names.filter(
        (name) => claims.find(({ metadata }) => metadata?.name === name)?.status?.phase !== "Bound",
      );
      return bad.length === 0 ? undefined : `${bad.join(", ")} is not bound`;
    });
    return { looked: pods.length, wrong, detail: `${claims.length} claims` };
  });
}
