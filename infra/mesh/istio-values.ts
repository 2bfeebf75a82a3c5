import type { PlatformConfig } from "../config";
import { replicas } from "../release";

/** Where images come from since 1.31; the registries of before end on 2026-12-08 (Istio 1.31, upgrade notes). */
const HUB = "docker.io/istio";
/** Its pods are on every node, also on tainted ones. */
const EVERYWHERE = [{ operator: "Exists" }];

/** What the platform sets of Istio's chart `base`, and why. */
export function baseValues() {
  // The account reads every Secret for clusters elsewhere; there is one cluster to a mesh (E1).
  return { global: { enableReaderRBAC: false } };
}

/** Of `istiod`, the control plane. */
export function istiodValues(config: PlatformConfig) {
  return {
    profile: "ambient",
    // Figures for an autoscaler are there from phase 13 on; a fixed number holds a mesh of this size.
    autoscaleEnabled: false,
    replicaCount: replicas(config),
    // Nothing is missing while it is updated: a mesh without it hands out no certificates.
    rollingMaxUnavailable: 0,
    // The chart asks for half a core and 2 GiB, for thousands of pods; it can grow to that.
    resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "2Gi" } },
    // All that is missing for the restricted level.
    seccompProfile: { type: "RuntimeDefault" },
    global: { hub: HUB, logAsJson: true },
  };
}

/** Of `cni`, which leads the traffic of pods that join into the node's proxy. */
export function cniValues() {
  return {
    profile: "ambient",
    global: { hub: HUB, logAsJson: true },
    resources: { requests: { cpu: "25m", memory: "64Mi" }, limits: { cpu: "250m", memory: "256Mi" } },
    tolerations: EVERYWHERE,
  };
}

/** Of `ztunnel`, the proxy of each node. */
export function ztunnelValues() {
  return {
    hub: HUB,
    logAsJson: true,
    // 512 MiB are for 200,000 pods (the chart's own words); a node here has 110. The limit keeps it from its neighbours (A10.5).
    resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    tolerations: EVERYWHERE,
  };
}
