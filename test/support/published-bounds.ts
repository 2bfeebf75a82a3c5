import { writeFileSync } from "node:fs";

export interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: unknown;
  readonly items?: Schema;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/**
 * What a published definition says beyond types, which ours has to say too. Defaults are among it, since rules speak of
 * fields that only they fill in; that null is a value anywhere is not.
 */
const BOUNDS = [
  ...["pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "format", "oneOf", "allOf"],
  ...["not", "minProperties", "maxProperties", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["x-kubernetes-validations", "x-kubernetes-list-map-keys", "default"],
] as const;

/** Limits that `theirs` sets for the fields `ours` has, by path. */
export function boundsOf(ours: Schema, theirs: Schema | undefined, place = "spec"): Record<string, object> {
  if (theirs === undefined) return {};
  const fields = theirs as Readonly<Record<string, unknown>>;
  const own: Record<string, unknown> = Object.fromEntries(
    BOUNDS.filter((key) => fields[key] !== undefined).map((key) => [key, fields[key]]),
  );
  // Lists are atomic unless they say otherwise; only the others limit what is taken.
  if (["map", "set"].includes(String(fields["x-kubernetes-list-type"])))
    own["x-kubernetes-list-type"] = fields["x-kubernetes-list-type"];
  const below =
    ours["x-kubernetes-preserve-unknown-fields"] === true
      ? []
      : [
          ...Object.entries(ours.properties ?? {}).map(([key, inner]) =>
            boundsOf(inner, theirs.properties?.[key], `${place}.${key}`),
          ),
          ours.items === undefined ? {} : boundsOf(ours.items, theirs.items, `${place}[]`),
          isSchema(ours.additionalProperties) && isSchema(theirs.additionalProperties)
            ? boundsOf(ours.additionalProperties, theirs.additionalProperties, `${place}{}`)
            : {},
        ];
  const open = ours["x-kubernetes-preserve-unknown-fields"] === true;
  return Object.assign({}, Object.keys(own).length > 0 && !open ? { [place]: own } : {}, ...below) as Record<
    string,
    object
  >;
}
const isSchema = (value: unknown): value is Schema => typeof value === "object" && value !== null;

/** Writes the bounds of a kind as the source file that its definition takes in. */
export function writeBounds(file: string, kind: string, installedBy: string, bounds: Record<string, object>): void {
  const name = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}`.replace(/^hTTP/, "http").replace(/^eC2/, "ec2");
  const text = `import type { Bounds } from "../../schema";

/** Published with the ${kind} of ${installedBy}, for the fields that are used. */
export const ${name}Bounds: Bounds = ${JSON.stringify(bounds, null, 2)};
`;
  writeFileSync(file, text);
}

/** `EC2NodeClass` → `ec2-node-class`. */
export function fileOf(kind: string): string {
  return kind
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}
