import type { z } from "zod";
import type { KubeObject } from "../object";

/** Where and as what a chart is installed. */
export interface Installation {
  readonly release: string;
  readonly namespace: string;
}

/**
 * What a chart is known to create, as a function of the values the product sets. Taken from the published chart of
 * exactly this version; hook jobs are left out, and roles but those of Argo CD, since nothing else in a rehearsal depends on them.
 */
export interface ChartTable<Values = never> {
  readonly version: string;
  readonly appVersion: string;
  /** Every key this table acts upon; strict, since Helm itself ignores a misspelt key without a word. */
  readonly values: z.ZodType<Values>;
  /** Definitions in the chart's own `crds` folder: installed when absent, never changed or removed by Helm. */
  readonly definitions?: readonly KubeObject[];
  /** Definitions its operator registers at its start, which an atomic release waits for; those the platform uses. */
  readonly operatorDefinitions?: readonly KubeObject[];
  objects(values: Values, installation: Installation): KubeObject[];
}

/** The name most charts give their objects: the release's, with the chart's when it does not already say so. */
export function fullName(release: string, chart: string): string {
  return release.includes(chart) ? release : `${release}-${chart}`;
}
