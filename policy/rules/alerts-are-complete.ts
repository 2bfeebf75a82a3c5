import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { at, isAbsent, items, text, UNKNOWN } from "../value";

/** An alert that does not say how bad, where and what to do wakes somebody up to guess. */
export const alertsAreComplete = resourceRule({
  name: "alerts-are-complete",
  description: "Every alert has a severity, an environment and a runbook.",
  severity: "low",
  framework: platform("E6.3", "Every alert has severity, environment and runbook."),
  requirement: "E6.3",
  remediation: "Add labels severity and environment and the annotation runbook_url to the alert.",
  url: "https://prometheus.io/docs/practices/alerting/",
  levels: { dev: "advisory", staging: "advisory" },
  applies: isKind("monitoring.coreos.com/PrometheusRule"),
  judge({ properties }, verdict) {
    const groups = items(at(properties["spec"], "groups"));
    if (groups === UNKNOWN) return verdict.undecided("spec.groups");
    groups.forEach((group, g) => {
      const rules = items(at(group, "rules"));
      if (rules === UNKNOWN) return verdict.undecided(`spec.groups[${g}].rules`);
      rules.forEach((rule, r) => {
        const name = at(rule, "alert");
        if (isAbsent(name)) return;
        for (const [kind, key] of [
          ["labels", "severity"],
          ["labels", "environment"],
          ["annotations", "runbook_url"],
        ] as const) {
          const value = at(rule, kind, key);
          const where = `spec.groups[${g}].rules[${r}] (${text(name)})`;
          if (value === UNKNOWN) verdict.undecided(`${where}.${kind}.${key}`);
          else if (isAbsent(value)) verdict.violation(`${where} has no ${kind}.${key}`);
        }
      });
    });
  },
});
