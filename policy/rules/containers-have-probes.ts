import { platform } from "../framework";
import { resourceRule } from "../rule";
import { flag } from "../setting";
import { isAbsent, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

type Settings = { readiness: boolean; liveness: boolean; startup: boolean };
/** Kinds whose pods serve until told otherwise; probes make no sense on what runs to its end. */
const SERVING = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Rollout"]);

/** Without readiness a rollout sends traffic to pods that cannot answer; without liveness a stuck one stays. */
export const containersHaveProbes = resourceRule<Settings>({
  name: "containers-have-probes",
  description: "Every container that serves has a readiness and a liveness probe.",
  severity: "medium",
  framework: platform("E2.6", "Readiness and liveness probes present; startup probe for slow starters."),
  requirement: "E2.6",
  remediation: "Add readinessProbe and livenessProbe to the container; a startupProbe too when it starts slowly.",
  url: "https://kubernetes.io/docs/concepts/workloads/pods/probes/",
  levels: { dev: "advisory" },
  settings: {
    readiness: flag("demand a readinessProbe", true),
    liveness: flag("demand a livenessProbe", true),
    startup: flag("demand a startupProbe of every container", false),
  },
  applies: isWorkload,
  judge(subject, verdict, { readiness, liveness, startup }) {
    eachContainer(subject, verdict, (container, workload) => {
      if (workload.partial || !SERVING.has(workload.kind)) return;
      if (container.role !== "main" && container.role !== "sidecar") return;
      for (const [probe, demanded] of [
        ["readinessProbe", readiness],
        ["livenessProbe", liveness],
        ["startupProbe", startup],
      ] as const) {
        const value = container.fields[probe];
        if (!demanded) continue;
        if (value === UNKNOWN) verdict.undecided(`${container.place}.${probe}`);
        else if (isAbsent(value)) verdict.violation(`${container.title}: ${probe} is not set`);
      }
    });
  },
});
