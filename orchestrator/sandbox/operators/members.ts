import { createHash } from "node:crypto";
import { at, conditionOf, refOf, type KubeObject } from "../kubernetes/object";
import type { OperatorContext } from "./operator";

/** One member of a data system: a pod with its volume, which an operator manages by itself. */
export interface Member {
  readonly pod: KubeObject;
  readonly claim: KubeObject;
}

/** What an operator wrote when it last made a pod; another one means that the pod is not what is wanted any more. */
const REVISION = "rehearsal.slipway.dev/revision";

export const isReady = (pod: KubeObject | undefined): boolean =>
  pod !== undefined && pod.metadata.deletionTimestamp === undefined && conditionOf(pod, "Ready")?.status === "True";

/** Owner references by which what an object brings about goes with it. */
export function ownedBy({ apiVersion, kind, metadata }: KubeObject) {
  return [
    { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? "", controller: true, blockOwnerDeletion: true },
  ];
}

/**
 * Brings members to what is wanted: missing ones are made, outdated ones replaced one at a time and only while the
 * others are ready, surplus ones go and leave their volumes. Answers how many are ready.
 */
export async function keepMembers(
  { world }: OperatorContext,
  members: readonly Member[],
  known: readonly KubeObject[],
  manager: string,
): Promise<number> {
  const pods = new Map(known.map((pod) => [pod.metadata.name, pod]));
  for (const { claim } of members) if (world.get(refOf(claim)) === undefined) await world.ensure(claim, manager);
  for (const { pod } of members) {
    const now = pods.get(pod.metadata.name);
    const revision = createHash("sha256").update(JSON.stringify(pod)).digest("hex").slice(0, 12);
    if (now === undefined) await world.create(revised(pod, revision));
    else if (at(now, "metadata", "annotations", REVISION) !== revision) {
      const others = members.filter((other) => other.pod !== pod).map((other) => pods.get(other.pod.metadata.name));
      if (others.every(isReady)) {
        await world.remove(now);
        pods.delete(pod.metadata.name);
      }
    }
  }
  const wanted = new Set(members.map(({ pod }) => pod.metadata.name));
  for (const pod of known) if (!wanted.has(pod.metadata.name)) await world.remove(pod);
  return known.filter((pod) => wanted.has(pod.metadata.name) && isReady(pod)).length;
}

function revised(pod: KubeObject, revision: string): KubeObject {
  return {
    ...pod,
    metadata: { ...pod.metadata, annotations: { ...pod.metadata.annotations, [REVISION]: revision } },
  };
}
