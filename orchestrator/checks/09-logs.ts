import { randomBytes } from "node:crypto";
import type { V1Pod, V1StatefulSet } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { viewCluster, type ClusterView } from "./cluster-view";
import { nodesNotTolerated, runsOnEveryNode } from "./every-node";
import { diagnosis, each, examine, outside, type Offence } from "./finding";
import { BYTES_A_DAY, LINES, linesWith, UNPARSED } from "./log-queries";
import { inProbeNamespace, PROBE_IMAGE } from "./probe";
import { traceFound, traceLost, traceStoreMayWrite } from "./traces";

/** Volumes, images and the first flush of a new store. */
const SETTLE_SECONDS = 600;
/** A line is read, sent and searchable within seconds; a collector looks for new files every ten. */
const ARRIVE_SECONDS = 180;
/** A9.4 leaves the limit to us: more than this share of an application's lines is no JSON. */
const UNPARSED_SHARE = 0.2;
/** An application that says less in an hour proves nothing. */
const LINES_AN_HOUR = 100;

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

const COLLECTORS = { requirement: "A9.3", title: "a collector runs on every node" };

/** Phase 09: a collector on every node, a store that keeps, a line from a pod that is found in it; and a trace. */
export const logsCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const standing = await Promise.all([
      runsOnEveryNode(context, view, COLLECTORS, context.outputs.logs.collector),
      storeRuns(context, view),
      outside(context, storeMayWrite(context)),
      outside(context, withinBudget(context)),
    ]);
    // One after the other: each sweeps away what a killed run left in namespaces of its kind.
    return [
      ...standing,
      await outside(context, markerFound(context, view)),
      await outside(context, traceStoreMayWrite(context)),
      await outside(context, traceFound(context, view)),
    ];
  },

  async diagnose(context, findings) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await withoutRole(context)),
      ...(await nodesNotTolerated(view, context.outputs.logs.collector)),
      ...(await unparsed(context)),
      ...(await tooMuch(context)),
      ...traceLost(context, findings),
    ];
  },
};

function storeRuns({ outputs, config, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A9.1", title: "the store runs, where availability counts with three copies" },
    async () => {
      const { namespace, name } = outputs.logs.store;
      const needed = config.highAvailability ? 3 : 1;
      const settled = await waitUntil({
        reason: "the store of logs",
        deadlineSeconds: SETTLE_SECONDS,
        attempt: async () => {
          const set = await view.get<V1StatefulSet>("apps/v1", "StatefulSet", name, namespace);
          const ready = set?.status?.readyReplicas ?? 0;
          return { done: ready >= needed, value: ready };
        },
      });
      const detail = `${settled.value} ready, ${needed} needed`;
      return { looked: 1, wrong: settled.done ? [] : [{ subject: `${namespace}/${name}`, reason: detail }], detail };
    },
  );
}

async function roleOf({ outputs, clients }: CheckContext): Promise<string | undefined> {
  const { namespace, name } = outputs.logs.store;
  const associations = await clients.aws.podIdentityAssociations(outputs.cluster.name);
  return associations.find((one) => one.namespace === namespace && one.serviceAccount === name)?.roleArn;
}

function storeMayWrite(context: CheckContext): Promise<Finding> {
  return examine({ requirement: "A9.1", title: "the store reaches its bucket by a role of its own" }, async () => {
    const role = await roleOf(context);
    const { writerRoleArn, bucket, store } = context.outputs.logs;
    const reason = role === undefined ? "has no role" : `has ${role}, declared is ${writerRoleArn}`;
    const wrong: Offence[] = role === writerRoleArn ? [] : [{ subject: `${store.namespace}/${store.name}`, reason }];
    return { looked: 1, wrong, detail: `${bucket} by ${writerRoleArn}` };
  });
}

async function ask<T>({ outputs, clients }: CheckContext, kind: "query" | "query_range", query: string): Promise<T> {
  const { namespace, name, port } = outputs.logs.store;
  const path = `/loki/api/v1/${kind}?${new URLSearchParams({ query, limit: "10" }).toString()}`;
  const { status, body } = await clients.services.get({ namespace, service: name, port, path });
  if (status !== 200) throw new Error(`${name}:${port} answered ${status} to ${query}: ${body.slice(0, 200)}`);
  return (JSON.parse(body) as { data: { result: T } }).data.result;
}

