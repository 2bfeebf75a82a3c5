import * as fs from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { root } from "./pulumi";

/** Where published values of charts are kept on machines that have them; nothing ships with the project. */
const CHARTS = process.env["SLIPWAY_CHART_FACTS"] ?? path.join(root, "..", "shared", "charts");

type Values = Record<string, unknown>;
const isMap = (value: unknown): value is Values => typeof value === "object" && value !== null && !Array.isArray(value);

function read(chart: string): Values | undefined {
  const file = path.join(CHARTS, chart, "values.yaml");
  return fs.existsSync(file) ? (parse(fs.readFileSync(file, "utf8")) as Values) : undefined;
}

/** A subchart's values under those its parent gives it. */
function deep(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over ?? under;
  return Object.fromEntries(
    [...new Set([...Object.keys(under), ...Object.keys(over)])].map((key) => [key, deep(under[key], over[key])]),
  );
}

/**
 * Keys that the published chart does not have: Helm would ignore them in silence. `subcharts` are charts by the key
 * their values stand under, `documented` keys that its values name in a comment only. undefined where the published
 * chart is not at hand.
 */
export function unknownKeys(
  given: unknown,
  chart: string,
  { subcharts = [], documented = [] }: { subcharts?: readonly string[]; documented?: readonly string[] } = {},
): string[] | undefined {
  const published = read(chart);
  if (published === undefined) return undefined;
  const known = { ...published };
  for (const name of subcharts) known[name] = deep(read(name), published[name]);
  const unknown: string[] = [];
  const walk = (value: unknown, against: unknown, at: string) => {
    // A map that is empty by default takes what Kubernetes takes there; so do security contexts and resources.
    if (
      !isMap(value) ||
      !isMap(against) ||
      Object.keys(against).length === 0 ||
      /(securityContext|resources)\.$/i.test(at)
    )
      return;
    for (const [key, inner] of Object.entries(value)) {
      if (!(key in against) && !documented.includes(`${at}${key}`)) unknown.push(`${at}${key}`);
      else walk(inner, against[key], `${at}${key}.`);
    }
  };
  walk(given, known, "");
  return unknown;
}
