import { fieldsOf, listOf, specOf, stringsOf, type Fields, type KubeObject } from "./object";
import { forbidden } from "./status";
import type { ClusterStore } from "./store";

const LABEL = "pod-security.kubernetes.io/";

/**
 * Pod Security Admission of a pod: refused at the namespace's `enforce` level, warned about at its `warn` level
 * (https://kubernetes.io/docs/concepts/security/pod-security-admission/).
 */
export function enforcePodSecurity(store: ClusterStore, pod: KubeObject, warn: (text: string) => void): void {
  const level = levelOf(store, pod, "enforce");
  const found = violations(pod, level);
  if (found.length > 0)
    throw forbidden("pods", "", pod.metadata.name, `violates PodSecurity "${level}:latest": ${found.join(", ")}`);
  warnOfPodSecurity(store, pod, warn);
}

/** What has a pod template is never refused, only warned about: the pods it makes are refused. */
export function warnOfPodSecurity(store: ClusterStore, object: KubeObject, warn: (text: string) => void): void {
  const level = levelOf(store, object, "warn");
  const found = violations(podOf(object), level);
  if (found.length > 0) warn(`would violate PodSecurity "${level}:latest": ${found.join(", ")}`);
}

function levelOf(store: ClusterStore, object: KubeObject, mode: "enforce" | "warn"): string {
  const namespace = store.find("v1", "Namespace", object.metadata.namespace ?? "");
  return namespace?.metadata.labels?.[`${LABEL}${mode}`] ?? "privileged";
}
/** The pod of a template; a CronJob's is one level further down. */
function podOf(object: KubeObject): KubeObject {
  if (object.kind === "Pod") return object;
  const holder = object.kind === "CronJob" ? fieldsOf(fieldsOf(specOf(object)["jobTemplate"])["spec"]) : specOf(object);
  const template = fieldsOf(holder["template"]);
  const annotations = stringsOf(fieldsOf(template["metadata"])["annotations"]);
  return { ...object, metadata: { ...object.metadata, annotations }, spec: template["spec"] };
}
function violations(pod: KubeObject, level: string): string[] {
  if (level === "baseline") return [...baseline(pod), ...procMounts(pod, specOf(pod)["hostUsers"] === false)];
  return level === "restricted" ? [...baseline(pod), ...procMounts(pod, false), ...restricted(pod)] : [];
}

function containersOf(pod: KubeObject): Fields[] {
  const spec = specOf(pod);
  return ["initContainers", "containers", "ephemeralContainers"].flatMap((list) => listOf<Fields>(spec[list]));
}
const contextOf = (container: Fields) => fieldsOf(container["securityContext"]);
const quoted = (words: readonly unknown[]) => words.map((word) => `"${String(word)}"`).join(", ");
const names = (containers: readonly Fields[]) =>
  `container${containers.length > 1 ? "s" : ""} ${quoted(containers.map((container) => container["name"]))}`;

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
/** Annotation of Kubernetes before 1.30, one per container; still judged. */
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
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

/** All of baseline but procMount. */
function baseline(pod: KubeObject): string[] {
  const spec = specOf(pod);
  const containers = containersOf(pod);
  const podContext = fieldsOf(spec["securityContext"]);
  const contexts = [podContext, ...containers.map(contextOf)];
  const found: string[] = [];
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true);
  if (shared.length > 0) found.push(`host namespaces (${shared.map((key) => `${key}=true`).join(", ")})`);
  const privileged = containers.filter((container) => contextOf(container)["privileged"] === true);
  if (privileged.length > 0)
    found.push(`privileged (${names(privileged)} must not set securityContext.privileged=true)`);
  const hostPaths = listOf(spec["volumes"]).filter((volume) => volume["hostPath"] !== undefined);
  if (hostPaths.length > 0)
    found.push(`hostPath volumes (${hostPaths.map((volume) => `volume "${String(volume["name"])}"`).join(", ")})`);
  const added = containers.filter((container) =>
    listOf<string>(fieldsOf(contextOf(container)["capabilities"])["add"]).some(
      (capability) => !BASELINE_CAPABILITIES.has(capability),
    ),
  );
  if (added.length > 0)
    found.push(`non-default capabilities (${names(added)} must not include them in securityContext.capabilities.add)`);
  if (contexts.some((context) => fieldsOf(context["seccompProfile"])["type"] === "Unconfined"))
    found.push('seccompProfile (pod or containers must not set securityContext.seccompProfile.type to "Unconfined")');
  found.push(...appArmor(pod, contexts));
  const strange = contexts
    .map((context) => fieldsOf(context["seLinuxOptions"]))
    .filter((options) => options["user"] || options["role"] || !SELINUX_TYPES.has(String(options["type"] ?? "")));
  if (strange.length > 0) found.push("seLinuxOptions (pod or containers set forbidden securityContext.seLinuxOptions)");
  const sysctls = listOf(podContext["sysctls"])
    .map((sysctl) => String(sysctl["name"]))
    .filter((name) => !SAFE_SYSCTLS.has(name));
  if (sysctls.length > 0) found.push(`forbidden sysctls (${sysctls.join(", ")})`);
  const ports = containers.filter((container) =>
    listOf(container["ports"]).some((port) => Number(port["hostPort"] ?? 0) > 0),
  );
  if (ports.length > 0) found.push(`hostPort (${names(ports)})`);
  found.push(...hostProcesses(podContext, containers), ...foreignHosts(containers));
  return found;
}

