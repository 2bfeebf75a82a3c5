import { randomBytes } from "node:crypto";
import type { CoreV1Event, V1Deployment, V1Pod, V1ReplicaSet } from "@kubernetes/client-node";
import type { WaitUntil } from "./check";
import type { ClusterView } from "./cluster-view";
import { PROBE_IMAGE } from "./probe";

/** Label by which a killed run's leftovers are found and removed by the next one. */
const LABEL = "slipway.dev/probe";
/** A Deployment's ReplicaSet and its first try follow within seconds. */
const ANSWER_SECONDS = 60;

/** By the quota, or by the cap of one pod before it (B2.2): admission asks the LimitRange first. */
const REFUSALS = ["exceeded quota", "maximum cpu usage per Pod"];

/**
 * Asks a namespace for one pod with more CPU than its quota holds. Resolves with the words of the refusal, taken from
 * the ReplicaSet's event: the Deployment itself is accepted (A17.3). undefined when nobody refused in time. What was
 * made is removed whatever happens.
 */
export async function refusalOfTooMuch(
  view: ClusterView,
  waitUntil: WaitUntil,
  namespace: string,
  cpu: string,
): Promise<string | undefined> {
  await clear(view, namespace);
  const name = `slipway-probe-${randomBytes(4).toString("hex")}`;
  await view.create(deployment(namespace, name, cpu));
  try {
    const { value } = await waitUntil({
      reason: `${namespace} to refuse ${cpu} CPU`,
      deadlineSeconds: ANSWER_SECONDS,
      attempt: async () => {
        const sets = (await view.list<V1ReplicaSet>("apps/v1", "ReplicaSet", namespace)).filter(
          ({ metadata }) => metadata?.ownerReferences?.some((owner) => owner.name === name) === true,
        );
        const events = await view.list<CoreV1Event>("v1", "Event", namespace);
        const refused = events.find(
          ({ reason, message, involvedObject }) =>
            reason === "FailedCreate" &&
            REFUSALS.some((words) => message?.includes(words)) &&
            sets.some(({ metadata }) => metadata?.name === involvedObject.name),
        );
        return { done: refused !== undefined, value: refused?.message };
      },
    });
    return value;
  } finally {
    await clear(view, namespace);
  }
}

/** Pods too: a quota that was raised meanwhile may have let one in. */
async function clear(view: ClusterView, namespace: string): Promise<void> {
  const owned = { "apps/v1": ["Deployment", "ReplicaSet"], v1: ["Pod"] } as const;
  for (const [apiVersion, kinds] of Object.entries(owned))
    for (const kind of kinds) {
      const found = await view.list<V1Pod>(apiVersion, kind, namespace);
      const left = found.filter(({ metadata }) => metadata?.labels?.[LABEL] === "quota");
      for (const { metadata } of left)
        await view.remove({ apiVersion, kind, metadata: { name: String(metadata?.name), namespace } });
    }
}

function deployment(namespace: string, name: string, cpu: string): V1Deployment {
  const labels = { [LABEL]: "quota" };
  const resources = { cpu, memory: "16Mi" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name, namespace, labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
          containers: [
            {
              name: "probe",
              image: PROBE_IMAGE,
              command: ["sleep", "60"],
              resources: { requests: resources, limits: resources },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ["ALL"] },
              },
            },
          ],
        },
      },
    },
  };
}
