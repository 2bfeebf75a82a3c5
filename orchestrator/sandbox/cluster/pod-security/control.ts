import { fieldsOf, listOf, specOf, stringsOf, type Fields, type KubeObject } from "../object";

/** One control of the Pod Security Standards: why a pod breaks it, as `reason (detail)`. */
export type Control = (pod: JudgedPod) => string | undefined;

/** A pod as the controls look at it. */
export interface JudgedPod {
  readonly spec: Fields;
  readonly context: Fields;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly JudgedContainer[];
}
export interface JudgedContainer {
  readonly name: string;
  readonly fields: Fields;
  readonly context: Fields;
}

export function judged(pod: KubeObject): JudgedPod {
  const spec = specOf(pod);
  const containers = ["initContainers", "containers", "ephemeralContainers"]
    .flatMap((list) => listOf<Fields>(spec[list]))
    .map((fields) => ({ name: String(fields["name"]), fields, context: fieldsOf(fields["securityContext"]) }));
  return {
    spec,
    context: fieldsOf(spec["securityContext"]),
    annotations: stringsOf(pod.metadata.annotations),
    containers,
  };
}

export const quoted = (words: Iterable<string>): string => [...words].map((word) => `"${word}"`).join(", ");
export const several = (noun: string, list: readonly unknown[]): string => (list.length === 1 ? noun : `${noun}s`);
export const sorted = (words: Iterable<string>): string[] => [...new Set(words)].sort();
/** `containers "a", "b"` */
export const named = (containers: readonly JudgedContainer[]): string =>
  `${several("container", containers)} ${quoted(containers.map(({ name }) => name))}`;
/** `pod and container "a"`: who sets something, on its own or for all. */
export const setters = (pod: boolean, containers: readonly JudgedContainer[]): string =>
  [...(pod ? ["pod"] : []), ...(containers.length > 0 ? [named(containers)] : [])].join(" and ");
