/**
 * Alertmanager's routing tree, as its documentation defines it
 * (https://prometheus.io/docs/alerting/latest/configuration/#route): which receivers an alert reaches.
 */

/** A route of a loaded configuration. */
export interface RouteConfig {
  readonly receiver?: string;
  /** `severity="critical"`, `namespace=~"a|b"`; all have to hold. */
  readonly matchers?: readonly string[];
  /** Go on to the next sibling although this one matched. */
  readonly continue?: boolean;
  readonly routes?: readonly RouteConfig[];
}
/** A receiver of a loaded configuration; what it has of `…_configs` is how it is reached. */
export interface ReceiverConfig {
  readonly name: string;
  readonly [integration: string]: unknown;
}
export interface AlertmanagerConfiguration {
  readonly route: RouteConfig;
  readonly receivers: readonly ReceiverConfig[];
}
export type Labels = Readonly<Record<string, string>>;

const MATCHER = /^\s*([^=!~\s]+)\s*(=~|!~|!=|=)\s*(.*?)\s*$/s;

/** Whether one matcher holds. A label that is not there is the empty text; expressions match the whole value. */
export function matches(matcher: string, labels: Labels): boolean {
  const [, name = "", operator, raw = ""] = MATCHER.exec(matcher) ?? [];
  if (operator === undefined) throw new Error(`${matcher} is no matcher of Alertmanager`);
  const wanted = unquoted(raw);
  const value = labels[unquoted(name)] ?? "";
  switch (operator) {
    case "=":
      return value === wanted;
    case "!=":
      return value !== wanted;
    case "=~":
      return whole(wanted).test(value);
    default:
      return !whole(wanted).test(value);
  }
}
const whole = (expression: string): RegExp => new RegExp(`^(?:${expression})$`, "s");
const unquoted = (text: string): string =>
  /^".*"$/s.test(text) ? text.slice(1, -1).replace(/\\(["\\n])/g, (_, c: string) => (c === "n" ? "\n" : c)) : text;

/**
 * Names of the receivers an alert reaches. The tree is walked in order: the first child that matches takes the alert,
 * further ones only when it says `continue`; a node none of whose children match takes it itself. A node without a
 * receiver has its parent's. The root matches everything.
 */
export function receiversOf(route: RouteConfig, labels: Labels): string[] {
  return walk(route, labels, route.receiver ?? "");
}

function walk(node: RouteConfig, labels: Labels, inherited: string): string[] {
  const receiver = node.receiver ?? inherited;
  const reached: string[] = [];
  for (const child of node.routes ?? []) {
    if (!(child.matchers ?? []).every((matcher) => matches(matcher, labels))) continue;
    reached.push(...walk(child, labels, receiver));
    if (child.continue !== true) break;
  }
  return reached.length > 0 ? reached : [receiver];
}

/** Ways by which an alert reaches somebody, each once and in order: `email`, `pagerduty`, `slack`; none for nobody. */
export function integrationsOf({ route, receivers }: AlertmanagerConfiguration, labels: Labels): string[] {
  const reached = new Set(receiversOf(route, labels));
  const ways = receivers.filter(({ name }) => reached.has(name)).flatMap(waysOf);
  return [...new Set(ways)].sort();
}

/** How a receiver is reached: `slack_configs` is `slack`. */
export const waysOf = (receiver: ReceiverConfig): string[] =>
  Object.entries(receiver).flatMap(([key, value]) =>
    key.endsWith("_configs") && Array.isArray(value) && value.length > 0 ? [key.slice(0, -"_configs".length)] : [],
  );
