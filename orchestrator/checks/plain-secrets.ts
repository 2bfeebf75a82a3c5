import type { V1Secret } from "@kubernetes/client-node";
import type { Diagnosis, Finding } from "./check";
import { nameOf, type ClusterView } from "./cluster-view";
import { diagnosis, examine } from "./finding";

/** Whether an engine of GitOps delivered the object: each marks what it delivers in a way of its own. */
type Delivered = (metadata: V1Secret["metadata"]) => boolean;

/** A7.8: no secret with data comes from the repository. */
export function noPlainSecret(view: ClusterView, delivered: Delivered): Promise<Finding> {
  return examine({ requirement: "A7.8", title: "no secret comes from Git" }, async () => {
    const { looked, secrets } = await secretsFromGit(view, delivered);
    const wrong = secrets.map((subject) => ({ subject, reason: "its data was delivered from the repository" }));
    // A cluster without secrets keeps the promise: the list itself was answered.
    return { looked: Math.max(1, looked), wrong, detail: `${looked} secrets, none of them delivered` };
  });
}

/** A7.8: plain secrets in Git. */
export async function plainSecrets(view: ClusterView, delivered: Delivered): Promise<Diagnosis[]> {
  return diagnosis(
    "A7.8",
    "these secrets stand in the repository, and in its history for good",
    "put the values into the central store and declare ExternalSecrets instead (phase 12); rotate what was in Git, since removing the file does not remove the history",
    (await secretsFromGit(view, delivered)).secrets,
  );
}

/** Secrets with data that the engine delivered: whatever their source, it was readable there. */
async function secretsFromGit(view: ClusterView, delivered: Delivered): Promise<{ looked: number; secrets: string[] }> {
  const all = await view.list<V1Secret>("v1", "Secret");
  const found = all.filter(({ metadata, data }) => delivered(metadata) && Object.keys(data ?? {}).length > 0);
  return { looked: all.length, secrets: found.map(nameOf) };
}
