import { platform } from "../framework";
import { share } from "../quantity";
import { budgetsOf, guaranteed } from "../replicas";
import { stackRule, type Stack, type Verdict } from "../rule";
import type { Subject } from "../subject";
import { together } from "../namespace";
import { at, isAbsent, isFields, UNKNOWN, type Value, several } from "../value";

/** A budget nobody can meet stops every drain: no node is upgraded, no spot node leaves in peace. */
export const budgetsAllowEvictions = stackRule({
  name: "budgets-allow-evictions",
  description: "Every PodDisruptionBudget selects pods and lets at least one of them go.",
  severity: "medium",
  framework: platform("E2.8", "PodDisruptionBudgets for critical workloads, which allow an eviction."),
  requirement: "E2.8",
  remediation:
    "Set maxUnavailable: 1 in place of minAvailable, and give the workload a copy more than the budget holds.",
  url: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/#think-about-how-your-application-reacts-to-disruptions",
  judge(stack, verdict) {
    for (const budget of stack.ofType("kubernetes:policy/v1:PodDisruptionBudget")) judgeBudget(budget, stack, verdict);
  },
});

function judgeBudget(budget: Subject, stack: Stack, verdict: Verdict): void {
  const spec = budget.properties["spec"];
  const [least, most] = several(at(spec, "minAvailable"), at(spec, "maxUnavailable"));
  if (spec === UNKNOWN || least === UNKNOWN || most === UNKNOWN)
    return verdict.undecided(`spec of ${budget.title}`, budget.urn);
  if (!isAbsent(least) && !isAbsent(most))
    return verdict.violation(`${budget.title} names both minAvailable and maxUnavailable`, budget.urn);
  if (isAbsent(least) && isAbsent(most))
    return verdict.violation(`${budget.title} names neither minAvailable nor maxUnavailable`, budget.urn);
  if (!isAbsent(most) ? isNone(most) : least === "100%")
    return verdict.violation(`${budget.title} lets no pod go`, budget.urn);
  let selected = false;
  for (const subject of stack.workloads) {
    if (!together(budget, subject)) continue;
    const budgets = budgetsOf(subject, stack);
    if (budgets === UNKNOWN || !budgets.includes(budget)) continue;
    selected = true;
    const copies = guaranteed(subject, stack);
    if (copies === UNKNOWN) verdict.undecided(`the number of copies of ${subject.title}`, budget.urn);
    else if (copies !== undefined && copies > 0) {
      const allowed = isAbsent(least)
        ? share(most, copies, Math.ceil)
        : copies - (share(least, copies, Math.ceil) ?? 0);
      if (allowed !== undefined && allowed < 1)
        verdict.violation(`${budget.title} lets none of the ${copies} pods of ${subject.title} go`, budget.urn);
    }
  }
  // Pods of charts are not in sight; a workload that shares a label and not all of them is a selector gone wrong.
  const near = selected
    ? undefined
    : stack.workloads.find((subject) => together(budget, subject) && sharesALabel(budget, subject));
  if (near !== undefined)
    verdict.violation(`${budget.title} shares a label with ${near.title} and does not select it`, budget.urn);
}

const isNone = (value: Value): boolean => value === 0 || value === "0" || value === "0%";

function sharesALabel(budget: Subject, { workload }: Subject): boolean {
  const wanted = at(budget.properties["spec"], "selector", "matchLabels");
  if (workload === undefined || workload === UNKNOWN || !isFields(wanted)) return false;
  const labels = workload.metadata["labels"];
  const known =
    isFields(labels) && !Object.values(labels).includes(UNKNOWN) && !Object.values(wanted).includes(UNKNOWN);
  return known && Object.keys(wanted).some((key) => labels[key] === wanted[key]);
}
