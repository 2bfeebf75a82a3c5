import { at, conditionOf, listAt, type KubeObject } from "./object";

/** What a kind is waiting for: nothing more, something, or never again. */
export type Readiness =
  | { readonly ready: true }
  | { readonly ready: false; readonly reasons: readonly string[]; readonly hopeless?: boolean };

const READY: Readiness = { ready: true };
const waiting = (...reasons: string[]): Readiness => ({ ready: false, reasons });
const hopeless = (...reasons: string[]): Readiness => ({ ready: false, reasons, hopeless: true });
const count = (object: KubeObject, ...path: string[]): number => Number(at(object, ...path) ?? 0);

/** Endpoints that answer, as a Service's slices list them. */
export function readyEndpoints(
  slices: readonly KubeObject[],
  service: KubeObject,
): { address: string; port: number }[] {
  return slices
    .filter(
      (slice) =>
        slice.metadata.namespace === service.metadata.namespace &&
        slice.metadata.labels?.["kubernetes.io/service-name"] === service.metadata.name,
    )
    .flatMap((slice) =>
      listAt(slice, "endpoints")
        .filter((endpoint) => at(endpoint, "conditions", "ready") !== false)
        .flatMap((endpoint) =>
          listAt<string>(endpoint, "addresses").map((address) => ({
            address,
            port: Number(at(slice, "ports", 0, "port") ?? 0),
          })),
        ),
    );
}

/**
 * Whether the provider would call an object ready, in its words when it would not. Kinds without a rule are ready once
 * they exist, as with the provider.
 */
export function readinessOf(object: KubeObject, slices: readonly KubeObject[]): Readiness {
  const behind = count(object, "status", "observedGeneration") < (object.metadata.generation ?? 0);
  switch (`${object.apiVersion}/${object.kind}`) {
    case "apps/v1/Deployment":
      return deployment(object, behind);
    case "apps/v1/StatefulSet": {
      const wanted = Number(at(object, "spec", "replicas") ?? 1);
      const good = count(object, "status", "readyReplicas");
      if (!behind && good >= wanted && count(object, "status", "updatedReplicas") >= wanted) return READY;
      return waiting(`${wanted - good} out of ${wanted} replicas succeeded readiness checks`);
    }
    case "apps/v1/DaemonSet": {
      const wanted = count(object, "status", "desiredNumberScheduled");
      const good = Math.min(count(object, "status", "numberReady"), count(object, "status", "updatedNumberScheduled"));
      return !behind && good >= wanted ? READY : waiting(`DaemonSet has ${good} of ${wanted} pods ready`);
    }
    case "batch/v1/Job": {
      if (conditionOf(object, "Complete")?.status === "True") return READY;
      const failed = conditionOf(object, "Failed");
      if (failed?.status === "True")
        return hopeless(`Job failed: ${failed.reason ?? ""} ${failed.message ?? ""}`.trim());
      return waiting("Job has not completed");
    }
    case "v1/Service":
      return service(object, slices);
    case "v1/Pod": {
      const phase = at(object, "status", "phase");
      if (phase === "Succeeded" || conditionOf(object, "Ready")?.status === "True") return READY;
      const message = conditionOf(object, "PodScheduled")?.message ?? conditionOf(object, "Ready")?.message;
      return waiting(message ?? `Pod is ${typeof phase === "string" ? phase : "Pending"}`);
    }
    case "v1/Namespace":
      return at(object, "status", "phase") === "Active" ? READY : waiting("Namespace is not Active");
    case "v1/PersistentVolumeClaim":
      // A class that waits for its first consumer leaves the claim pending until a pod wants it.
      return at(object, "status", "phase") === "Bound" || at(object, "spec", "volumeName") === undefined
        ? READY
        : waiting("PersistentVolumeClaim is not Bound");
    case "apiextensions.k8s.io/v1/CustomResourceDefinition":
      return conditionOf(object, "Established")?.status === "True"
        ? READY
        : waiting("CustomResourceDefinition is not Established");
    case "networking.k8s.io/v1/Ingress":
      return listAt(object, "status", "loadBalancer", "ingress").length > 0
        ? READY
        : waiting("Ingress .status.loadBalancer field was not updated with a hostname/IP address");
    default:
      return READY;
  }
}

function deployment(object: KubeObject, behind: boolean): Readiness {
  const wanted = Number(at(object, "spec", "replicas") ?? 1);
  if (wanted === 0) return READY;
  const progressing = conditionOf(object, "Progressing");
  if (!behind && progressing?.reason === "ProgressDeadlineExceeded")
    return hopeless(`[ProgressDeadlineExceeded] ${progressing.message ?? ""}`.trim());
  const updated = count(object, "status", "updatedReplicas");
  const available = count(object, "status", "availableReplicas");
  if (!behind && updated >= wanted && available >= wanted && count(object, "status", "replicas") <= wanted)
    return READY;
  const said = conditionOf(object, "ReplicaFailure")?.message;
  const shortage = "Minimum number of live Pods was not attained";
  return waiting(`${shortage} (${available} of ${wanted} available)`, ...(said === undefined ? [] : [said]));
}

function service(object: KubeObject, slices: readonly KubeObject[]): Readiness {
  const type = at(object, "spec", "type");
  if (type === "ExternalName") return READY;
  const selector = (at(object, "spec", "selector") ?? {}) as Record<string, string>;
  const reasons: string[] = [];
  const targets = Object.keys(selector).length > 0 && at(object, "spec", "clusterIP") !== "None";
  if (targets && readyEndpoints(slices, object).length === 0)
    reasons.push(
      "Service does not target any Pods. Selected Pods may not be ready, or field '.spec.selector' may not match labels on any Pods",
    );
  if (type === "LoadBalancer" && listAt(object, "status", "loadBalancer", "ingress").length === 0)
    reasons.push("Service was not allocated an IP address; does your cloud provider support this?");
  return reasons.length === 0 ? READY : waiting(...reasons);
}
