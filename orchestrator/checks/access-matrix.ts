import type { PersonaOutput } from "../../infra/outputs";
import type { FindingTable } from "./check";

/** What a namespace is to C6: an application environment, or part of the platform. */
export type PlaceKind = "preview" | "qa" | "staging" | "production" | "platform";
export interface Place {
  readonly kind: PlaceKind;
  readonly namespace: string;
  /** What a person calls it. */
  readonly label: string;
}
export interface Resource {
  readonly group: string;
  readonly name: string;
  readonly subresource?: string;
}
export interface Question {
  readonly persona: PersonaOutput;
  readonly place: Place;
  readonly resource: Resource;
  readonly verb: string;
}
export interface Answered extends Question {
  readonly allowed: boolean;
  /** Why, in the API server's words. */
  readonly reason: string;
}

const core = (name: string, subresource?: string): Resource => ({
  group: "",
  name,
  ...(subresource && { subresource }),
});
const apps = (name: string): Resource => ({ group: "apps", name });
const batch = (name: string): Resource => ({ group: "batch", name });

/** What C6 names, and beside it what must never come with it: Secrets, shells, and rights themselves. */
export const resources: readonly Resource[] = [
  core("pods"),
  core("pods", "log"),
  core("pods", "exec"),
  core("services"),
  core("configmaps"),
  core("secrets"),
  core("persistentvolumeclaims"),
  apps("deployments"),
  apps("replicasets"),
  apps("statefulsets"),
  batch("jobs"),
  batch("cronjobs"),
  { group: "rbac.authorization.k8s.io", name: "rolebindings" },
];
const READ = ["get", "list", "watch"];
const WRITE = ["create", "update", "patch", "delete"];

/** `pods/exec`, as kubectl writes it. */
export const nameOfResource = ({ name, subresource }: Resource): string =>
  subresource === undefined ? name : `${name}/${subresource}`;

/** Logs are only ever read, and a shell is opened by a create or, over a WebSocket, a get. */
const verbsOf = ({ subresource }: Resource): readonly string[] =>
  subresource === "log" ? ["get"] : subresource === "exec" ? ["get", "create"] : [...READ, ...WRITE];

/** Every persona × place × resource × verb. */
export function questions(personas: readonly PersonaOutput[], places: readonly Place[]): Question[] {
  return personas.flatMap((persona) =>
    places.flatMap((place) =>
      resources.flatMap((resource) => verbsOf(resource).map((verb) => ({ persona, place, resource, verb }))),
    ),
  );
}

const readable = ["pods", "services", "configmaps", "deployments", "replicasets", "jobs"];
const writable = [...readable, "persistentvolumeclaims", "statefulsets", "cronjobs"];

/** Environments that Git is delivered into, and what of it: pods and ReplicaSets are their controllers'. */
const delivered: readonly PlaceKind[] = ["qa", "staging", "production"];
const deliverable = writable.filter((name) => name !== "pods" && name !== "replicasets");

/**
 * What C6.1 to C6.5 say, from the text and not from any role: reading everywhere, writing in one's own environments,
 * Secrets and rights nowhere. The deliverer follows what it delivers everywhere, and makes, patches and prunes it
 * (A7.3) where C6.4 puts it, the environments that Git is delivered into.
 */
export function mayBeDone({ persona, place, resource, verb }: Question): boolean {
  const name = nameOfResource(resource);
  const reads = name === "pods/log" ? verb === "get" : readable.includes(name) && READ.includes(verb);
  switch (persona.name) {
    case "developer":
      return (
        reads || (place.kind === "preview" && (writable.includes(name) || (name === "pods/exec" && verb === "create")))
      );
    case "QA engineer":
      return reads || (place.kind === "qa" && writable.includes(name));
    case "viewer":
      return reads;
    case "deliverer":
      if (name === "pods/log") return delivered.includes(place.kind) && verb === "get";
      if (READ.includes(verb)) return readable.includes(name) || writable.includes(name);
      return delivered.includes(place.kind) && deliverable.includes(name) && verb !== "update";
  }
}

/** Whether a wrong answer is one too many or one too few. */
export function mistakes(answers: readonly Answered[]): { subject: string; reason: string }[] {
  return answers
    .filter((answer) => answer.allowed !== mayBeDone(answer))
    .map(({ persona, place, resource, verb, allowed, reason }) => ({
      subject: `${persona.name} in ${place.label}`,
      reason: `may ${allowed ? "" : "not "}${verb} ${nameOfResource(resource)}${reason === "" ? "" : ` (${reason})`}`,
    }));
}

/** Who may do what where: a row for each resource of each namespace, a column for each persona; what is not said is refused. */
export function tableOf(answers: readonly Answered[]): FindingTable {
  const distinct = <T>(list: readonly T[]): T[] => [...new Set(list)];
  const personas = distinct(answers.map(({ persona }) => persona.name));
  const places = distinct(answers.map(({ place }) => place.label));
  const allowed = new Map<string, string[]>();
  for (const { persona, place, resource, verb, allowed: yes } of answers) {
    const key = `${place.label} ${nameOfResource(resource)} ${persona.name}`;
    allowed.set(key, [...(allowed.get(key) ?? []), ...(yes ? [verb] : [])]);
  }
  return {
    title: `Access review: ${answers.length} questions answered by the API server; what a cell does not name is refused`,
    columns: ["namespace", "resource", ...personas],
    rows: places.flatMap((place) =>
      distinct(answers.map(({ resource }) => nameOfResource(resource))).map((resource) => [
        place,
        resource,
        ...personas.map((persona) => allowed.get(`${place} ${resource} ${persona}`)?.join(" ") || "–"),
      ]),
    ),
  };
}
