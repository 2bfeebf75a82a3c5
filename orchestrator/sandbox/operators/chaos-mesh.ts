import { at, listAt, pathOf, selects, type KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";

const API = "chaos-mesh.org/v1alpha1";
/** Keeps an experiment until its fault is taken back. */
const FINALIZER = "chaos-mesh/records";
const INJECT = "chaos-mesh.org/inject";

/** The controller of Chaos Mesh: pods that it may hit are hit, and each experiment says which. */
export const chaosMesh: Operator = {
  name: "chaos-mesh",
  deployment: { "app.kubernetes.io/name": "chaos-mesh", "app.kubernetes.io/component": "controller-manager" },
  kinds: [
    { apiVersion: API, kind: "PodChaos" },
    { apiVersion: API, kind: "NetworkChaos" },
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "v1", kind: "Namespace" },
  ],
  async reconcile(context) {
    const { world } = context;
    for (const kind of ["PodChaos", "NetworkChaos"])
      for (const experiment of world.list(API, kind)) await act(context, experiment);
    return false;
  },
};

async function act(context: OperatorContext, experiment: KubeObject): Promise<void> {
  const { world } = context;
  if (experiment.metadata.deletionTimestamp !== undefined) {
    await world.guard(experiment, FINALIZER, false);
    return;
  }
  // Told once: what is hit by a fault stays hit until the experiment goes.
  if (at(experiment, "status", "experiment", "desiredPhase") !== undefined) return;
  const guarded = await world.guard(experiment, FINALIZER, true);
  const hit = chosen(context, experiment);
  if (at(experiment, "spec", "action") === "pod-kill")
    for (const { metadata } of hit)
      await world.api.delete(
        { apiVersion: "v1", kind: "Pod", name: metadata.name, namespace: metadata.namespace },
        "Background",
        Number(at(experiment, "spec", "gracePeriod") ?? 0),
      );
  const done = hit.length > 0;
  await world.status(guarded, {
    conditions: [
      { type: "Selected", status: done ? "True" : "False", ...(!done && { reason: "no pod is selected" }) },
      { type: "AllInjected", status: done ? "True" : "False" },
      { type: "AllRecovered", status: "False" },
      { type: "Paused", status: "False" },
    ],
    experiment: {
      desiredPhase: "Run",
      containerRecords: hit.map(({ metadata }) => ({
        id: pathOf(metadata),
        selectorKey: ".",
        phase: "Injected",
        injectedCount: 1,
        recoveredCount: 0,
      })),
    },
  });
}

/** Pods that the selector names, in namespaces that may be hit, as many as the mode says. */
function chosen({ world, self }: OperatorContext, experiment: KubeObject): KubeObject[] {
  const filtering = listAt<{ name: string; value?: string }>(
    self,
    ...["spec", "template", "spec", "containers", 0, "env"],
  ).some(({ name, value }) => name === "ENABLE_FILTER_NAMESPACE" && value === "true");
  const namespaces = listAt<string>(experiment, "spec", "selector", "namespaces").filter((name) => {
    const found = world.get({ apiVersion: "v1", kind: "Namespace", name });
    return !filtering || found?.metadata.annotations?.[INJECT] === "enabled";
  });
  const labels = at(experiment, "spec", "selector", "labelSelectors") ?? {};
  const pods = namespaces
    .flatMap((namespace) => world.list("v1", "Pod", namespace))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined && selects(labels, metadata.labels));
  const mode = at(experiment, "spec", "mode");
  return mode === "all" ? pods : pods.slice(0, mode === "fixed" ? Number(at(experiment, "spec", "value") ?? 1) : 1);
}
