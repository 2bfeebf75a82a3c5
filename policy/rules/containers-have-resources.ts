import { platform } from "../framework";
import { quantity } from "../quantity";
import { isDraft, isOpen, mendPart, mendResources, said } from "../repair";
import { resourceRule, type Draft } from "../rule";
import { flag, list } from "../setting";
import { at, isAbsent, UNKNOWN, type Value } from "../value";
import { eachContainer, isWholeWorkload, isWorkload, type Container, type Workload } from "../workload";

type Settings = {
  cpuRequest: boolean;
  memoryRequest: boolean;
  cpuLimit: boolean;
  memoryLimit: boolean;
  effective: boolean;
  fill: readonly string[];
};

/** What a container without resources gets: small enough to fit anywhere, large enough to start. */
export const DEFAULTS = { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
const FILL = Object.entries(DEFAULTS).flatMap(([side, { cpu, memory }]) => [
  `${side}.cpu=${cpu}`,
  `${side}.memory=${memory}`,
]);

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
    fill: list("what is set where the rule mends, as side.resource=quantity", FILL),
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
  /** Adds what is missing (E1.2); a container is never given a limit below its request, or a request above its limit. */
  repair(draft, type, { cpuRequest, cpuLimit, memoryRequest, memoryLimit, fill }) {
    if (!isWholeWorkload(type)) return;
    const given = new Map(fill.map((one) => one.split("=", 2) as [string, string]));
    mendResources(draft, type, (resources) => {
      fillIn(resources, "cpu", cpuRequest, cpuLimit, given);
      fillIn(resources, "memory", memoryRequest, memoryLimit, given);
    });
  },
});

function fillIn(
  resources: Draft,
  resource: string,
  request: boolean,
  limit: boolean,
  given: ReadonlyMap<string, string>,
): void {
  const [requests, limits] = [said(resources, "requests"), said(resources, "limits")];
  // What is not known yet could contradict whatever is filled in beside it.
  if (![requests, limits].every((side) => isOpen(side) || isDraft(side))) return;
  const [asked, allowed] = [requests, limits].map((side) => said((side ?? {}) as Draft, resource));
  const set = (side: string, value: unknown) => mendPart(resources, side, (part) => (part[resource] = value));
  const [least, most] = [given.get(`requests.${resource}`), given.get(`limits.${resource}`)];
  // A limit alone is the request as well, as the API server would have it.
  if (request && isOpen(asked) && allowed !== UNKNOWN) {
    if (!isOpen(allowed)) set("requests", allowed);
    else if (least !== undefined) set("requests", least);
  }
  if (!limit || !isOpen(allowed) || most === undefined) return;
  const [wanted, highest] = [quantity((isOpen(asked) ? (least ?? most) : asked) as Value), quantity(most)];
  // A request that is not known yet, or is no quantity, could be more than any limit.
  if (wanted !== undefined && highest !== undefined)
    set("limits", wanted > highest ? (isOpen(asked) ? least : asked) : most);
}

/** What the API server makes of an absent one: a limit becomes the request; the pod's own resources hold for all. */
function defaulted(resources: Value, { spec }: Workload, side: string, resource: string): Value {
  const limit = side === "requests" ? at(resources, "limits", resource) : undefined;
  if (!isAbsent(limit)) return limit;
  const pod = at(spec["resources"], side, resource);
  return isAbsent(pod) && side === "requests" ? at(spec["resources"], "limits", resource) : pod;
}
