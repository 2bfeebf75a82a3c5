import { tokenOf } from "./kind";
import { type Fields, isFields, items, text, UNKNOWN } from "./value";
import { readWorkload, type Workload } from "./workload";

/**
 * One resource as a rule sees it. Properties are inputs in a resource rule; in a stack rule outputs, where there are
 * any. The type token names the kind: `kubernetes:apps/v1:Deployment`, whether it came from Pulumi or from a manifest.
 */
export class Subject {
  #workload: Workload | typeof UNKNOWN | undefined | null = null;

  constructor(
    readonly urn: string,
    readonly type: string,
    /** Logical name. */
    readonly name: string,
    readonly properties: Fields,
    /** Property → URNs of the resources its value came from; ids may be unknown in a preview, these never are. */
    readonly sources: Readonly<Record<string, readonly string[]>> = {},
  ) {}

  /** The pod this resource makes, worked out once for all rules; UNKNOWN when its template is not known yet. */
  get workload(): Workload | typeof UNKNOWN | undefined {
    if (this.#workload === null) this.#workload = readWorkload(this.type, this.properties);
    return this.#workload;
  }

  /** `metadata` of a Kubernetes object; empty when there is none. */
  get metadata(): Fields {
    const metadata = this.properties["metadata"];
    return isFields(metadata) ? metadata : NOTHING;
  }

  /** Namespace as the API reads it: a namespaced object without one goes to `default`. */
  get namespace(): string | typeof UNKNOWN {
    const namespace = this.metadata["namespace"];
    if (this.properties["metadata"] === UNKNOWN || namespace === UNKNOWN) return UNKNOWN;
    return typeof namespace === "string" && namespace !== "" ? namespace : "default";
  }

  /** Name of the Kubernetes object; undefined when the provider or `generateName` makes it. */
  get objectName(): string | typeof UNKNOWN | undefined {
    const name = this.metadata["name"];
    return name === UNKNOWN || typeof name === "string" ? name : undefined;
  }

  /** What people call it: `namespace/name` where both are known, else the logical name. */
  get title(): string {
    const { namespace, objectName } = this;
    if (!this.type.startsWith("kubernetes:") || typeof objectName !== "string") return this.name;
    return namespace === UNKNOWN || this.metadata["namespace"] === undefined
      ? objectName
      : `${text(namespace)}/${objectName}`;
  }
}

const NOTHING: Fields = {};

/**
 * The objects of a `List` kind, each as a subject of its own: `kubernetes:apps/v1:DeploymentList` holds Deployments,
 * `kubernetes:core/v1:List` anything. Undefined for every other kind.
 */
export function listed(subject: Subject): Subject[] | undefined {
  if (!subject.type.startsWith("kubernetes:") || !subject.type.endsWith("List")) return undefined;
  const members = items(subject.properties["items"]);
  if (members === UNKNOWN) return [];
  return members.filter(isFields).map((member, index) => {
    const place = `${subject.name}.items[${index}]`;
    return new Subject(subject.urn, memberType(subject.type, member), place, member, subject.sources);
  });
}

function memberType(listType: string, member: Fields): string {
  const { apiVersion, kind } = member;
  if (typeof apiVersion === "string" && typeof kind === "string") return tokenOf(apiVersion, kind);
  return listType.slice(0, -"List".length);
}
