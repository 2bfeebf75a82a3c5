import type { KubernetesObject, V1Service } from "@kubernetes/client-node";
import { charts } from "../../infra/charts";
import type { PlatformConfig } from "../../infra/config";
import type { ClusterView } from "./cluster-view";

/** A10.3: from here on a mesh pays when routing is complex; below that it costs more than it brings. */
const MANY_SERVICES = 50;
const FEW_SERVICES = 20;

/** What the advisor looks at (A10.3). */
export interface Design {
  /** Services of applications. */
  readonly services: number;
  /** Routes that split, match, retry or rewrite. */
  readonly complexRoutes: number;
  readonly demands: PlatformConfig["mesh"]["demands"];
}
export interface Advice {
  readonly needed: boolean;
  readonly reason: string;
}

/** Whether a cluster needs a mesh, and why (A10.3, I2.3). Pure. */
export function advise({ services, complexRoutes, demands }: Design): Advice {
  if (demands.length > 0) {
    const words = { "mutual-tls": "mutual TLS", "zero-trust": "zero trust" } as const;
    return { needed: true, reason: `${demands.map((one) => words[one]).join(" and ")} is demanded between services` };
  }
  if (services < FEW_SERVICES)
    return { needed: false, reason: `${counted(services)}: below ${FEW_SERVICES} a mesh costs more than it brings` };
  if (complexRoutes === 0)
    return { needed: false, reason: `${counted(services)}, and no route does more than name a backend: simple` };
  if (services < MANY_SERVICES)
    return {
      needed: false,
      reason: `${counted(services)} with complex routing: ask again at ${MANY_SERVICES}`,
    };
  return { needed: true, reason: `${counted(services)} with complex routing (${complexRoutes} routes)` };
}

const counted = (services: number): string => `${services} service${services === 1 ? "" : "s"}`;

export const sentence = ({ needed, reason }: Advice): string => `the advisor says ${needed ? "yes" : "no"}: ${reason}`;

interface Route extends KubernetesObject {
  spec?: {
    rules?: {
      backendRefs?: unknown[];
      filters?: { type?: string }[];
      matches?: { headers?: unknown[]; queryParams?: unknown[]; method?: unknown }[];
      retry?: unknown;
      timeouts?: unknown;
      sessionPersistence?: unknown;
    }[];
  };
}

/** Reads what there is of applications; namespaces of Kubernetes and of the charts do not count. */
export async function designOf(view: ClusterView, { mesh }: Pick<PlatformConfig, "mesh">): Promise<Design> {
  const [services, http, grpc] = await Promise.all([
    view.list<V1Service>("v1", "Service"),
    view.list<Route>("gateway.networking.k8s.io/v1", "HTTPRoute"),
    view.list<Route>("gateway.networking.k8s.io/v1", "GRPCRoute"),
  ]);
  // A name of its own for each pod is no further service.
  const counting = services.filter(({ spec }) => spec?.clusterIP !== "None" && spec?.type !== "ExternalName");
  return {
    services: counting.filter(ofApplication).length,
    complexRoutes: [...http, ...grpc].filter((route) => ofApplication(route) && isComplex(route)).length,
    demands: mesh.demands,
  };
}

function ofApplication({ metadata }: KubernetesObject): boolean {
  const namespace = metadata?.namespace ?? "default";
  const own = Object.values(charts).some((chart) => chart.namespace === namespace);
  return !own && !/^kube-|^default$|^slipway-probe-/.test(namespace);
}

function isComplex({ spec }: Route): boolean {
  return (spec?.rules ?? []).some(
    ({ backendRefs = [], filters = [], matches = [], retry, timeouts, sessionPersistence }) =>
      backendRefs.length > 1 ||
      filters.some(({ type }) => type !== "RequestRedirect") ||
      matches.some(({ headers, queryParams, method }) => [headers, queryParams, method].some(Boolean)) ||
      [retry, timeouts, sessionPersistence].some(Boolean),
  );
}
