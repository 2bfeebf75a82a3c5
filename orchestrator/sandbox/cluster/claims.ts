import { fieldsOf, listOf, specOf, type KubeObject } from "./object";

/** The volume claims that one pod of a StatefulSet comes with; they stay when the pod goes. */
export function claimsOf(set: KubeObject, pod: string): KubeObject[] {
  return listOf(specOf(set)["volumeClaimTemplates"]).map((template) => {
    const metadata = fieldsOf(template["metadata"]);
    return {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: {
        name: `${String(metadata["name"])}-${pod}`,
        namespace: set.metadata.namespace ?? "",
        labels: { ...fieldsOf(fieldsOf(specOf(set)["selector"])["matchLabels"]) } as Record<string, string>,
      },
      spec: template["spec"],
    };
  });
}