/** A pod in a user namespace of its own may unmask /proc under baseline (`hostUsers: false`). */
function procMounts(pod: KubeObject, ownUsers: boolean): string[] {
  const unmasked = containersOf(pod).filter(
    (container) => !["Default", ""].includes(String(contextOf(container)["procMount"] ?? "")),
  );
  return ownUsers || unmasked.length === 0
    ? []
    : [`procMount (${names(unmasked)} must not set securityContext.procMount)`];
}

function appArmor(pod: KubeObject, contexts: readonly Fields[]): string[] {
  const profiles = contexts.some((context) => fieldsOf(context["appArmorProfile"])["type"] === "Unconfined")
    ? ['appArmorProfile.type="Unconfined"']
    : [];
  const annotations = Object.entries(pod.metadata.annotations ?? {})
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !/^(runtime\/default|localhost\/.*|)$/.test(value))
    .map(([key, value]) => `${key}="${value}"`);
  const found = [...profiles, ...annotations];
  return found.length === 0
    ? []
    : [`forbidden AppArmor profile${found.length > 1 ? "s" : ""} (${found.sort().join(", ")})`];
}

/** Windows containers that run on the host itself. */
function hostProcesses(podContext: Fields, containers: readonly Fields[]): string[] {
  const onHost = (context: Fields) => fieldsOf(context["windowsOptions"])["hostProcess"] === true;
  const offenders = containers.filter((container) => onHost(contextOf(container)));
  const who = [...(onHost(podContext) ? ["pod"] : []), ...(offenders.length > 0 ? [names(offenders)] : [])];
  return who.length === 0
    ? []
    : [`hostProcess (${who.join(" and ")} must not set securityContext.windowsOptions.hostProcess=true)`];
}

/** Probes and hooks that make the kubelet call a host of the pod's choosing. */
function foreignHosts(containers: readonly Fields[]): string[] {
  const hostsOf = (container: Fields): string[] => {
    const lifecycle = fieldsOf(container["lifecycle"]);
    const handlers = [
      ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => fieldsOf(container[probe])),
      ...["postStart", "preStop"].map((hook) => fieldsOf(lifecycle[hook])),
    ];
    return handlers
      .flatMap((handler) => ["httpGet", "tcpSocket"].map((action) => String(fieldsOf(handler[action])["host"] ?? "")))
      .filter((host) => host !== "");
  };
  const callers = containers.filter((container) => hostsOf(container).length > 0);
  const hosts = [...new Set(callers.flatMap(hostsOf))].sort();
  return callers.length === 0
    ? []
    : [
        `probe or lifecycle host (${names(callers)} ${callers.length > 1 ? "use" : "uses"} probe or lifecycle ${hosts.length > 1 ? "hosts" : "host"} ${quoted(hosts)})`,
      ];
}

function restricted(pod: KubeObject): string[] {
  const podContext = fieldsOf(specOf(pod)["securityContext"]);
  const containers = containersOf(pod);
  const found: string[] = [];
  // A volume with only a name is the emptyDir that the API makes of it.
  const volumes = listOf(specOf(pod)["volumes"]).filter((volume) =>
    Object.keys(volume).some((key) => key !== "name" && !RESTRICTED_VOLUMES.has(key)),
  );
  if (volumes.length > 0)
    found.push(`restricted volume types (${volumes.map((volume) => `volume "${String(volume["name"])}"`).join(", ")})`);
  const root = containers.filter(
    (container) => (contextOf(container)["runAsNonRoot"] ?? podContext["runAsNonRoot"]) !== true,
  );
  if (root.length > 0)
    found.push(`runAsNonRoot != true (pod or ${names(root)} must set securityContext.runAsNonRoot=true)`);
  const zero = containers.filter((container) => (contextOf(container)["runAsUser"] ?? podContext["runAsUser"]) === 0);
  if (zero.length > 0) found.push(`runAsUser=0 (${names(zero)} must not set runAsUser=0)`);
  // Windows has no such controls (Pod Security Standards, restricted).
  if (fieldsOf(specOf(pod)["os"])["name"] !== "windows") found.push(...restrictedOnLinux(podContext, containers));
  return found;
}

function restrictedOnLinux(podContext: Fields, containers: readonly Fields[]): string[] {
  const found: string[] = [];
  const escalating = containers.filter((container) => contextOf(container)["allowPrivilegeEscalation"] !== false);
  if (escalating.length > 0)
    found.push(
      `allowPrivilegeEscalation != false (${names(escalating)} must set securityContext.allowPrivilegeEscalation=false)`,
    );
  const capabilities = (container: Fields, list: "add" | "drop") =>
    listOf<string>(fieldsOf(contextOf(container)["capabilities"])[list]);
  const gaining = containers.filter((container) =>
    capabilities(container, "add").some((capability) => capability !== "NET_BIND_SERVICE"),
  );
  if (gaining.length > 0)
    found.push(`unrestricted capabilities (${names(gaining)} must not add any but NET_BIND_SERVICE)`);
  const capable = containers.filter((container) => !capabilities(container, "drop").includes("ALL"));
  if (capable.length > 0)
    found.push(`unrestricted capabilities (${names(capable)} must set securityContext.capabilities.drop=["ALL"])`);
  const profile = (container: Fields) =>
    fieldsOf(contextOf(container)["seccompProfile"] ?? podContext["seccompProfile"])["type"];
  const unconfined = containers.filter(
    (container) => !["RuntimeDefault", "Localhost"].includes(String(profile(container))),
  );
  if (unconfined.length > 0)
    found.push(
      `seccompProfile (pod or ${names(unconfined)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`,
    );
  return found;
}
