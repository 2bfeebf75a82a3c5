type Values = Readonly<Record<string, unknown>>;

/** Values of a chart in several environments: what they share, and what each adds (A20.2). */
export interface Layers {
  readonly base: Values;
  /** Environment → what goes over the base. */
  readonly overlays: ReadonlyMap<string, Values>;
}

/**
 * Splits values so that each environment's overlay over the base gives its values again, the way Helm lays one file of
 * values over another: maps merge, everything else replaces.
 */
export function layered(values: ReadonlyMap<string, Values>): Layers {
  const all = [...values.values()];
  const base = all.reduce((shared, one) => common(shared, one), all[0] ?? {});
  return { base, overlays: new Map([...values].map(([name, one]) => [name, beyond(base, one)])) };
}

/** What both have alike. */
function common(a: Values, b: Values): Values {
  return Object.fromEntries(
    Object.entries(a).flatMap(([key, value]) => {
      if (!Object.hasOwn(b, key)) return [];
      const other = b[key];
      if (isMap(value) && isMap(other)) {
        const inner = common(value, other);
        // An empty map that is a value of its own on both sides stays one.
        const empty = Object.keys(inner).length === 0;
        return empty && !(isEmpty(value) && isEmpty(other)) ? [] : [[key, inner]];
      }
      return same(value, other) ? [[key, value]] : [];
    }),
  );
}

/** What `values` has beyond `base`, which holds nothing that `values` does not. */
function beyond(base: Values, values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => {
      if (!Object.hasOwn(base, key)) return [[key, value]];
      const shared = base[key];
      if (!isMap(value) || !isMap(shared)) return [];
      const inner = beyond(shared, value);
      return Object.keys(inner).length === 0 ? [] : [[key, inner]];
    }),
  );
}

/** Helm's own merge of values files. */
export function laidOver(base: Values, overlay: Values): Values {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(overlay)) {
    const below = result[key];
    result[key] = isMap(below) && isMap(value) ? laidOver(below, value) : value;
  }
  return result;
}

const isMap = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);
const isEmpty = (value: Values) => Object.keys(value).length === 0;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
