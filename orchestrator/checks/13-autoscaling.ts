import type {
  CoreV1Event,
  KubernetesObject,
  V1APIService,
  V1Deployment,
  V1Node,
  V1Pod,
  V2HorizontalPodAutoscaler,
} from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { eventScaling, eventScalingCauses } from "./event-scaling";
import { diagnosis, each, examine, outside, type Offence } from "./finding";
import { inProbeNamespace, PROBE_IMAGE } from "./probe";

/** The API that horizontal autoscalers, the recommender and `kubectl top` read (A13.4). */
const METRICS_API = "v1beta1.metrics.k8s.io";
/** The autoscaler looks every 15 s, at values of the last 15 to 60 s. */
const VALUE_SECONDS = 180;
/** The recommender looks every minute. */
const ADVICE_SECONDS = 300;
/** An instance starts, joins and pulls within this (A13.3). */
const NODE_SECONDS = 600;
/** More turns from growing to shrinking or back than this in an hour are thrash (A13.5). */
const TURNS_AN_HOUR = 3;
const HOUR_MS = 3_600_000;
/** Of a node's cores: two such pods never fit on one node. */
const MORE_THAN_HALF = 0.55;

interface VerticalPodAutoscaler extends KubernetesObject {
  spec?: { targetRef?: { kind?: string; name?: string }; updatePolicy?: { updateMode?: string } };
}

/** Phase 13: metrics are served, the autoscaler sees a value, a pending pod brings a node, advice stays advice. */
export const autoscalingCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const standing = await Promise.all([
      outside(context, metricsServed(context, view)),
      demoDeclared(context, view),
      outside(context, valueShown(context, view)),
      outside(context, adviceOnly(context, view)),
    ]);
    return [...standing, ...(await eventScaling(context, view)), await outside(context, podBringsNode(context, view))];
  },

  async diagnose(context) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await metricsMissing(view)),
      ...(await requestsMissing(view)),
      ...(await thrash(view)),
      ...(await eventScalingCauses(context, view)),
    ];
  },
};

function metricsServed({ config, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "metrics-server runs and its API is available";
  return examine({ requirement: "A13.2", title }, async () => {
    const settled = await waitUntil({
      reason: "the metrics API",
      deadlineSeconds: VALUE_SECONDS,
      attempt: async () => {
        const wrong: Offence[] = [];
        const server = await view.get<V1Deployment>("apps/v1", "Deployment", "metrics-server", "kube-system");
        const needed = config.highAvailability ? 2 : 1;
        const available = server?.status?.availableReplicas ?? 0;
        if (available < needed)
          wrong.push({
            subject: "kube-system/metrics-server",
            reason: `${available} replicas available, ${needed} needed`,
          });
        const problem = apiProblem(await metricsApi(view));
        if (problem !== undefined) wrong.push({ subject: METRICS_API, reason: problem });
        return { done: wrong.length === 0, value: wrong };
      },
    });
    return { looked: 2, wrong: settled.value, detail: METRICS_API };
  });
}

const metricsApi = (view: ClusterView) =>
  view.get<V1APIService>("apiregistration.k8s.io/v1", "APIService", METRICS_API);

function apiProblem(service: V1APIService | undefined): string | undefined {
  if (service === undefined) return "is not registered";
  const available = condition(service, "Available");
  return available?.status === "True" ? undefined : (available?.message ?? "has no Available condition");
}

const demoOf = ({ outputs }: CheckContext, view: ClusterView) => {
  const { namespace, name } = outputs.autoscaling.demo;
  return view.get<V2HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler", name, namespace);
};

function demoDeclared(context: CheckContext, view: ClusterView): Promise<Finding> {
  const { namespace, name, cpuTarget, minimum, maximum } = context.outputs.autoscaling.demo;
  const title = `the example app is held at ${cpuTarget} % CPU by ${minimum} to ${maximum} pods`;
  return examine({ requirement: "A13.2", title }, async () => {
    const spec = (await demoOf(context, view))?.spec;
    const cpu = spec?.metrics?.find((metric) => metric.resource?.name === "cpu")?.resource?.target.averageUtilization;
    const seen = `CPU ${cpu ?? "unset"} %, ${spec?.minReplicas ?? 1} to ${spec?.maxReplicas ?? "unset"}`;
    const right = cpu === cpuTarget && spec?.minReplicas === minimum && spec.maxReplicas === maximum;
    const reason = spec === undefined ? "has no autoscaler" : seen;
    return { looked: 1, wrong: right ? [] : [{ subject: `${namespace}/${name}`, reason }], detail: seen };
  });
}

function valueShown(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A13.3", title: "the autoscaler shows a current value" }, async () => {
    const settled = await context.waitUntil({
      reason: "a value of the autoscaler",
      deadlineSeconds: VALUE_SECONDS,
      attempt: async () => {
        const autoscaler = await demoOf(context, view);
        const current = autoscaler?.status?.currentMetrics?.find((metric) => metric.resource?.name === "cpu");
        const use = current?.resource?.current.averageUtilization;
        const replicas = autoscaler?.status?.currentReplicas ?? 0;
        const done = use !== undefined && replicas >= context.outputs.autoscaling.demo.minimum;
        const why = condition(autoscaler, "ScalingActive")?.message ?? `no value yet, ${replicas} pods`;
        return { done, value: use === undefined ? why : `CPU ${use} % with ${replicas} pods` };
      },
    });
    const { namespace, name } = context.outputs.autoscaling.demo;
    const wrong = settled.done ? [] : [{ subject: `${namespace}/${name}`, reason: settled.value }];
    return { looked: 1, wrong, detail: settled.value };
  });
}

