import { fieldsOf, listOf, type Fields } from "../object";
import { named, quoted, setters, several, sorted, type Control } from "./control";

/** Annotation of Kubernetes before 1.30, one per container; still judged. */
const APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const CAPABILITIES = new Set([
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
/** As of Kubernetes 1.32. */
const SYSCTLS = new Set([
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
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_wmem",
]);

const appArmorProfile: Control = ({ context, containers, annotations }) => {
  const wrong = (holder: Fields) =>
    ![undefined, "RuntimeDefault", "Localhost"].includes(fieldsOf(holder["appArmorProfile"])["type"] as string);
  const forbidden = Object.entries(annotations)
    .filter(([key, value]) => key.startsWith(APP_ARMOR) && !/^(runtime\/default|localhost\/.*|)$/.test(value))
    .map(([key, value]) => `${key}="${value}"`)
    .sort();
  // The API server copies an annotation to its container's field.
  const offenders = containers.filter(
    ({ name, context: own }) => wrong(own) || annotations[`${APP_ARMOR}${name}`] === "unconfined",
  );
  const types = [context, ...offenders.map((container) => container.context)]
    .filter(wrong)
    .map((holder) => String(fieldsOf(holder["appArmorProfile"])["type"]));
  const copied = offenders.some((container) => !wrong(container.context)) ? ["Unconfined"] : [];
  const values = [...sorted([...types, ...copied]), ...forbidden];
  const who = [
    setters(wrong(context), offenders),
    ...(forbidden.length > 0 ? [several("annotation", forbidden)] : []),
  ].filter((part) => part !== "");
  return who.length === 0
    ? undefined
    : `${several("forbidden AppArmor profile", values)} (${who.join(" and ")} must not set AppArmor profile type to ${quoted(values)})`;
};

/** Capabilities added beyond the allowed ones; restricted judges them too. */
export function addedCapabilities(allowed: ReadonlySet<string>): Control {
  return ({ containers }) => {
    const added = (holder: Fields) =>
      listOf<string>(fieldsOf(holder["capabilities"])["add"]).filter((capability) => !allowed.has(capability));
    const offenders = containers.filter(({ context }) => added(context).length > 0);
    return offenders.length === 0
      ? undefined
      : `${named(offenders)} must not include ${quoted(sorted(offenders.flatMap(({ context }) => added(context))))} in securityContext.capabilities.add`;
  };
}
const capabilities: Control = (pod) => {
  const detail = addedCapabilities(CAPABILITIES)(pod);
  return detail && `non-default capabilities (${detail})`;
};

const hostNamespaces: Control = ({ spec }) => {
  const shared = ["hostNetwork", "hostPID", "hostIPC"].filter((key) => spec[key] === true);
  return shared.length === 0 ? undefined : `host namespaces (${shared.map((key) => `${key}=true`).join(", ")})`;
};

const hostPathVolumes: Control = ({ spec }) => {
  const volumes = listOf(spec["volumes"])
    .filter((volume) => volume["hostPath"] !== undefined)
    .map((volume) => String(volume["name"]));
  return volumes.length === 0 ? undefined : `hostPath volumes (${several("volume", volumes)} ${quoted(volumes)})`;
};

const hostPorts: Control = ({ containers }) => {
  const portsOf = (fields: Fields) =>
    listOf(fields["ports"])
      .map((port) => Number(port["hostPort"] ?? 0))
      .filter((port) => port !== 0)
      .map(String);
  const offenders = containers.filter(({ fields }) => portsOf(fields).length > 0);
  const ports = sorted(offenders.flatMap(({ fields }) => portsOf(fields)));
  return offenders.length === 0
    ? undefined
    : `hostPort (${named(offenders)} ${uses(offenders)} ${several("hostPort", ports)} ${ports.join(", ")})`;
};
const uses = (list: readonly unknown[]) => (list.length === 1 ? "uses" : "use");

/** Probes and hooks that make the kubelet call a host of the pod's choosing. */
const hostProbesAndHostLifecycle: Control = ({ containers }) => {
  const hostsOf = (fields: Fields): string[] => {
    const lifecycle = fieldsOf(fields["lifecycle"]);
    const handlers = [
      ...["livenessProbe", "readinessProbe", "startupProbe"].map((probe) => fieldsOf(fields[probe])),
      ...["postStart", "preStop"].map((hook) => fieldsOf(lifecycle[hook])),
    ];
    return handlers
      .flatMap((handler) => ["httpGet", "tcpSocket"].map((action) => String(fieldsOf(handler[action])["host"] ?? "")))
      .filter((host) => host !== "");
  };
  const offenders = containers.filter(({ fields }) => hostsOf(fields).length > 0);
  const names = sorted(offenders.map(({ name }) => name));
  const hosts = sorted(offenders.flatMap(({ fields }) => hostsOf(fields)));
  return offenders.length === 0
    ? undefined
    : `probe or lifecycle host (${several("container", names)} ${quoted(names)} ${uses(names)} ${several("probe or lifecycle host", hosts)} ${quoted(hosts)})`;
};

const privileged: Control = ({ containers }) => {
  const offenders = containers.filter(({ context }) => context["privileged"] === true);
  return offenders.length === 0
    ? undefined
    : `privileged (${named(offenders)} must not set securityContext.privileged=true)`;
};

/** Unmasked /proc; restricted judges it too, without the exception for user namespaces. */
export const unmaskedProc: Control = ({ containers }) => {
  const mountOf = (context: Fields) => String(context["procMount"] ?? "Default");
  const offenders = containers.filter(({ context }) => !["Default", ""].includes(mountOf(context)));
  return offenders.length === 0
    ? undefined
    : `procMount (${named(offenders)} must not set securityContext.procMount to ${quoted(sorted(offenders.map(({ context }) => mountOf(context))))})`;
};
/** A pod in a user namespace of its own may unmask /proc (since 1.35). */
const procMount: Control = (pod) => (pod.spec["hostUsers"] === false ? undefined : unmaskedProc(pod));

const seLinuxOptions: Control = ({ context, containers }) => {
  const optionsOf = (holder: Fields) => fieldsOf(holder["seLinuxOptions"]);
  const typeOf = (holder: Fields) => String(optionsOf(holder)["type"] ?? "");
  const wrong = (holder: Fields) =>
    Boolean(optionsOf(holder)["user"] || optionsOf(holder)["role"]) || !SELINUX_TYPES.has(typeOf(holder));
  const offenders = containers.filter((container) => wrong(container.context));
  const holders = [context, ...offenders.map((container) => container.context)].filter(wrong);
  if (holders.length === 0) return undefined;
  const types = sorted(holders.map(typeOf).filter((type) => !SELINUX_TYPES.has(type)));
  const what = [
    ...(types.length > 0 ? [`${several("type", types)} ${quoted(types)}`] : []),
    ...["user", "role"]
      .filter((key) => holders.some((holder) => optionsOf(holder)[key]))
      .map((key) => `${key} may not be set`),
  ];
  return `seLinuxOptions (${setters(wrong(context), offenders)} set forbidden securityContext.seLinuxOptions: ${what.join("; ")})`;
};

/** Seccomp profiles set to what is none; restricted goes on from here. */
export const forbiddenSeccomp: Control = ({ context, containers }) => {
  const typeOf = (holder: Fields) => fieldsOf(holder["seccompProfile"])["type"];
  const wrong = (holder: Fields) => ![undefined, "RuntimeDefault", "Localhost"].includes(typeOf(holder) as string);
  const offenders = containers.filter((container) => wrong(container.context));
  const holders = [context, ...offenders.map((container) => container.context)].filter(wrong);
  const types = sorted(holders.map((holder) => String(typeOf(holder))));
  return holders.length === 0
    ? undefined
    : `seccompProfile (${setters(wrong(context), offenders)} must not set securityContext.seccompProfile.type to ${quoted(types)})`;
};

const sysctls: Control = ({ context }) => {
  const forbidden = listOf(context["sysctls"])
    .map((sysctl) => String(sysctl["name"]))
    .filter((name) => !SYSCTLS.has(name));
  return forbidden.length === 0 ? undefined : `forbidden sysctls (${forbidden.join(", ")})`;
};

/** Windows containers that run on the host itself. */
const windowsHostProcess: Control = ({ context, containers }) => {
  const onHost = (holder: Fields) => fieldsOf(holder["windowsOptions"])["hostProcess"] === true;
  const offenders = containers.filter((container) => onHost(container.context));
  const who = setters(onHost(context), offenders);
  return who === "" ? undefined : `hostProcess (${who} must not set securityContext.windowsOptions.hostProcess=true)`;
};

/** Controls that restricted has in a stricter form of its own. */
const overridden: readonly Control[] = [capabilities, hostPathVolumes, procMount, forbiddenSeccomp];
/** In the order of their names, as the API server lists them. */
export const baseline: readonly Control[] = [
  appArmorProfile,
  capabilities,
  hostNamespaces,
  hostPathVolumes,
  hostPorts,
  hostProbesAndHostLifecycle,
  privileged,
  procMount,
  seLinuxOptions,
  forbiddenSeccomp,
  sysctls,
  windowsHostProcess,
];
export const baselineOfRestricted: readonly Control[] = baseline.filter((control) => !overridden.includes(control));
