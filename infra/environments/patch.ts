/** One operation of RFC 6902. */
export type PatchOperation =
  | { readonly op: "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** What turns one object into the other. Lists of equal length are compared item by item, others replaced. Pure. */
export function differenceOf(before: unknown, after: unknown, path = ""): PatchOperation[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((item, index) => differenceOf(item, after[index], `${path}/${index}`));
  if (!isObject(before) || !isObject(after)) return [{ op: "replace", path, value: after }];
  const at = (key: string) => `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
  return [
    ...Object.keys(before).flatMap((key): PatchOperation[] => {
      if (key in after) return differenceOf(before[key], after[key], at(key));
      return [{ op: "remove", path: at(key) }];
    }),
    ...Object.keys(after).flatMap((key): PatchOperation[] =>
      key in before ? [] : [{ op: "add", path: at(key), value: after[key] }],
    ),
  ];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