function adviceOnly(context: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "the recommender advises, changes nothing and stays off what an autoscaler holds";
  return examine({ requirement: "A13.1", title }, async () => {
    const wanted = context.outputs.autoscaling.advice;
    const settled = await context.waitUntil({
      reason: "recommendations",
      deadlineSeconds: ADVICE_SECONDS,
      attempt: async () => {
        const [advisers, autoscalers] = await Promise.all([
          view.list<VerticalPodAutoscaler>("autoscaling.k8s.io/v1", "VerticalPodAutoscaler"),
          view.list<V2HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler"),
        ]);
        const held = new Set(
          autoscalers.map(({ metadata, spec }) =>
            targetKey(metadata?.namespace, spec?.scaleTargetRef.kind, spec?.scaleTargetRef.name),
          ),
        );
        const known = new Map(advisers.map((adviser) => [nameOf(adviser), adviser]));
        const missing = wanted
          .filter((name) => !known.has(name))
          .map((subject) => ({ subject, reason: "does not exist" }));
        const wrong = each(advisers, nameOf, (adviser) => adviceProblem(adviser, held, wanted));
        return { done: missing.length + wrong.length === 0, value: [...missing, ...wrong] };
      },
    });
    return { looked: wanted.length, wrong: settled.value, detail: wanted.join(", ") };
  });
}

const targetKey = (namespace: string | undefined, kind: string | undefined, name: string | undefined) =>
  `${namespace ?? ""}/${kind ?? ""}/${name ?? ""}`;

function adviceProblem(
  adviser: VerticalPodAutoscaler,
  held: ReadonlySet<string>,
  wanted: readonly string[],
): string | undefined {
  // What a person or a team made is judged by what it could do; only ours has to have advice.
  const mode = adviser.spec?.updatePolicy?.updateMode ?? "Auto";
  if (mode !== "Off") return `mode ${mode} changes pods, Off only advises`;
  const target = adviser.spec?.targetRef;
  if (held.has(targetKey(adviser.metadata?.namespace, target?.kind, target?.name)))
    return `a HorizontalPodAutoscaler holds ${target?.name ?? "its target"} too`;
  if (!wanted.includes(nameOf(adviser))) return undefined;
  const provided = condition(adviser, "RecommendationProvided");
  return provided?.status === "True" ? undefined : (provided?.message ?? "has no recommendation yet");
}

/**
 * One pod more than the pool's own nodes could take, each wanting more than half a node: at least one has to wait for
 * a new node. On AWS that node costs what it runs, a few minutes; it goes when the pods are gone.
 */
function podBringsNode(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A13.3", title: "a pending pod brings a node" }, () =>
    inProbeNamespace(view, context.waitUntil, async (namespace) => {
      const pool = context.outputs.nodePools.pools.find(
        ({ taints, capacityType }) => taints.length === 0 && capacityType === "on-demand",
      );
      if (pool === undefined) return { looked: 0, wrong: [], detail: "" };
      const nodes = await view.list<V1Node>("v1", "Node");
      const before = new Set(nodes.map(nameOf));
      const own = nodes.filter((node) => node.metadata?.labels?.["karpenter.sh/nodepool"] === pool.name);
      const sizes = nodes
        .filter((node) => node.metadata?.labels?.["node-role"] === pool.name)
        .map((node) => cores(node.status?.allocatable?.["cpu"] ?? "0"));
      const millicores = Math.floor(1000 * MORE_THAN_HALF * Math.max(...sizes, 0));
      if (millicores === 0) return { looked: 0, wrong: [], detail: "" };
      const names = Array.from({ length: own.length + 1 }, (_unused, n) => `grow-${n}`);
      for (const name of names) await view.create(hungryPod(namespace, name, pool.name, millicores));
      const settled = await context.waitUntil({
        reason: "a node for a pending pod",
        deadlineSeconds: NODE_SECONDS,
        attempt: async () => {
          const pods = await view.list<V1Pod>("v1", "Pod", namespace);
          const fresh = pods.find(({ spec, status }) => {
            const running = status?.phase === "Running" && spec?.nodeName !== undefined;
            return running && !before.has(spec.nodeName ?? "");
          });
          const waits = pods.map((pod) => condition(pod, "PodScheduled")?.message).find((text) => text !== undefined);
          return { done: fresh !== undefined, value: fresh?.spec?.nodeName ?? waits ?? "no pod runs on a new node" };
        },
      });
      const wrong = settled.done ? [] : [{ subject: `pool ${pool.name}`, reason: settled.value }];
      return { looked: 1, wrong, detail: `${settled.value} in pool ${pool.name}` };
    }),
  );
}

