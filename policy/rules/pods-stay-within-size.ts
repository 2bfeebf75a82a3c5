import { platform } from "../framework";
import { quantity } from "../quantity";
import { resourceRule } from "../rule";
import { text } from "../setting";
import { at, isAbsent, UNKNOWN } from "../value";
import { isWorkload, withWorkload, type Workload } from "../workload";

type Settings = { maximumCpu: string; maximumMemory: string };

/** One pod larger than a node waits for ever; one as large as a node takes it from everybody else. */
export const podsStayWithinSize = resourceRule<Settings>({
  name: "pods-stay-within-size",
  description: "The limits of a pod's containers together stay within what the environment grants one pod.",
  severity: "medium",
  framework: platform("E2.11", "Dev pods take at most 2 CPU and 4096 MiB."),
  requirement: "E2.11",
  remediation: "Lower the containers' limits, or split the pod.",
  url: "https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers",
  settings: {
    maximumCpu: text("CPU limits of one pod together", "16"),
    maximumMemory: text("memory limits of one pod together", "64Gi"),
  },
  tuned: { dev: { maximumCpu: "2", maximumMemory: "4096Mi" } },
  applies: isWorkload,
  judge(subject, verdict, { maximumCpu, maximumMemory }) {
    withWorkload(subject, verdict, (workload) => {
      for (const [resource, maximum] of [
        ["cpu", maximumCpu],
        ["memory", maximumMemory],
      ] as const) {
        const most = quantity(maximum) ?? 0;
        const { total, open } = podTotal(workload, resource);
        if (total > most) verdict.violation(`${workload.place}: ${resource} limits add up to more than ${maximum}`);
        else if (open) verdict.undecided(`a ${resource} limit in ${workload.place}`);
      }
    });
  },
});

/** Containers and sidecars add up; of the init containers the largest counts (the pod's effective limit). */
function podTotal({ containers }: Workload, resource: string): { total: number; open: boolean } {
  let [sum, largest, open] = [0, 0, false];
  for (const { fields, role } of containers) {
    const value = at(fields["resources"], "limits", resource);
    if (value === UNKNOWN) open = true;
    if (role === "ephemeral" || isAbsent(value) || value === UNKNOWN) continue;
    const amount = quantity(value) ?? 0;
    if (role === "init") largest = Math.max(largest, sum + amount);
    else sum += amount;
  }
  return { total: Math.max(sum, largest), open };
}
