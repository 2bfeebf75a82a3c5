import type { AlertmanagerConfiguration, ReceiverConfig, RouteConfig } from "../../checks/alert-routing";
import type { KubeObject } from "../cluster/object";
import type { Objects } from "../cluster/probes";
import { at, listAt } from "../kubernetes/object";

interface WrittenRoute {
  readonly receiver?: string;
  readonly continue?: boolean;
  readonly matchers?: readonly { name: string; matchType?: string; value?: string }[];
  readonly routes?: readonly WrittenRoute[];
  readonly [timing: string]: unknown;
}
/** A configuration, and for each receiver the ways it is reached by. */
export interface Loaded {
  readonly configuration: AlertmanagerConfiguration;
  readonly ways: ReadonlyMap<string, readonly string[]>;
}

/** Fields of a receiver → how they are called in Alertmanager's own configuration. */
const integrations = {
  slackConfigs: "slack",
  emailConfigs: "email",
  pagerdutyConfigs: "pagerduty",
  webhookConfigs: "webhook",
} as const;

/** What the chart's own configuration is: everything to nobody (values.yaml, alertmanager.config). */
const BASE: AlertmanagerConfiguration = {
  route: { receiver: "null", routes: [{ receiver: "null", matchers: ['alertname = "Watchdog"'] }] },
  receivers: [{ name: "null" }],
};

/**
 * What the Prometheus operator makes of the AlertmanagerConfigs an Alertmanager selects (pkg/alertmanager/amcfg.go):
 * their routes come before the chart's own, each goes on to the next, each only for alerts of its namespace, unless it
 * is the Alertmanager's own namespace and the strategy says so. One whose addresses are missing is left out.
 */
export function loadedConfiguration(objects: Objects, alertmanager: KubeObject | undefined): Loaded {
  const own = alertmanager?.metadata.namespace;
  const strategy = at(alertmanager, "spec", "alertmanagerConfigMatcherStrategy", "type") ?? "OnNamespace";
  const written = objects
    .kind("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig")
    .filter((one) => one.metadata.deletionTimestamp === undefined && complete(objects, one));
  const ways = new Map<string, string[]>();
  const parts = written.map((config) => {
    const { namespace = "", name } = config.metadata;
    const called = (receiver: string) => `${namespace}/${name}/${receiver}`;
    const bound =
      strategy === "None" || (strategy === "OnNamespaceExceptForAlertmanagerNamespace" && namespace === own)
        ? []
        : [`namespace=${JSON.stringify(namespace)}`];
    const route = routeOf(at(config, "spec", "route") as WrittenRoute, called);
    const receivers = listAt<Record<string, unknown> & { name: string }>(config, "spec", "receivers").map(
      (receiver) => {
        const made = receiverOf(receiver, called(receiver.name));
        ways.set(made.name, waysOf(receiver));
        return made;
      },
    );
    return { route: { ...route, matchers: [...(route.matchers ?? []), ...bound], continue: true }, receivers };
  });
  const configuration = {
    route: { ...BASE.route, routes: [...parts.map(({ route }) => route), ...(BASE.route.routes ?? [])] },
    receivers: [...BASE.receivers, ...parts.flatMap(({ receivers }) => receivers)],
  };
  return { configuration, ways };
}

function routeOf(written: WrittenRoute, called: (receiver: string) => string): RouteConfig {
  const { receiver, matchers = [], routes = [] } = written;
  return {
    ...(receiver !== undefined && { receiver: called(receiver) }),
    ...(matchers.length > 0 && {
      matchers: matchers.map(({ name, matchType = "=", value = "" }) => `${name}${matchType}${JSON.stringify(value)}`),
    }),
    ...(written.continue === true && { continue: true }),
    ...(routes.length > 0 && { routes: routes.map((child) => routeOf(child, called)) }),
  };
}

const waysOf = (receiver: Record<string, unknown>): string[] =>
  Object.entries(integrations).flatMap(([field, way]) =>
    ((receiver[field] as unknown[] | undefined) ?? []).map(() => way),
  );

/** Addresses are not shown, as Alertmanager shows none. */
function receiverOf(receiver: Record<string, unknown>, name: string): ReceiverConfig {
  const configs = Object.entries(integrations).flatMap(([field, way]) => {
    const list = (receiver[field] as unknown[] | undefined) ?? [];
    return list.length === 0 ? [] : [[`${way}_configs`, list.map(() => ({ send_resolved: true }))] as const];
  });
  return { name, ...Object.fromEntries(configs) };
}

/** Every address by reference is there. */
function complete(objects: Objects, config: KubeObject): boolean {
  return references(at(config, "spec", "receivers")).every(({ name, key }) => {
    const secret = objects.find("v1", "Secret", name, config.metadata.namespace);
    const value = (at(secret, "data") as Record<string, string> | undefined)?.[key];
    return value !== undefined && value !== "";
  });
}

/** References to keys of Secrets, at any depth: the only fields with both a name and a key. */
function references(value: unknown): { name: string; key: string }[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== "object" || value === null) return [];
  const { name, key } = value as { name?: unknown; key?: unknown };
  if (typeof name === "string" && typeof key === "string") return [{ name, key }];
  return Object.values(value).flatMap(references);
}
