import { randomBytes } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { diagnosis, examine, type Offence } from "./finding";
import { inProbeNamespace, PROBE_IMAGE } from "./probe";

/** Sent, batched, handed on, taken in: seconds, and the first pull of an image. */
const ARRIVE_SECONDS = 180;

/** A pod sends a span that nobody else sends; the whole way is proven when its trace can be read (A9.6). */
export function traceFound(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A9.6", title: "a trace from a probe pod is found in the store" }, () =>
    inProbeNamespace(view, context.waitUntil, async (namespace) => {
      const trace = randomBytes(16).toString("hex");
      await view.create(sender(context, namespace, trace));
      const { namespace: where, name: service, port } = context.outputs.traces.store;
      const settled = await context.waitUntil({
        reason: "the probe's trace",
        deadlineSeconds: ARRIVE_SECONDS,
        attempt: async () => {
          const { status, body } = await context.clients.services.get({
            namespace: where,
            service,
            port,
            path: `/api/traces/${trace}`,
          });
          // Not known yet is an answer; anything else is trouble.
          if (status !== 200 && status !== 404)
            throw new Error(`${service}:${port} answered ${status}: ${body.slice(0, 200)}`);
          return { done: status === 200, value: undefined };
        },
      });
      const wrong = settled.done ? [] : [{ subject: trace, reason: `not found within ${ARRIVE_SECONDS} s` }];
      return { looked: 1, wrong, detail: `trace ${trace} found` };
    }),
  );
}

/** One span, in the JSON of OTLP (https://opentelemetry.io/docs/specs/otlp/#otlphttp); the pod's clock dates it. */
function span(trace: string): string {
  const attributes = [{ key: "service.name", value: { stringValue: "slipway-probe" } }];
  const time = "'$now'000000000";
  const one = {
    traceId: trace,
    spanId: trace.slice(0, 16),
    name: "probe",
    kind: 1,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
  };
  return JSON.stringify({ resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans: [one] }] }] });
}

/** It goes on sending: the same span again is the same span. */
function sender({ outputs }: CheckContext, namespace: string, trace: string): V1Pod {
  const { namespace: where, name, port } = outputs.traces.collector;
  const url = `http://${name}.${where}.svc.cluster.local:${port}/v1/traces`;
  const post = `wget -q -O - -T 5 --header 'Content-Type: application/json' --post-data '${span(trace)}' ${url}`;
  const quantity = { cpu: "10m", memory: "16Mi" };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "sender", namespace, labels: { "app.kubernetes.io/name": "slipway-probe" } },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "sender",
          image: PROBE_IMAGE,
          command: ["sh", "-c", `while true; do now=$(date +%s); ${post}; sleep 5; done`],
          resources: { requests: quantity, limits: quantity },
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

async function roleOfStore({ outputs, clients }: CheckContext): Promise<string | undefined> {
  const { namespace, name } = outputs.traces.store;
  const associations = await clients.aws.podIdentityAssociations(outputs.cluster.name);
  return associations.find((one) => one.namespace === namespace && one.serviceAccount === name)?.roleArn;
}

/** The store reaches its bucket, and nobody else's (A9.6). */
export function traceStoreMayWrite(context: CheckContext): Promise<Finding> {
  return examine(
    { requirement: "A9.6", title: "the store of traces reaches its bucket by a role of its own" },
    async () => {
      const role = await roleOfStore(context);
      const { writerRoleArn, bucket, store } = context.outputs.traces;
      const reason = role === undefined ? "has no role" : `has ${role}, declared is ${writerRoleArn}`;
      const wrong: Offence[] = role === writerRoleArn ? [] : [{ subject: `${store.namespace}/${store.name}`, reason }];
      return { looked: 1, wrong, detail: `${bucket} by ${writerRoleArn}` };
    },
  );
}

/** A9.6: a trace that does not arrive. */
export function traceLost({ outputs }: CheckContext, findings: readonly Finding[]): Diagnosis[] {
  const { collector, store } = outputs.traces;
  const lost = findings.filter(
    ({ requirement, verdict, title }) => requirement === "A9.6" && verdict === "failed" && title.startsWith("a trace"),
  );
  return diagnosis(
    "A9.6",
    "a span that is sent is not found: the collector does not take it, or the store does not",
    `see that ${collector.namespace} lets every namespace in (allow-everybody), that the sender may go there (allow-traces), and what the logs of ${collector.name} and ${store.name} say`,
    lost.flatMap(({ subjects }) => subjects),
  );
}
