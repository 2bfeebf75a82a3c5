import { fieldsOf, listOf, specOf, stringsOf, type Fields, type KubeObject, type Resource } from "./object";
import type { ClusterStore } from "./store";
import { forbidden, invalid, notFound } from "./status";

const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const LABEL_VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const WORKLOADS = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);
/** Kinds whose names are paths of their own (RFC 1123 does not apply). */
const FREE_NAMES = new Set(["ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding", "Event"]);

/** What the API server checks and fills in before it stores an object. RBAC is not imitated: everybody is admin here. */
export function admit(
  store: ClusterStore,
  resource: Resource,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  validateMetadata(resource, object);
  if (resource.namespaced && before === undefined) requireNamespace(store, resource, object);
  validateWorkload(resource, object, before);
  if (resource.kind !== "Pod" || before !== undefined) return defaulted(store, resource, object, before);
  const pod = withLimits(store, object);
  requireServiceAccount(store, pod);
  enforcePodSecurity(store, pod);
  enforceQuota(store, pod);
  return pod;
}

function validateMetadata(resource: Resource, { metadata }: KubeObject): void {
  const causes: { field: string; message: string }[] = [];
  if (!metadata.name)
    causes.push({ field: "metadata.name", message: "Required value: name or generateName is required" });
  else if (!FREE_NAMES.has(resource.kind) && (!NAME.test(metadata.name) || metadata.name.length > 253)) {
    causes.push({
      field: "metadata.name",
      message: `Invalid value: "${metadata.name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    });
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (typeof value !== "string" || !LABEL_VALUE.test(value) || value.length > 63)
      causes.push({
        field: `metadata.labels[${key}]`,
        message: `Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.'`,
      });
  }
  if (causes.length > 0) throw invalid(resource.kind, resource.group, metadata.name ?? "", causes);
}

function requireNamespace(store: ClusterStore, resource: Resource, { metadata }: KubeObject): void {
  const namespace = store.find("v1", "Namespace", metadata.namespace ?? "");
  if (namespace === undefined) throw notFound("namespaces", "", metadata.namespace ?? "");
  if (namespace.metadata.deletionTimestamp !== undefined)
    throw forbidden(
      resource.plural,
      resource.group,
      metadata.name,
      `unable to create new content in namespace ${metadata.namespace ?? ""} because it is being terminated`,
    );
}

