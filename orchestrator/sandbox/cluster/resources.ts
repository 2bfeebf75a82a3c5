import { fieldsOf, isFields, listOf, specOf, type KubeObject, type Resource } from "./object";

/** `plural kind` per group and version; `*` marks cluster-scoped kinds, `+` those with a status, `#` those that scale. */
const builtin: Readonly<Record<string, string>> = {
  "/v1":
    "pods:Pod+ services:Service+ configmaps:ConfigMap secrets:Secret serviceaccounts:ServiceAccount events:Event endpoints:Endpoints limitranges:LimitRange resourcequotas:ResourceQuota+ persistentvolumeclaims:PersistentVolumeClaim+ replicationcontrollers:ReplicationController+# *namespaces:Namespace+ *nodes:Node+ *persistentvolumes:PersistentVolume+",
  "apps/v1": "deployments:Deployment+# replicasets:ReplicaSet+# daemonsets:DaemonSet+ statefulsets:StatefulSet+#",
  "batch/v1": "jobs:Job+ cronjobs:CronJob+",
  "policy/v1": "poddisruptionbudgets:PodDisruptionBudget+",
  "networking.k8s.io/v1": "networkpolicies:NetworkPolicy ingresses:Ingress+ *ingressclasses:IngressClass",
  "rbac.authorization.k8s.io/v1":
    "roles:Role rolebindings:RoleBinding *clusterroles:ClusterRole *clusterrolebindings:ClusterRoleBinding",
  "storage.k8s.io/v1": "*storageclasses:StorageClass *csidrivers:CSIDriver *volumeattachments:VolumeAttachment+",
  "autoscaling/v2": "horizontalpodautoscalers:HorizontalPodAutoscaler+",
  "coordination.k8s.io/v1": "leases:Lease",
  "discovery.k8s.io/v1": "endpointslices:EndpointSlice",
  "events.k8s.io/v1": "events:Event",
  "scheduling.k8s.io/v1": "*priorityclasses:PriorityClass",
  "admissionregistration.k8s.io/v1":
    "*validatingwebhookconfigurations:ValidatingWebhookConfiguration *mutatingwebhookconfigurations:MutatingWebhookConfiguration *validatingadmissionpolicies:ValidatingAdmissionPolicy+ *validatingadmissionpolicybindings:ValidatingAdmissionPolicyBinding *mutatingadmissionpolicies:MutatingAdmissionPolicy *mutatingadmissionpolicybindings:MutatingAdmissionPolicyBinding",
  "apiextensions.k8s.io/v1": "*customresourcedefinitions:CustomResourceDefinition+",
  "apiregistration.k8s.io/v1": "*apiservices:APIService+",
};

function parse(groupVersion: string, words: string): Resource[] {
  const [group = "", version = ""] = groupVersion.split("/");
  return words.split(" ").map((word) => {
    const [, cluster, plural = "", kind = "", marks = ""] = /^(\*?)([^:]+):([^+#]+)([+#]*)$/.exec(word) ?? [];
    const subresources = [...(marks.includes("+") ? ["status"] : []), ...(marks.includes("#") ? ["scale"] : [])];
    return { group, version, kind, plural, namespaced: cluster === "", subresources };
  });
}

/** What a cluster serves: the built-in kinds and those of its CustomResourceDefinitions. */
export class ResourceTable {
  private readonly byPath = new Map<string, Resource>();
  private readonly byKind = new Map<string, Resource>();

  constructor() {
    Object.entries(builtin)
      .flatMap(([groupVersion, words]) => parse(groupVersion, words))
      .forEach((resource) => this.add(resource));
  }

  private add(resource: Resource): void {
    this.byPath.set(`${resource.group}/${resource.version}/${resource.plural}`, resource);
    this.byKind.set(`${resource.group}/${resource.version}/${resource.kind}`, resource);
  }
  at(group: string, version: string, plural: string): Resource | undefined {
    return this.byPath.get(`${group}/${version}/${plural}`);
  }
  ofKind(apiVersion: string, kind: string): Resource | undefined {
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
    return this.byKind.get(`${group}/${version}/${kind}`);
  }
  all(): Resource[] {
    return [...this.byPath.values()];
  }

  /** Serves what a CustomResourceDefinition describes. */
  define(definition: KubeObject): void {
    const { group, names, scope, versions } = specOf(definition);
    const { kind, plural } = fieldsOf(names);
    for (const version of listOf(versions)) {
      if (version["served"] === false) continue;
      const subresources = Object.keys(fieldsOf(version["subresources"]));
      const schema = fieldsOf(version["schema"])["openAPIV3Schema"];
      this.add({
        group: String(group),
        version: String(version["name"]),
        kind: String(kind),
        plural: String(plural),
        namespaced: scope === "Namespaced",
        subresources,
        ...(isFields(schema) && { schema }),
      });
    }
  }
  undefine(definition: KubeObject): void {
    const { group, names, versions } = specOf(definition);
    for (const version of listOf(versions)) {
      this.byPath.delete(`${String(group)}/${String(version["name"])}/${String(fieldsOf(names)["plural"])}`);
      this.byKind.delete(`${String(group)}/${String(version["name"])}/${String(fieldsOf(names)["kind"])}`);
    }
  }
}
