import type { AwsReader } from "../../../orchestrator/checks/aws/reader";
import type { CheckContext, Edge, Finding, PhaseCheck, Services, WaitUntil } from "../../../orchestrator/checks/check";
import { createClients } from "../../../orchestrator/checks/clients";
import type { PlatformConfig } from "../../../infra/config";
import type { PlatformOutputs } from "../../../infra/outputs";
import type { KubeObject, ObjectRef } from "../../../orchestrator/sandbox/kubernetes/object";
import { createServices } from "../../../orchestrator/sandbox/services";
import { open, type Fixture } from "../sandbox/kubernetes/fixture";
import { soundAws, awsReader } from "../../support/world";

/** Asks again while the cluster's own controllers are at work, a bounded number of times and without a clock. */
const persistent: WaitUntil = async ({ attempt }) => {
  let last = await attempt();
  for (let round = 0; !last.done && round < 60; round++) last = await attempt();
  return last;
};
/** Nothing in a world of objects alone will ever change by itself. */
export const impatient: WaitUntil = ({ attempt }) => attempt();

/** A real API with objects a test puts in and takes out, as the checks see it. */
export interface ClusterWorld {
  readonly fixture: Fixture;
  /** Applies an object, with a status when it has one; returns how to take it away again. */
  put(object: KubeObject): Promise<() => Promise<void>>;
  run(check: PhaseCheck, outputs: DeepPartial<PlatformOutputs>, more?: Partial<Surroundings>): Promise<Result>;
}
/** What a test says of the outputs: no more than its check reads. */
type DeepPartial<T> = { readonly [K in keyof T]?: T[K] extends object ? DeepPartial<T[K]> : T[K] };
export interface Surroundings {
  readonly aws: Partial<AwsReader>;
  readonly edge: Edge;
  readonly services: Services;
  readonly config: Partial<PlatformConfig>;
  readonly waitUntil: WaitUntil;
}
export interface Result {
  readonly findings: readonly Finding[];
  /** `A3.1 failed: detail` of everything that did not pass. */
  readonly bad: readonly string[];
  readonly diagnoses: readonly string[];
  readonly causes: readonly string[];
}

export async function openWorld(): Promise<ClusterWorld> {
  const cluster = await open();
  const { api } = cluster;
  const services = createServices(() => [cluster.access]);
  const fixture: Fixture = {
    ...cluster,
    async close() {
      services.close();
      await cluster.close();
    },
  };
  return {
    fixture,
    async put(object) {
      const { status, ...rest } = object;
      const ref: ObjectRef = {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name: object.metadata.name,
        namespace: object.metadata.namespace,
      };
      await api.apply(rest as KubeObject, { manager: "test", force: true });
      if (status !== undefined) await api.merge(ref, { status }, "status");
      return () => api.delete(ref);
    },
    async run(check, outputs, { aws = {}, edge, services: asked, config = {}, waitUntil = persistent } = {}) {
      const reader = awsReader(soundAws(), aws);
      const clients = await createClients({
        target: "rehearsal",
        outputs: { kubeconfig: fixture.access.kubeconfig, ...outputs } as PlatformOutputs,
        aws: reader,
      });
      const context: CheckContext = {
        clients: { ...clients, services: asked ?? services, ...(edge && { edge }) },
        outputs: outputs as PlatformOutputs,
        config: config as PlatformConfig,
        waitUntil,
      };
      const findings = await check.verify(context);
      const diagnoses = await check.diagnose(context, findings);
      return {
        findings,
        bad: findings
          .filter(({ verdict }) => verdict !== "passed")
          .map(({ requirement, verdict, detail }) => `${requirement} ${verdict}: ${detail}`),
        diagnoses: diagnoses.map(({ requirement, subjects }) => `${requirement} ${subjects.join(" ")}`),
        causes: diagnoses.map(({ cause }) => cause),
      };
    },
  };
}
