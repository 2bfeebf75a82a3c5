import * as fs from "node:fs";
import path from "node:path";
import { SlipwayError } from "../errors";

/** What plays Kubernetes in a rehearsal: an API of our own in this process, or the real programs. */
export type ClusterKind = "embedded" | "control-plane";

/** By what a cluster's folder shows who keeps its data. */
const marks: Readonly<Record<ClusterKind, string>> = {
  embedded: "cluster.json",
  "control-plane": "control-plane.json",
};

/** Where the clusters of a rehearsal world live. */
export const clustersFolder = (world: string): string => path.join(world, "clusters");

/** Who keeps the clusters of a world; undefined while it has none. */
export function kindOf(world: string): ClusterKind | undefined {
  const folder = clustersFolder(world);
  const names = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return (Object.keys(marks) as ClusterKind[]).find((kind) =>
    names.some((name) => fs.existsSync(path.join(folder, name, marks[kind]))),
  );
}

export interface ChoiceRequest {
  readonly asked: "auto" | ClusterKind;
  /** Environment → folder of its world. */
  readonly worlds: Readonly<Record<string, string>>;
  /** Whether real control planes of every environment's Kubernetes version can start here. */
  readonly atHand: () => Promise<boolean>;
}

/**
 * What a run rehearses on. A world stays with what it was built on; a new one takes the real thing when that is at
 * hand.
 * @throws SlipwayError `cluster-kind-differs` when a world that exists was built on the other one.
 */
export async function chooseCluster({ asked, worlds, atHand }: ChoiceRequest): Promise<ClusterKind> {
  const built = Object.entries(worlds).flatMap(([environment, world]) => {
    const kind = kindOf(world);
    return kind === undefined ? [] : [{ environment, kind }];
  });
  const chosen = asked !== "auto" ? asked : (built[0]?.kind ?? ((await atHand()) ? "control-plane" : "embedded"));
  const other = built.filter(({ kind }) => kind !== chosen);
  if (other.length === 0) return chosen;
  const names = other.map(({ environment }) => environment).join(", ");
  throw new SlipwayError(
    "cluster-kind-differs",
    `${names} ${other.length === 1 ? "was" : "were"} rehearsed with --cluster ${other[0]?.kind ?? ""}, and what is in that cluster is not in a ${chosen} one`,
    `take --cluster ${other[0]?.kind ?? ""}, or --state-dir with another folder, or destroy ${names} first`,
    "usage",
  );
}