function cores(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}

function hungryPod(namespace: string, name: string, pool: string, millicores: number): V1Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { "slipway.dev/probe": "grow" } },
    spec: {
      automountServiceAccountToken: false,
      nodeSelector: { "karpenter.sh/nodepool": pool },
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "grow",
          image: PROBE_IMAGE,
          command: ["sleep", "3600"],
          resources: {
            requests: { cpu: `${millicores}m`, memory: "16Mi" },
            limits: { cpu: `${millicores}m`, memory: "16Mi" },
          },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  };
}

const autoscalersOf = (view: ClusterView) =>
  view.list<V2HorizontalPodAutoscaler>("autoscaling/v2", "HorizontalPodAutoscaler");
const blind = (autoscaler: V2HorizontalPodAutoscaler) => condition(autoscaler, "ScalingActive")?.status === "False";

/** A13.4: the API of metrics does not answer. */
async function metricsMissing(view: ClusterView): Promise<Diagnosis[]> {
  const [service, autoscalers] = await Promise.all([metricsApi(view), autoscalersOf(view)]);
  const problem = apiProblem(service);
  if (problem === undefined) return [];
  return diagnosis(
    "A13.4",
    `autoscalers see no value: ${METRICS_API} ${service === undefined ? problem : `is not available (${problem})`}`,
    "let the API server reach metrics-server (security group: port 10251 from the control plane; aggregation layer), and metrics-server the kubelets (role system:metrics-server)",
    [METRICS_API, ...autoscalers.filter(blind).map(nameOf)],
  );
}

/** A13.4: the API answers, but a share of nothing cannot be worked out. */
async function requestsMissing(view: ClusterView): Promise<Diagnosis[]> {
  const bare = (await autoscalersOf(view)).filter((autoscaler) =>
    /missing request for/.test(condition(autoscaler, "ScalingActive")?.message ?? ""),
  );
  return diagnosis(
    "A13.4",
    "the autoscaler has no value: a container of its pods requests no CPU, so there is nothing to take a share of",
    "give every container of the workload, sidecars too, resources.requests.cpu",
    bare.map(nameOf),
  );
}

/** A13.5: up and down and up again. */
async function thrash(view: ClusterView): Promise<Diagnosis[]> {
  const [events, autoscalers] = await Promise.all([view.list<CoreV1Event>("v1", "Event"), autoscalersOf(view)]);
  const restless = autoscalers.filter((autoscaler) => {
    const mine = events.filter(
      ({ involvedObject, reason }) =>
        reason === "SuccessfulRescale" &&
        involvedObject.kind === "HorizontalPodAutoscaler" &&
        involvedObject.name === autoscaler.metadata?.name &&
        involvedObject.namespace === autoscaler.metadata?.namespace,
    );
    return turns(mine) > TURNS_AN_HOUR;
  });
  return diagnosis(
    "A13.5",
    "the autoscaler grows and shrinks its workload over and over",
    "raise behavior.scaleDown.stabilizationWindowSeconds above the length of a load peak, and Karpenter's consolidateAfter with it",
    restless.map(nameOf),
  );
}

/**
 * Turns from growing to shrinking or back, within an hour of the last change. Kubernetes counts a message it has told
 * before instead of telling it again: a size that comes back is a turn too.
 */
function turns(events: readonly CoreV1Event[]): number {
  const time = (given: Date | undefined) => new Date(given ?? 0).getTime();
  const last = Math.max(...events.map((event) => time(event.lastTimestamp)));
  const recent = events
    .filter((event) => last - time(event.lastTimestamp) <= HOUR_MS)
    .sort((a, b) => time(a.lastTimestamp) - time(b.lastTimestamp));
  const sizes = recent.map((event) => Number(/New size: (\d+)/.exec(event.message ?? "")?.[1] ?? NaN));
  const directions = sizes.slice(1).map((size, i) => Math.sign(size - (sizes[i] ?? size)));
  const seen = directions.slice(1).filter((direction, i) => direction !== 0 && direction !== directions[i]).length;
  const repeated = recent.reduce((sum, event) => {
    const span = Math.max(HOUR_MS, time(event.lastTimestamp) - time(event.firstTimestamp));
    return sum + (((event.count ?? 1) - 1) * HOUR_MS) / span;
  }, 0);
  return seen + repeated;
}
