import { fieldsOf, specOf, type KubeObject, type Resource } from "./object";
import { badRequest, invalid, type Cause } from "./status";

const LABEL_1123 = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL_1123}(\\.${LABEL_1123})*`;
const PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
/** All annotations of an object together, in bytes. */
const ANNOTATIONS_LIMIT = 256 * 1024;

interface Form {
  readonly pattern: string;
  /** Bytes. */
  readonly limit: number;
  readonly rule: string;
}
const subdomain: Form = {
  pattern: SUBDOMAIN,
  limit: 253,
  rule: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
};
const label: Form = {
  pattern: LABEL_1123,
  limit: 63,
  rule: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL_1123}')`,
};
/** Names of everything else are subdomains; free ones are paths of their own and may be anything. */
const forms: Readonly<Record<string, Form | "free">> = {
  Namespace: label,
  Service: label,
  ClusterRole: "free",
  ClusterRoleBinding: "free",
  Role: "free",
  RoleBinding: "free",
  Event: "free",
};

/** Name, labels and annotations of an object, and the labels its pods will carry. */
export function validateMetadata(resource: Resource, object: KubeObject): void {
  const { metadata } = object;
  const template = fieldsOf(fieldsOf(specOf(object)["template"])["metadata"]);
  const causes = [
    ...nameCauses(resource, metadata.name),
    ...labelCauses(resource, "metadata.labels", metadata.labels),
    ...(resource.group === "apps" || resource.group === "batch"
      ? labelCauses(resource, "spec.template.labels", template["labels"])
      : []),
    ...annotationCauses(metadata.annotations),
  ];
  if (causes.length > 0) throw invalid(resource.kind, resource.group, metadata.name ?? "", causes);
}

function nameCauses({ kind, group }: Resource, name: string): Cause[] {
  const field = "metadata.name";
  if (!name) return [{ field, message: "Required value: name or generateName is required" }];
  // A custom kind may be called like one of these.
  const form = group.includes(".") && !group.endsWith(".k8s.io") ? subdomain : (forms[kind] ?? subdomain);
  if (form === "free") return [];
  const refused = (rule: string) => ({ field, message: `Invalid value: ${JSON.stringify(name)}: ${rule}` });
  return [
    ...(name.length > form.limit ? [refused(`must be no more than ${form.limit} characters`)] : []),
    ...(new RegExp(`^${form.pattern}$`).test(name)
      ? []
      : [refused(new RegExp(`^${SUBDOMAIN}$`).test(name) ? "must not contain dots" : form.rule)]),
  ];
}

function labelCauses(resource: Resource, field: string, labels: unknown): Cause[] {
  return Object.entries(fieldsOf(labels)).flatMap(([key, value]) => {
    // Null is decoded as the empty string.
    if (value === null) return keyCauses(field, key);
    if (typeof value !== "string") throw unreadable(resource, value);
    const refused = (rule: string) => ({ field, message: `Invalid value: ${JSON.stringify(value)}: ${rule}` });
    return [
      ...keyCauses(field, key),
      ...(value.length > 63 ? [refused("must be no more than 63 bytes")] : []),
      ...(new RegExp(`^(${PART})?$`).test(value)
        ? []
        : [
            refused(
              `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${PART})?')`,
            ),
          ]),
    ];
  });
}

/** What the decoder says before anything is validated. */
function unreadable({ kind, version }: Resource, value: unknown) {
  return badRequest(
    `${kind} in version "${version}" cannot be handled as a ${kind}: json: cannot unmarshal ${typeof value === "boolean" ? "bool" : typeof value} into Go struct field ObjectMeta.metadata.labels of type string`,
  );
}

/** A qualified name: an optional DNS prefix, a slash, and a name. */
function keyCauses(field: string, key: string): Cause[] {
  const refused = (rule: string) => ({ field, message: `Invalid value: ${JSON.stringify(key)}: ${rule}` });
  const parts = key.split("/");
  const form = `must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${PART}')`;
  if (parts.length > 2)
    return [
      refused(`a valid label key ${form} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`),
    ];
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? parts[0] : undefined;
  return [
    ...(prefix === "" ? [refused("prefix part must be non-empty")] : []),
    ...(prefix && prefix.length > 253 ? [refused(`prefix part must be no more than 253 bytes`)] : []),
    ...(prefix && !new RegExp(`^${SUBDOMAIN}$`).test(prefix) ? [refused(`prefix part ${subdomain.rule}`)] : []),
    ...(name === "" ? [refused("name part must be non-empty")] : []),
    ...(name.length > 63 ? [refused(`name part must be no more than 63 bytes`)] : []),
    ...(new RegExp(`^${PART}$`).test(name) ? [] : [refused(`name part ${form}`)]),
  ];
}

function annotationCauses(annotations: Readonly<Record<string, string>> | undefined): Cause[] {
  const entries = Object.entries(annotations ?? {});
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => keyCauses("metadata.annotations", key.toLowerCase())),
    ...(size > ANNOTATIONS_LIMIT
      ? [{ field: "metadata.annotations", message: `Too long: may not be more than ${ANNOTATIONS_LIMIT} bytes` }]
      : []),
  ];
}
