import { platform } from "../framework";
import { budgetsOf, guaranteed } from "../replicas";
import { stackRule } from "../rule";
import { list } from "../setting";
import { at, items, UNKNOWN, type Fields, several } from "../value";

/** AWS takes a spot node back with two minutes' notice. */
export const spotWorkloadsAreReady = stackRule<{ spotLabels: readonly string[] }>({
  name: "spot-workloads-are-ready",
  description: "What runs on spot nodes tolerates their taint, has 2 copies and a disruption budget.",
  severity: "medium",
  framework: platform("E2.12", "Spot workloads: toleration, 2 or more replicas, PDB."),
  requirement: "E2.12",
  remediation:
    "Add the toleration of the spot pool, replicas: 2 and a PodDisruptionBudget, or take the node selector away.",
  url: "https://karpenter.sh/docs/concepts/disruption/",
  levels: { dev: "advisory" },
  settings: {
    spotLabels: list("node labels that mean spot", [
      "karpenter.sh/capacity-type=spot",
      "eks.amazonaws.com/capacityType=SPOT",
    ]),
  },
  judge(stack, verdict, { spotLabels }) {
    for (const subject of stack.workloads) {
      const { workload } = subject;
      if (workload === UNKNOWN || workload === undefined || !choosesSpot(workload.spec, spotLabels)) continue;
      const tolerations = items(workload.spec["tolerations"]);
      const [copies, budgets] = several(guaranteed(subject, stack), budgetsOf(subject, stack));
      if (tolerations !== UNKNOWN && tolerations.length === 0)
        verdict.violation(`${subject.title} asks for spot nodes and tolerates no taint`, subject.urn);
      if (typeof copies === "number" && copies < 2)
        verdict.violation(`${subject.title} runs on spot nodes with ${copies} copy`, subject.urn);
      if (typeof copies === "number" && budgets !== UNKNOWN && budgets.length === 0)
        verdict.violation(`${subject.title} runs on spot nodes without a disruption budget`, subject.urn);
      if (tolerations === UNKNOWN || copies === UNKNOWN)
        verdict.undecided(`tolerations or copies of ${subject.title}`, subject.urn);
    }
  },
});

function choosesSpot(pod: Fields, labels: readonly string[]): boolean {
  return labels.some((label) => {
    const [key = "", value = ""] = label.split("=");
    return at(pod["nodeSelector"], key) === value;
  });
}
