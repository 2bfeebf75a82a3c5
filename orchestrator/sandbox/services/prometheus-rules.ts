import { PROBE_ALERT } from "../../checks/alert-queries";
import type { Labels } from "../../checks/alert-routing";
import type { KubeObject } from "../cluster/object";
import type { Objects } from "../cluster/probes";
import { at, listAt } from "../kubernetes/object";

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

const rulesOf = (objects: Objects): { group: string; object: KubeObject; rules: Rule[] }[] =>
  objects
    .kind("monitoring.coreos.com/v1", "PrometheusRule")
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .flatMap((object) =>
      listAt<{ name: string; rules?: Rule[] }>(object, "spec", "groups").map(({ name, rules = [] }) => ({
        group: name,
        object,
        rules,
      })),
    );

/** A rule that holds whatever is measured fires; of the others a rehearsal has no measurements. */
const holds = ({ expr }: Rule): boolean => expr === PROBE_ALERT.expr;

/** Groups as `/api/v1/rules` tells them. Rules that the operator's webhook lets through are well-formed. */
export function ruleGroups(objects: Objects, type: string | null) {
  return rulesOf(objects).map(({ group, object, rules }) => ({
    name: group,
    file: `/etc/prometheus/rules/${object.metadata.namespace ?? ""}-${object.metadata.name}.yaml`,
    rules: rules
      .filter((rule) => type === null || (rule.alert === undefined ? "record" : "alert") === type)
      .map((rule) => ({
        name: rule.alert ?? rule.record ?? "",
        query: rule.expr,
        type: rule.alert === undefined ? "recording" : "alerting",
        health: "ok",
        labels: rule.labels ?? {},
        ...(rule.alert !== undefined && {
          annotations: rule.annotations ?? {},
          state: holds(rule) ? "firing" : "inactive",
        }),
      })),
  }));
}

/** Labels of the alerts that the Prometheus of a namespace sends: the rule's own, and what it adds to all. */
export function firingAlerts(objects: Objects, namespace: string): Labels[] {
  const [server] = objects.kind("monitoring.coreos.com/v1", "Prometheus", namespace);
  if (server === undefined) return [];
  const external = (at(server, "spec", "externalLabels") ?? {}) as Labels;
  return rulesOf(objects).flatMap(({ rules }) =>
    rules.flatMap((rule) =>
      rule.alert !== undefined && holds(rule) ? [{ ...external, ...rule.labels, alertname: rule.alert }] : [],
    ),
  );
}
