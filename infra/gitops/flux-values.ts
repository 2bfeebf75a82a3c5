import type { PlatformConfig } from "../config";
import { replicas } from "../release";

/** Rights of a Kustomization that names no account: those of `default`, which has none. */
const NOBODY = "default";

/** What the platform sets of the flux2 chart, and why. */
export function fluxValues(config: PlatformConfig) {
  // The chart asks for 100m and 64Mi everywhere and limits nothing.
  const resources = (cpu: string, memory: string, limit: string) => ({
    requests: { cpu, memory },
    limits: { cpu: "1", memory: limit },
  });
  const off = { create: false };
  return {
    // Kept when the chart goes: with the kinds all Kustomizations would go, and with those what they delivered.
    crds: { annotations: { "helm.sh/resource-policy": "keep" } },
    // Every delivery acts as an account of its own namespace and refers to nothing outside it; the controllers
    // themselves hold no cluster-admin and may only act as such an account (A7.1, multi-tenancy lock-down).
    multitenancy: { enabled: true, defaultServiceAccount: NOBODY, privileged: false },
    // Who may edit a namespace must not thereby say what is delivered there.
    rbac: { createAggregation: false },
    // The chart's own opens every way out; the namespace says what is needed.
    policies: { create: false },
    cli: { resources: resources("50m", "64Mi", "256Mi") },
    sourceController: { resources: resources("100m", "128Mi", "1Gi") },
    kustomizeController: {
      // One works, the other takes over (leader election).
      replicas: replicas(config),
      resources: resources("250m", "256Mi", "1Gi"),
      // A base at an address of its own would be code that no revision of ours pins.
      container: { additionalArgs: ["--no-remote-bases=true"] },
    },
    // Charts, images and notices are nobody's here: what is not run needs no rights.
    helmController: off,
    notificationController: off,
    imageAutomationController: off,
    imageReflectionController: off,
  };
}
