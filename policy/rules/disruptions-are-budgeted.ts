import { platform } from "../framework";
import { budgetsOf, guaranteed } from "../replicas";
import { stackRule } from "../rule";
import { UNKNOWN } from "../value";

/** Without a budget a drain may take every copy at once; with one it waits for the next to be ready. */
export const disruptionsAreBudgeted = stackRule({
  name: "disruptions-are-budgeted",
  description: "Every replicated workload has a PodDisruptionBudget that selects its pods.",
  severity: "medium",
  framework: platform("E2.8", "PodDisruptionBudgets for critical workloads, which allow an eviction."),
  requirement: "E2.8",
  remediation: "Add a PodDisruptionBudget with maxUnavailable: 1 and a selector that all labels of the pods satisfy.",
  url: "https://kubernetes.io/docs/tasks/run-application/configure-pdb/",
  levels: { dev: "disabled", staging: "advisory" },
  judge(stack, verdict) {
    for (const subject of stack.workloads) {
      const { workload } = subject;
      // Operators bring the budgets of the pods they make.
      if (workload === UNKNOWN || workload?.partial === true) continue;
      const copies = guaranteed(subject, stack);
      if (copies === undefined || copies === 1 || copies === 0) continue;
      const budgets = budgetsOf(subject, stack);
      if (copies === UNKNOWN || budgets === UNKNOWN)
        verdict.undecided(`whether a PodDisruptionBudget selects ${subject.title}`, subject.urn);
      else if (budgets.length === 0)
        verdict.violation(`no PodDisruptionBudget selects the ${copies} pods of ${subject.title}`, subject.urn);
    }
  },
});
