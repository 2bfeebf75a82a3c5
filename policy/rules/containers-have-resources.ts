import { platform } from "../framework";
import { resourceRule } from "../rule";
import { flag } from "../setting";
import { at, isAbsent, UNKNOWN, type Value } from "../value";
import { eachContainer, isWorkload, type Container, type Workload } from "../workload";

type Settings = {
  cpuRequest: boolean;
  memoryRequest: boolean;
  cpuLimit: boolean;
  memoryLimit: boolean;
  effective: boolean;
};

/** Without requests the scheduler guesses, without limits one container starves its node. */
export const containersHaveResources = resourceRule<Settings>({
  name: "containers-have-resources",
  description: "Every container, init containers and sidecars included, states CPU and memory requests and limits.",
  severity: "medium",
  framework: platform("E2.1", "Every container, init containers included, has requests and limits."),
  requirement: "E2.1",
  remediation: "Set resources.requests and resources.limits for cpu and memory on the container.",
  url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
  levels: { dev: "advisory" },
  settings: {
    cpuRequest: flag("demand requests.cpu", true),
    memoryRequest: flag("demand requests.memory", true),
    cpuLimit: flag("demand limits.cpu", true),
    memoryLimit: flag("demand limits.memory", true),
    effective: flag(
      "count what the API server defaults: a limit as its request, and resources of the whole pod",
      false,
    ),
  },
  applies: isWorkload,
  judge(subject, verdict, settings) {
    eachContainer(subject, verdict, (container, workload) => {
      // The API takes no resources on an ephemeral container, and a patch says nothing about what it leaves out.
      if (container.role === "ephemeral" || workload.patch) return;
      if (settings.cpuRequest) demand(container, workload, "requests", "cpu");
      if (settings.memoryRequest) demand(container, workload, "requests", "memory");
      if (settings.cpuLimit) demand(container, workload, "limits", "cpu");
      if (settings.memoryLimit) demand(container, workload, "limits", "memory");
    });

    function demand(container: Container, workload: Workload, side: string, resource: string): void {
      const resources = container.fields["resources"];
      let value = at(at(resources, side), resource);
      if (isAbsent(value) && settings.effective) value = defaulted(resources, workload, side, resource);
      if (value === UNKNOWN) verdict.undecided(`${container.place}.resources.${side}.${resource}`);
      else if (isAbsent(value)) verdict.violation(`${container.title}: resources.${side}.${resource} is not set`);
    }
  },
});

/** What the API server makes of an absent one: a limit becomes the request; the pod's own resources hold for all. */
function defaulted(resources: Value, { spec }: Workload, side: string, resource: string): Value {
  const limit = side === "requests" ? at(resources, "limits", resource) : undefined;
  if (!isAbsent(limit)) return limit;
  const pod = at(spec["resources"], side, resource);
  return isAbsent(pod) && side === "requests" ? at(spec["resources"], "limits", resource) : pod;
}
