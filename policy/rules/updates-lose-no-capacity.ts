import { platform } from "../framework";
import { isKind } from "../kind";
import { share } from "../quantity";
import { resourceRule } from "../rule";
import { at, isAbsent, UNKNOWN, type Value, several } from "../value";

/** Twice any replica count in use: what is left after rounding down says whether a percentage is zero. */
const MANY = 100;

/** The default lets a quarter of the pods go before the new ones answer; at the peak that is an outage. */
export const updatesLoseNoCapacity = resourceRule({
  name: "updates-lose-no-capacity",
  description: "A rollout takes no pod away before its successor is ready.",
  severity: "medium",
  framework: platform("E2.13", "Zero-downtime strategy in production: maxUnavailable 0."),
  requirement: "E2.13",
  remediation: "Set strategy.rollingUpdate.maxUnavailable: 0 and maxSurge to 1 or more.",
  url: "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment",
  levels: { dev: "disabled", staging: "advisory" },
  applies: isKind("apps/Deployment"),
  judge(subject, verdict) {
    if (subject.type.endsWith("Patch")) return;
    const strategy = at(subject.properties["spec"], "strategy");
    const [type, unavailable] = several(at(strategy, "type"), at(strategy, "rollingUpdate", "maxUnavailable"));
    if (strategy === UNKNOWN || type === UNKNOWN || unavailable === UNKNOWN) verdict.undecided("spec.strategy");
    else if (!isAbsent(type) && type !== "RollingUpdate")
      verdict.violation("spec.strategy.type replaces all pods at once");
    else if (!isZero(unavailable))
      verdict.violation(
        `spec.strategy.rollingUpdate.maxUnavailable is ${isAbsent(unavailable) ? "25 % by default" : "not 0"}`,
      );
  },
});

function isZero(value: Value): boolean {
  return !isAbsent(value) && share(value, MANY, Math.floor) === 0;
}
