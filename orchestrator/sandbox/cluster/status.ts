/** What the API server answers when it refuses: a Status object with the reason and code of the real one. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
    readonly details: object = {},
  ) {
    super(message);
  }
  get body(): object {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason !== "" && { reason: this.reason }),
      details: this.details,
      code: this.code,
    };
  }
}

/** `deployments.apps`, or `pods` for the core group. */
const qualified = (plural: string, group: string) => (group === "" ? plural : `${plural}.${group}`);

export const notFound = (plural: string, group: string, name: string) =>
  new ApiError(404, "NotFound", `${qualified(plural, group)} "${name}" not found`, { name, group, kind: plural });
export const alreadyExists = (plural: string, group: string, name: string) =>
  new ApiError(409, "AlreadyExists", `${qualified(plural, group)} "${name}" already exists`, {
    name,
    group,
    kind: plural,
  });
export const conflict = (plural: string, group: string, name: string) =>
  new ApiError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(plural, group)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    { name, group, kind: plural },
  );
export const forbidden = (plural: string, group: string, name: string, why: string) =>
  new ApiError(403, "Forbidden", `${qualified(plural, group)} "${name}" is forbidden: ${why}`, {
    name,
    group,
    kind: plural,
  });
export const badRequest = (message: string) => new ApiError(400, "BadRequest", message);

/** One field that is wrong; the message begins as Kubernetes' own do: `Required value`, `Invalid value: …`. */
export interface Cause {
  readonly field: string;
  readonly message: string;
}
const reasons: Readonly<Record<string, string>> = {
  "Required value": "FieldValueRequired",
  "Unsupported value": "FieldValueNotSupported",
  "Duplicate value": "FieldValueDuplicate",
  Forbidden: "FieldValueForbidden",
  "Too long": "FieldValueTooLong",
  "Too many": "FieldValueTooMany",
};

/** `Deployment.apps "x" is invalid: spec.selector: Required value`. */
export function invalid(kind: string, group: string, name: string, causes: readonly Cause[]): ApiError {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  return new ApiError(422, "Invalid", `${qualified(kind, group)} "${name}" is invalid: ${list}`, {
    name,
    group,
    kind,
    causes: causes.map(({ field, message }) => ({
      reason: message.includes(" in body must be of type ")
        ? "FieldValueTypeInvalid"
        : (reasons[message.split(":")[0] ?? ""] ?? "FieldValueInvalid"),
      message,
      field,
    })),
  });
}
