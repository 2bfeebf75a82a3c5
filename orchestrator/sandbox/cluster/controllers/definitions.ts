import { listOf, specOf, statusOf } from "../object";
import type { ClusterHands } from "./hands";

export function establishKinds(cluster: ClusterHands): void {
  for (const definition of cluster.store.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")) {
    const { names, versions } = specOf(definition);
    const conditions = ["NamesAccepted", "Established"].map((type) =>
      cluster.condition(definition, type, "True", "Accepted", "the names are free and served"),
    );
    const stored = listOf(versions)
      .filter((version) => version["storage"] === true)
      .map((version) => version["name"]);
    cluster.status(definition, { ...statusOf(definition), conditions, acceptedNames: names, storedVersions: stored });
  }
}
