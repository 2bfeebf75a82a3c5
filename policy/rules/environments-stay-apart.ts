import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule, type Verdict } from "../rule";
import type { Subject } from "../subject";
import { list } from "../setting";
import { at, isFields, items, text, UNKNOWN, type Value } from "../value";
import { matches } from "../waiver";

type Settings = { environments: readonly string[]; previews: readonly string[]; databasePorts: readonly string[] };
/** The label every namespace has from the API server itself. */
const NAME = "kubernetes.io/metadata.name";
const ENVIRONMENT = "slipway.dev/environment";

/** Whatever runs in one environment could read and write another's data; a preview runs code nobody has reviewed. */
export const environmentsStayApart = resourceRule<Settings>({
  name: "environments-stay-apart",
  description: "No environment reaches another, and no preview a database outside its own namespace.",
  severity: "high",
  framework: platform("E3.6", "Previews reach no stable database; no environment reaches another's."),
  requirement: "E3.6",
  remediation:
    "Name the environment's own namespace or pods in the NetworkPolicy, never another environment, all namespaces or, from a preview, a database's network.",
  url: "https://kubernetes.io/docs/concepts/services-networking/network-policies/",
  settings: {
    environments: list("namespaces of application environments; * stands for any text", [
      "qa",
      "staging",
      "production",
      "feature-pr-*",
    ]),
    previews: list("those whose code nobody has reviewed yet", ["feature-pr-*"]),
    databasePorts: list("ports of databases", ["1433", "1521", "3306", "5432", "6379", "27017"]),
  },
  applies: isKind("networking.k8s.io/NetworkPolicy", "/Service"),
  judge(subject, verdict, settings) {
    const { namespace } = subject;
    if (namespace === UNKNOWN || !settings.environments.some((one) => matches(one, namespace))) return;
    if (subject.type.includes("Service")) judgeService(subject, namespace, verdict, settings);
    else judgePolicy(subject, namespace, verdict, settings);
  },
});

const isForeign = (name: Value, own: string, { environments }: Settings): boolean =>
  typeof name === "string" && name !== own && environments.some((one) => matches(one, name));

function judgePolicy({ properties }: Subject, own: string, verdict: Verdict, settings: Settings): void {
  for (const [direction, side] of [
    ["ingress", "from"],
    ["egress", "to"],
  ] as const) {
    const rules = items(at(properties["spec"], direction));
    if (rules === UNKNOWN) verdict.undecided(`spec.${direction}`);
    else
      rules.forEach((rule, index) => {
        const place = `spec.${direction}[${index}]`;
        const peers = items(at(rule, side));
        if (peers === UNKNOWN) return verdict.undecided(`${place}.${side}`);
        if (peers.length === 0) verdict.violation(`${place} names no peer, so every environment is one`);
        for (const peer of peers) {
          const said = foreign(at(peer, "namespaceSelector"), own, settings);
          if (said !== undefined) verdict.violation(`${place}.${side} takes in ${said}`);
        }
        const isPreview = settings.previews.some((one) => matches(one, own));
        if (direction === "egress" && isPreview && peers.some((peer) => isFields(at(peer, "ipBlock"))))
          judgePorts(at(rule, "ports"), place, verdict, settings);
      });
  }
}

/** Which other environment a selector of namespaces takes in. */
function foreign(selector: Value, own: string, settings: Settings): string | undefined {
  if (!isFields(selector)) return undefined;
  const labels = at(selector, "matchLabels");
  const expressions = items(at(selector, "matchExpressions"));
  const named = isFields(labels) ? Object.keys(labels).length : 0;
  if (expressions !== UNKNOWN && labels !== UNKNOWN && named + expressions.length === 0) return "every namespace";
  const name = at(labels, NAME);
  if (isForeign(name, own, settings)) return text(name);
  if (isFields(labels) && Object.hasOwn(labels, ENVIRONMENT)) return `namespaces by ${ENVIRONMENT}`;
  for (const expression of expressions === UNKNOWN ? [] : expressions) {
    if (at(expression, "key") === ENVIRONMENT) return `namespaces by ${ENVIRONMENT}`;
    if (at(expression, "key") !== NAME) continue;
    const values = items(at(expression, "values"));
    if (at(expression, "operator") !== "In") return `namespaces by what they are not called`;
    const other = values === UNKNOWN ? undefined : values.find((value) => isForeign(value, own, settings));
    if (other !== undefined) return text(other);
  }
  return undefined;
}

/** A network may hold a database: it is reached by other ports alone. */
function judgePorts(ports: Value, place: string, verdict: Verdict, { databasePorts }: Settings): void {
  const listed = items(ports);
  if (listed === UNKNOWN) return verdict.undecided(`${place}.ports`);
  if (listed.length === 0) verdict.violation(`${place} opens a network on every port to a preview`);
  for (const one of listed) {
    const [port, end] = [at(one, "port"), at(one, "endPort")];
    if (port === UNKNOWN || end === UNKNOWN) {
      verdict.undecided(`${place}.ports`);
      continue;
    }
    const first = Number(port);
    const open = databasePorts.find((database) =>
      port === undefined ? true : Number(database) >= first && Number(database) <= Number(end ?? first),
    );
    if (open !== undefined) verdict.violation(`${place} opens port ${open} of a network to a preview`);
  }
}

function judgeService({ properties }: Subject, own: string, verdict: Verdict, settings: Settings): void {
  const host = at(properties["spec"], "externalName");
  if (host === UNKNOWN) return verdict.undecided("spec.externalName");
  if (typeof host !== "string" || host.length > 253) return;
  const [, namespace, service] = host.toLowerCase().split(".");
  if (service === "svc" && isForeign(namespace, own, settings))
    verdict.violation(`spec.externalName leads to ${namespace}`);
}