function validateWorkload(resource: Resource, object: KubeObject, before: KubeObject | undefined): void {
  if (!WORKLOADS.has(resource.kind)) return;
  const { selector, template } = specOf(object);
  const wanted = Object.entries(stringsOf(fieldsOf(selector)["matchLabels"]));
  const labels = stringsOf(fieldsOf(fieldsOf(template)["metadata"])["labels"]);
  const fail = (field: string, message: string) =>
    invalid(resource.kind, resource.group, object.metadata.name, [{ field, message }]);
  if (selector === undefined) throw fail("spec.selector", "Required value");
  if (wanted.some(([key, value]) => labels[key] !== value))
    throw fail(
      "spec.template.metadata.labels",
      `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
    );
  if (before !== undefined && JSON.stringify(specOf(before)["selector"]) !== JSON.stringify(selector))
    throw fail("spec.selector", `Invalid value: ${JSON.stringify(selector)}: field is immutable`);
  if (listOf(fieldsOf(fieldsOf(template)["spec"])["containers"]).length === 0)
    throw fail("spec.template.spec.containers", "Required value");
}

/** Defaults that clients rely on reading back. */
function defaulted(
  store: ClusterStore,
  resource: Resource,
  object: KubeObject,
  before: KubeObject | undefined,
): KubeObject {
  const spec = specOf(object);
  if (resource.kind === "Service" && resource.group === "") {
    const old = before && specOf(before);
    const clusterIP = spec["clusterIP"] ?? old?.["clusterIP"] ?? nextClusterIp(store);
    const ports = listOf(spec["ports"]).map((port) => ({ protocol: "TCP", targetPort: port["port"], ...port }));
    return {
      ...object,
      spec: { type: "ClusterIP", sessionAffinity: "None", ...spec, ports, clusterIP, clusterIPs: [clusterIP] },
    };
  }
  if (WORKLOADS.has(resource.kind) && resource.kind !== "DaemonSet")
    return { ...object, spec: { replicas: 1, ...spec } };
  if (resource.kind === "Namespace") {
    const labels = { ...object.metadata.labels, "kubernetes.io/metadata.name": object.metadata.name };
    return {
      ...object,
      metadata: { ...object.metadata, labels },
      spec: { finalizers: ["kubernetes"], ...spec },
      status: object["status"] ?? { phase: "Active" },
    };
  }
  return object;
}

function nextClusterIp(store: ClusterStore): string {
  const used = new Set(store.kind("v1", "Service").map((service) => specOf(service)["clusterIP"]));
  for (let n = 10; ; n++) {
    const address = `172.20.${Math.floor(n / 250)}.${(n % 250) + 1}`;
    if (!used.has(address)) return address;
  }
}

/** LimitRange: what a container leaves out comes from the namespace, and what it asks for stays within bounds. */
function withLimits(store: ClusterStore, pod: KubeObject): KubeObject {
  const limits = store
    .kind("v1", "LimitRange", pod.metadata.namespace)
    .flatMap((range) => listOf(specOf(range)["limits"]))
    .filter((limit) => limit["type"] === "Container");
  if (limits.length === 0) return pod;
  const fill = (container: Fields): Fields => {
    const resources = fieldsOf(container["resources"]);
    const defaults = Object.assign({}, ...limits.map((limit) => fieldsOf(limit["default"]))) as Fields;
    const requested = Object.assign({}, ...limits.map((limit) => fieldsOf(limit["defaultRequest"]))) as Fields;
    const own = fieldsOf(resources["limits"]);
    const bounded = { ...defaults, ...own };
    const max = Object.assign({}, ...limits.map((limit) => fieldsOf(limit["max"]))) as Fields;
    for (const [name, most] of Object.entries(max)) {
      if (name in bounded && quantity(bounded[name]) > quantity(most))
        throw forbidden(
          "pods",
          "",
          pod.metadata.name,
          `maximum ${name} usage per Container is ${String(most)}, but limit is ${String(bounded[name])}`,
        );
    }
    return {
      ...container,
      resources: {
        ...resources,
        limits: bounded,
        requests: { ...requested, ...own, ...fieldsOf(resources["requests"]) },
      },
    };
  };
  const spec = specOf(pod);
  const containers = (name: string) => (spec[name] === undefined ? {} : { [name]: listOf(spec[name]).map(fill) });
  return { ...pod, spec: { ...spec, ...containers("containers"), ...containers("initContainers") } };
}

function requireServiceAccount(store: ClusterStore, pod: KubeObject): void {
  const name = String(specOf(pod)["serviceAccountName"] ?? "default");
  if (store.find("v1", "ServiceAccount", name, pod.metadata.namespace) === undefined)
    throw forbidden(
      "pods",
      "",
      pod.metadata.name,
      `error looking up service account ${pod.metadata.namespace ?? ""}/${name}: serviceaccount "${name}" not found`,
    );
}

function enforceQuota(store: ClusterStore, pod: KubeObject): void {
  for (const quota of store.kind("v1", "ResourceQuota", pod.metadata.namespace)) {
    const hard = fieldsOf(specOf(quota)["hard"]);
    const asked = usage([pod]);
    const used = usage(
      store
        .kind("v1", "Pod", pod.metadata.namespace)
        .filter(
          (other) =>
            fieldsOf(other["status"])["phase"] !== "Succeeded" && fieldsOf(other["status"])["phase"] !== "Failed",
        ),
    );
    const missing = Object.keys(hard).filter(
      (name) => /^((requests|limits)\.|cpu$|memory$)/.test(name) && !(name in asked),
    );
    if (missing.length > 0)
      throw forbidden(
        "pods",
        "",
        pod.metadata.name,
        `failed quota: ${quota.metadata.name}: must specify ${missing.join(",")}`,
      );
    const over = Object.keys(hard).filter((name) => (used[name] ?? 0) + (asked[name] ?? 0) > quantity(hard[name]));
    if (over.length > 0) {
      const show = (values: Record<string, number>) => over.map((name) => `${name}=${values[name] ?? 0}`).join(",");
      throw forbidden(
        "pods",
        "",
        pod.metadata.name,
        `exceeded quota: ${quota.metadata.name}, requested: ${show(asked)}, used: ${show(used)}, limited: ${over.map((name) => `${name}=${String(hard[name])}`).join(",")}`,
      );
    }
  }
}

function usage(pods: readonly KubeObject[]): Record<string, number> {
  const sum: Record<string, number> = { pods: pods.length };
  for (const pod of pods) {
    for (const container of listOf(specOf(pod)["containers"])) {
      for (const side of ["requests", "limits"]) {
        for (const [name, value] of Object.entries(fieldsOf(fieldsOf(container["resources"])[side]))) {
          // A quota may say `cpu` for `requests.cpu`.
          for (const key of side === "requests" ? [`requests.${name}`, name] : [`limits.${name}`])
            sum[key] = (sum[key] ?? 0) + quantity(value);
        }
      }
    }
  }
  return sum;
}

const UNITS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
  Pi: 1024 ** 5,
  Ei: 1024 ** 6,
  "": 1,
};
/** A Kubernetes quantity as a number; what is none counts as more than anything allows. */
export function quantity(value: unknown): number {
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i|)$/.exec(String(value ?? "0"));
  return match === null ? Number.POSITIVE_INFINITY : Number(match[1]) * (UNITS[match[2] ?? ""] ?? 1);
}

/** Pod Security Admission at `enforce` (https://kubernetes.io/docs/concepts/security/pod-security-standards/). */
function enforcePodSecurity(store: ClusterStore, pod: KubeObject): void {
  const namespace = store.find("v1", "Namespace", pod.metadata.namespace ?? "");
  const level = namespace?.metadata.labels?.["pod-security.kubernetes.io/enforce"];
  if (level !== "baseline" && level !== "restricted") return;
  const found = [...baseline(pod), ...(level === "restricted" ? restricted(pod) : [])];
  if (found.length > 0)
    throw forbidden("pods", "", pod.metadata.name, `violates PodSecurity "${level}:latest": ${found.join(", ")}`);
}

function containersOf(pod: KubeObject): Fields[] {
  const spec = specOf(pod);
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) => listOf<Fields>(spec[list]));
}
const names = (containers: readonly Fields[]) =>
  `container${containers.length > 1 ? "s" : ""} ${containers.map((container) => `"${String(container["name"])}"`).join(", ")}`;

/** Capabilities baseline lets a container add (Pod Security Standards, Capabilities). */
const BASELINE_CAPABILITIES = new Set([
  "AUDIT_WRITE",
  "CHOWN",
  "DAC_OVERRIDE",
  "FOWNER",
  "FSETID",
  "KILL",
  "MKNOD",
  "NET_BIND_SERVICE",
  "SETFCAP",
  "SETGID",
  "SETPCAP",
  "SETUID",
  "SYS_CHROOT",
]);
const SELINUX_TYPES = new Set(["", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"]);
const SAFE_SYSCTLS = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
]);
/** Volume kinds restricted lets a pod mount. */
const RESTRICTED_VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

function baseline(pod: KubeObject): string[] {
  const spec = specOf(pod);
  const found: string[] = [];
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true);
  if (shared.length > 0) found.push(`host namespaces (${shared.map((key) => `${key}=true`).join(", ")})`);
  const privileged = containersOf(pod).filter(
    (container) => fieldsOf(container["securityContext"])["privileged"] === true,
  );
  if (privileged.length > 0)
    found.push(`privileged (${names(privileged)} must not set securityContext.privileged=true)`);
  const hostPaths = listOf(spec["volumes"]).filter((volume) => volume["hostPath"] !== undefined);
  if (hostPaths.length > 0)
    found.push(`hostPath volumes (${hostPaths.map((volume) => `volume "${String(volume["name"])}"`).join(", ")})`);
  const added = containersOf(pod).filter((container) =>
    listOf<string>(fieldsOf(fieldsOf(container["securityContext"])["capabilities"])["add"]).some(
      (capability) => !BASELINE_CAPABILITIES.has(capability),
    ),
  );
  if (added.length > 0)
    found.push(`non-default capabilities (${names(added)} must not include them in securityContext.capabilities.add)`);
  const procs = containersOf(pod).filter(
    (container) => !["Default", ""].includes(String(fieldsOf(container["securityContext"])["procMount"] ?? "")),
  );
  if (procs.length > 0) found.push(`procMount (${names(procs)} must not set securityContext.procMount)`);
  const contexts = [
    fieldsOf(spec["securityContext"]),
    ...containersOf(pod).map((container) => fieldsOf(container["securityContext"])),
  ];
  if (contexts.some((context) => fieldsOf(context["seccompProfile"])["type"] === "Unconfined"))
    found.push('seccompProfile (pod or containers must not set securityContext.seccompProfile.type to "Unconfined")');
  if (contexts.some((context) => fieldsOf(context["appArmorProfile"])["type"] === "Unconfined"))
    found.push('forbidden AppArmor profile (appArmorProfile.type="Unconfined")');
  const strange = contexts
    .map((context) => fieldsOf(context["seLinuxOptions"]))
    .filter((options) => options["user"] || options["role"] || !SELINUX_TYPES.has(String(options["type"] ?? "")));
  if (strange.length > 0) found.push("seLinuxOptions (pod or containers set forbidden securityContext.seLinuxOptions)");
  const sysctls = listOf(fieldsOf(spec["securityContext"])["sysctls"])
    .map((sysctl) => String(sysctl["name"]))
    .filter((name) => !SAFE_SYSCTLS.has(name));
  if (sysctls.length > 0) found.push(`forbidden sysctls (${sysctls.join(", ")})`);
  const ports = containersOf(pod).filter((container) =>
    listOf(container["ports"]).some((port) => Number(port["hostPort"] ?? 0) > 0),
  );
  if (ports.length > 0) found.push(`hostPort (${names(ports)})`);
  return found;
}

function restricted(pod: KubeObject): string[] {
  const podContext = fieldsOf(specOf(pod)["securityContext"]);
  const context = (container: Fields) => fieldsOf(container["securityContext"]);
  const containers = containersOf(pod);
  const found: string[] = [];
  // A volume with only a name is the emptyDir that the API makes of it.
  const volumes = listOf(specOf(pod)["volumes"]).filter((volume) =>
    Object.keys(volume).some((key) => key !== "name" && !RESTRICTED_VOLUMES.has(key)),
  );
  if (volumes.length > 0)
    found.push(`restricted volume types (${volumes.map((volume) => `volume "${String(volume["name"])}"`).join(", ")})`);
  const escalating = containers.filter((container) => context(container)["allowPrivilegeEscalation"] !== false);
  if (escalating.length > 0)
    found.push(
      `allowPrivilegeEscalation != false (${names(escalating)} must set securityContext.allowPrivilegeEscalation=false)`,
    );
  const capable = containers.filter(
    (container) => !listOf<string>(fieldsOf(context(container)["capabilities"])["drop"]).includes("ALL"),
  );
  const gaining = containers.filter((container) =>
    listOf<string>(fieldsOf(context(container)["capabilities"])["add"]).some(
      (capability) => capability !== "NET_BIND_SERVICE",
    ),
  );
  if (gaining.length > 0)
    found.push(`unrestricted capabilities (${names(gaining)} must not add any but NET_BIND_SERVICE)`);
  if (capable.length > 0)
    found.push(`unrestricted capabilities (${names(capable)} must set securityContext.capabilities.drop=["ALL"])`);
  const root = containers.filter(
    (container) => (context(container)["runAsNonRoot"] ?? podContext["runAsNonRoot"]) !== true,
  );
  if (root.length > 0)
    found.push(`runAsNonRoot != true (pod or ${names(root)} must set securityContext.runAsNonRoot=true)`);
  const zero = containers.filter((container) => (context(container)["runAsUser"] ?? podContext["runAsUser"]) === 0);
  if (zero.length > 0) found.push(`runAsUser=0 (${names(zero)} must not set runAsUser=0)`);
  const profile = (container: Fields) =>
    fieldsOf(context(container)["seccompProfile"] ?? podContext["seccompProfile"])["type"];
  const unconfined = containers.filter(
    (container) => !["RuntimeDefault", "Localhost"].includes(String(profile(container))),
  );
  if (unconfined.length > 0)
    found.push(
      `seccompProfile (pod or ${names(unconfined)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
    );
  return found;
}