/** A pod says a line that nobody else says; the whole way is proven when it can be searched (A9.3). */
function markerFound(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A9.3", title: "a line from a probe pod is found in the store" }, () =>
    inProbeNamespace(view, context.waitUntil, async (namespace) => {
      const marker = `slipway-marker-${randomBytes(8).toString("hex")}`;
      await view.create(speaker(namespace, marker));
      const settled = await context.waitUntil({
        reason: "the probe's line",
        deadlineSeconds: ARRIVE_SECONDS,
        attempt: async () => {
          const found = await ask<{ values: string[][] }[]>(context, "query_range", linesWith(namespace, marker));
          const count = found.reduce((sum, { values }) => sum + values.length, 0);
          return { done: count > 0, value: count };
        },
      });
      const wrong = settled.done ? [] : [{ subject: marker, reason: `not found within ${ARRIVE_SECONDS} s` }];
      return { looked: 1, wrong, detail: `${marker} found` };
    }),
  );
}

/** It goes on speaking: a file that is gone before the collector looks is never read. */
function speaker(namespace: string, marker: string): V1Pod {
  const line = JSON.stringify({ level: "info", message: marker });
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "speaker", namespace, labels: { "app.kubernetes.io/name": "slipway-probe" } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "speaker",
          image: PROBE_IMAGE,
          command: ["sh", "-c", `while true; do echo '${line}'; sleep 5; done`],
          resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { cpu: "10m", memory: "16Mi" } },
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

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;

async function overBudget(context: CheckContext): Promise<{ looked: number; wrong: Offence[] }> {
  const most = context.outputs.logs.bytesPerNamespaceAndDay;
  const samples = await ask<Sample[]>(context, "query", BYTES_A_DAY);
  const wrong = each(
    samples,
    ({ metric }) => metric["namespace"] ?? "",
    ({ value }) =>
      Number(value[1]) > most ? `${mebibytes(Number(value[1]))} a day, ${mebibytes(most)} at most` : undefined,
  );
  return { looked: samples.length, wrong };
}

function withinBudget(context: CheckContext): Promise<Finding> {
  const title = `no namespace writes more than ${mebibytes(context.outputs.logs.bytesPerNamespaceAndDay)} a day`;
  return examine({ requirement: "A9.5", title }, async () => {
    const settled = await context.waitUntil({
      reason: "the first lines in the store",
      deadlineSeconds: SETTLE_SECONDS,
      attempt: async () => {
        const seen = await overBudget(context);
        return { done: seen.looked > 0, value: seen };
      },
    });
    return { ...settled.value, detail: `${settled.value.looked} namespaces` };
  });
}

/** A9.1: the store takes lines in and cannot keep them. */
async function withoutRole(context: CheckContext): Promise<Diagnosis[]> {
  const { store } = context.outputs.logs;
  return diagnosis(
    "A9.1",
    "the store has no role: what it takes in never reaches its bucket",
    `associate a role that may write the bucket with the service account ${store.name} in ${store.namespace}`,
    (await roleOf(context)) === undefined ? [`${store.namespace}/${store.name}`] : [],
  );
}

/** A9.4: lines that nothing can be searched in but by text. */
async function unparsed(context: CheckContext): Promise<Diagnosis[]> {
  const counts = async (query: string) => {
    const samples = await ask<Sample[]>(context, "query", query).catch(() => []);
    return new Map(
      samples.map(({ metric, value }) => [`${metric["namespace"] ?? ""}/${metric["app"] ?? ""}`, Number(value[1])]),
    );
  };
  const [all, bare] = await Promise.all([counts(LINES), counts(UNPARSED)]);
  const plain = [...bare].filter(([app, count]) => {
    const lines = all.get(app) ?? 0;
    return lines >= LINES_AN_HOUR && count / lines > UNPARSED_SHARE;
  });
  return diagnosis(
    "A9.4",
    "most of what these applications write is no JSON: nothing in it can be filtered by",
    "let the application log JSON, or add a stage for its format to the collector's pipeline",
    plain.map(([app]) => app),
  );
}

/** A9.5: volume costs. */
async function tooMuch(context: CheckContext): Promise<Diagnosis[]> {
  const { wrong } = await overBudget(context).catch(() => ({ wrong: [] as Offence[] }));
  return diagnosis(
    "A9.5",
    "these namespaces write more logs than they are meant to",
    "lower the level, sample with stage.sampling in the collector, or tail only the paths that are needed",
    wrong.map(({ subject }) => subject),
  );
}
