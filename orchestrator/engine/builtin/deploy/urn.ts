/** Type of the root resource; it is left out of the type chain of its children (pulumi.md 8.4). */
export const STACK_TYPE = "pulumi:pulumi:Stack";

/** `urn:pulumi:<stack>::<project>::<parent types joined by $>$<type>::<name>`. */
export function makeUrn(
  stack: string,
  project: string,
  parent: string | undefined,
  type: string,
  name: string,
): string {
  const parentType = parent === undefined || parent === "" ? "" : qualifiedType(parent);
  const chain = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${chain}::${name}`;
}

/** Types of the resource and its parents, joined by `$`. */
export function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}
export function typeOf(urn: string): string {
  const qualified = qualifiedType(urn);
  return qualified.slice(qualified.lastIndexOf("$") + 1);
}
/** The name may itself contain `::`. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}
export function isProviderType(type: string): boolean {
  return type.startsWith("pulumi:providers:");
}
/** `aws:ec2/vpc:Vpc` → `aws`; `pulumi:providers:aws` → `aws`. */
export function packageOf(type: string): string {
  return isProviderType(type) ? type.slice("pulumi:providers:".length) : (type.split(":")[0] ?? "");
}

/** A provider reference, `<urn>::<id>`. */
export interface ProviderReference {
  readonly urn: string;
  readonly id: string;
}
export function parseReference(reference: string): ProviderReference {
  const cut = reference.lastIndexOf("::");
  return { urn: reference.slice(0, cut), id: reference.slice(cut + 2) };
}
export function writeReference({ urn, id }: ProviderReference): string {
  return `${urn}::${id}`;
}

/** `**` any characters, `*` any but `:`; without `*` a literal (engine glob rules, pulumi.md 5.6). */
export function urnPattern(text: string): (urn: string) => boolean {
  if (!text.includes("*")) return (urn) => urn === text;
  const source = text
    .split(/(\*\*|\*)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^:]*" : part.replace(/[.+?^${}()|[\]\\]/g, "\\$&")));
  const pattern = new RegExp(`^${source.join("")}$`, "s");
  return (urn) => pattern.test(urn);
}
