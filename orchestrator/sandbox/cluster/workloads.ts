import { fieldsOf, listOf, specOf, stringsOf, type KubeObject, type Resource } from "./object";
import { invalid, type Cause } from "./status";

const WITH_SELECTOR = new Set(["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"]);

/** Whether the object makes pods by a template. */
export const hasTemplate = ({ group, kind }: Resource): boolean =>
  (group === "apps" && WITH_SELECTOR.has(kind)) || (group === "batch" && (kind === "Job" || kind === "CronJob"));

/** Pods and what makes them: containers there are, complete and told apart; a selector that fits and stays. */
export function validateWorkload(resource: Resource, object: KubeObject, before: KubeObject | undefined): void {
  const causes =
    resource.group === "" && resource.kind === "Pod"
      ? podCauses("spec", specOf(object))
      : hasTemplate(resource)
        ? [...selectorCauses(resource, object, before), ...podCauses(...templateOf(object))]
        : [];
  if (causes.length > 0) throw invalid(resource.kind, resource.group, object.metadata.name, causes);
}

/** Annotations of pods that a field has replaced. */
export function warnOfAnnotations(object: KubeObject, warn: (text: string) => void): void {
  const template = fieldsOf(fieldsOf(specOf(object)["template"])["metadata"]);
  const annotations =
    object.kind === "Pod"
      ? { path: "metadata.annotations", keys: object.metadata.annotations }
      : { path: "spec.template.metadata.annotations", keys: fieldsOf(template["annotations"]) };
  for (const key of Object.keys(annotations.keys ?? {}))
    if (key.startsWith("container.apparmor.security.beta.kubernetes.io/"))
      warn(`${annotations.path}[${key}]: deprecated since v1.30; use the "appArmorProfile" field instead`);
}

/** Path and content of a template's pod. */
function templateOf(object: KubeObject): [string, unknown] {
  const spec = specOf(object);
  return object.kind === "CronJob"
    ? [
        "spec.jobTemplate.spec.template.spec",
        fieldsOf(fieldsOf(fieldsOf(spec["jobTemplate"])["spec"])["template"])["spec"],
      ]
    : ["spec.template.spec", fieldsOf(spec["template"])["spec"]];
}

function selectorCauses({ kind }: Resource, object: KubeObject, before: KubeObject | undefined): Cause[] {
  if (!WITH_SELECTOR.has(kind)) return [];
  const { selector, template } = specOf(object);
  if (selector === undefined) return [{ field: "spec.selector", message: "Required value" }];
  const wanted = Object.entries(stringsOf(fieldsOf(selector)["matchLabels"]));
  const labels = stringsOf(fieldsOf(fieldsOf(template)["metadata"])["labels"]);
  const fits = wanted.every(([key, value]) => labels[key] === value);
  const stays = before === undefined || JSON.stringify(specOf(before)["selector"]) === JSON.stringify(selector);
  return [
    ...(fits
      ? []
      : [
          {
            field: "spec.template.metadata.labels",
            message: `Invalid value: ${JSON.stringify(labels)}: \`selector\` does not match template \`labels\``,
          },
        ]),
    ...(stays
      ? []
      : [{ field: "spec.selector", message: `Invalid value: ${JSON.stringify(selector)}: field is immutable` }]),
  ];
}

function podCauses(path: string, spec: unknown): Cause[] {
  const lists = ["containers", "initContainers"].map((name) => ({ name, items: listOf(fieldsOf(spec)[name]) }));
  const seen = new Set<unknown>();
  return [
    ...(lists[0]?.items.length === 0 ? [{ field: `${path}.containers`, message: "Required value" }] : []),
    ...lists.flatMap(({ name, items }) =>
      items.flatMap((container, i) =>
        fieldsOf(container["securityContext"])["procMount"] === "Unmasked" && fieldsOf(spec)["hostUsers"] !== false
          ? [
              {
                field: `${path}.${name}[${i}].securityContext.procMount`,
                message: 'Invalid value: "Unmasked": `hostUsers` must be false to use `Unmasked`',
              },
            ]
          : [],
      ),
    ),
    ...lists.flatMap(({ name, items }) =>
      items.flatMap((container, i) => {
        const missing = ["name", "image"]
          .filter((field) => !container[field])
          .map((field) => ({ field: `${path}.${name}[${i}].${field}`, message: "Required value" }));
        const twice = seen.has(container["name"]);
        seen.add(container["name"]);
        return twice && container["name"]
          ? [
              ...missing,
              {
                field: `${path}.${name}[${i}].name`,
                message: `Duplicate value: ${JSON.stringify(container["name"])}`,
              },
            ]
          : missing;
      }),
    ),
  ];
}
