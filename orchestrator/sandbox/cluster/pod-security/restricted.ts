import { fieldsOf, listOf } from "../object";
import { addedCapabilities, baselineOfRestricted, forbiddenSeccomp, unmaskedProc } from "./baseline";
import { named, quoted, setters, several, sorted, type Control } from "./control";

const VOLUMES = new Set([
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
]);

/** Windows has no such controls. */
const onLinux =
  (control: Control): Control =>
  (pod) =>
    fieldsOf(pod.spec["os"])["name"] === "windows" ? undefined : control(pod);
/** Root in a user namespace of its own is nobody on the node (since 1.35). */
const onHostUsers =
  (control: Control): Control =>
  (pod) =>
    pod.spec["hostUsers"] === false ? undefined : control(pod);

const allowPrivilegeEscalation: Control = ({ containers }) => {
  const offenders = containers.filter(({ context }) => context["allowPrivilegeEscalation"] !== false);
  return offenders.length === 0
    ? undefined
    : `allowPrivilegeEscalation != false (${named(offenders)} must set securityContext.allowPrivilegeEscalation=false)`;
};

const capabilities: Control = (pod) => {
  const keeping = pod.containers.filter(
    ({ context }) => !listOf<string>(fieldsOf(context["capabilities"])["drop"]).includes("ALL"),
  );
  const details = [
    ...(keeping.length > 0 ? [`${named(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    addedCapabilities(new Set(["NET_BIND_SERVICE"]))(pod),
  ].filter((detail) => detail !== undefined);
  return details.length === 0 ? undefined : `unrestricted capabilities (${details.join("; ")})`;
};

const restrictedVolumes: Control = ({ spec }) => {
  // A volume with only a name is the emptyDir that the API makes of it.
  const typesOf = (volume: object) => Object.keys(volume).filter((key) => key !== "name" && !VOLUMES.has(key));
  const offenders = listOf(spec["volumes"]).filter((volume) => typesOf(volume).length > 0);
  const names = offenders.map((volume) => String(volume["name"]));
  const types = sorted(offenders.flatMap(typesOf));
  return names.length === 0
    ? undefined
    : `restricted volume types (${several("volume", names)} ${quoted(names)} ${names.length === 1 ? "uses" : "use"} ${several("restricted volume type", types)} ${quoted(types)})`;
};

const runAsNonRoot: Control = ({ context, containers }) => {
  const refusing = containers.filter((container) => container.context["runAsNonRoot"] === false);
  const who = setters(context["runAsNonRoot"] === false, refusing);
  if (who !== "") return `runAsNonRoot != true (${who} must not set securityContext.runAsNonRoot=false)`;
  const silent = containers.filter((container) => container.context["runAsNonRoot"] === undefined);
  return context["runAsNonRoot"] === true || silent.length === 0
    ? undefined
    : `runAsNonRoot != true (pod or ${named(silent)} must set securityContext.runAsNonRoot=true)`;
};

const runAsUser: Control = ({ context, containers }) => {
  const who = setters(
    context["runAsUser"] === 0,
    containers.filter((container) => container.context["runAsUser"] === 0),
  );
  return who === "" ? undefined : `runAsUser=0 (${who} must not set runAsUser=0)`;
};

const seccompProfile: Control = (pod) => {
  const forbidden = forbiddenSeccomp(pod);
  if (forbidden !== undefined) return forbidden;
  const silent = pod.containers.filter(({ context }) => context["seccompProfile"] === undefined);
  return pod.context["seccompProfile"] !== undefined || silent.length === 0
    ? undefined
    : `seccompProfile (pod or ${named(silent)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")`;
};

/** Baseline's controls first, then its own, each in the order of their names. */
export const restricted: readonly Control[] = [
  ...baselineOfRestricted,
  onLinux(allowPrivilegeEscalation),
  onLinux(capabilities),
  unmaskedProc,
  restrictedVolumes,
  onHostUsers(runAsNonRoot),
  onHostUsers(runAsUser),
  onLinux(seccompProfile),
];
