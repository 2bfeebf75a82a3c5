import { APPLICATION } from "./names";
import type { Kind } from "./sizes";

const { name } = APPLICATION;

/** Pods that serve. */
export const selector = { "app.kubernetes.io/name": name };

/** Whoever carries it may reach the database. */
export const CLIENT = { "slipway.dev/database-client": "true" };

/** Labels that dashboards and alerts tell environments and their parts apart by. */
export function labelsOf(kind: Kind, component: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": component === "web" ? name : `${name}-${component}`,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": name,
    "slipway.dev/environment": kind,
  };
}

/** Waves of one delivery: what an object needs is there before it, and a failed migration ends it (D3.6). */
export function wave(number: number): Record<string, string> {
  return { "argocd.argoproj.io/sync-wave": String(number) };
}
