import type { DeploymentRequest, DeploymentResult } from "../model";
import { Deployment } from "./deployment";
import { deleteAll, deletionsAfterUpdate, deletionsOfDestroy } from "./deletions";
import { importAll } from "./import-operation";
import { Monitor } from "./monitor";
import { ProviderRegistry } from "./providers";
import { refreshAll } from "./refresh";
import { Registration } from "./registration";
import { StepFailed, Stopped } from "./runner";
import { Transforms } from "./transforms";
import { writeReference } from "./urn";

/**
 * Performs one operation on one stack: runs the program against a monitor, takes the steps its resources need, deletes
 * what is left over, and reports all of it as engine events. Knows neither files nor flags; rejects only for mistakes
 * of its caller, every failure of a resource is a result.
 */
export async function deploy(request: DeploymentRequest): Promise<DeploymentResult> {
  const deployment = new Deployment(request);
  // Provider resources are registered like any other; the two need each other.
  const registry: ProviderRegistry = new ProviderRegistry(request.providers, deployment.olds, async (goal) => {
    const { urn, id } = await registration.register(goal);
    return writeReference({ urn, id });
  });
  const registration: Registration = new Registration(deployment, registry);
  const transforms = new Transforms();
  const monitor = new Monitor(deployment, registry, registration, transforms);
  registry.serving(await monitor.serve());
  const giveUp = () => void registry.cancel();
  request.interruption.cancelled.addEventListener("abort", giveUp, { once: true });
  try {
    await perform(deployment, registry, registration, monitor);
  } catch (error) {
    if (!(error instanceof Stopped) && !(error instanceof StepFailed))
      deployment.failWithoutStep(error instanceof Error ? error.message : String(error));
  } finally {
    await deployment.runner.drained();
    request.interruption.cancelled.removeEventListener("abort", giveUp);
    await registry.close();
    transforms.close();
    monitor.close();
  }
  return conclude(deployment);
}

async function perform(
  deployment: Deployment,
  registry: ProviderRegistry,
  registration: Registration,
  monitor: Monitor,
): Promise<void> {
  const { request } = deployment;
  warnOfPending(deployment);
  if (request.kind === "refresh") {
    if (request.program !== undefined) await runProgram(deployment, monitor);
    if (deployment.runner.stopped === undefined) await refreshAll(deployment, registry);
    return;
  }
  if (request.kind === "destroy") {
    if (request.program !== undefined) await runProgram(deployment, monitor);
    if (deployment.runner.stopped === undefined) await deleteAll(deployment, registry, deletionsOfDestroy(deployment));
    requireTargets(deployment);
    return;
  }
  if (request.kind === "import") return importAll(deployment, registry, registration);
  deployment.snapshot.settle((pending) => pending.type === "creating");
  await runProgram(deployment, monitor);
  requireTargets(deployment);
  if (deployment.runner.stopped !== undefined || (deployment.runner.failed && !request.options.continueOnError)) return;
  if (!deployment.programFailed) {
    const doomed = deletionsAfterUpdate(deployment);
    for (const state of deployment.forgotten) await deployment.snapshot.commit({ drop: [state] });
    await deleteAll(deployment, registry, doomed);
  }
  if (request.policies !== undefined && deployment.runner.stopped === undefined && !deployment.runner.failed) {
    if (!(await request.policies.analyzeStack(deployment.analyzedStack()))) deployment.violated = true;
  }
}

/** Waits for the program, but not past a stop: a program that hangs must not hold what has failed. */
async function runProgram(deployment: Deployment, monitor: Monitor): Promise<void> {
  const { request } = deployment;
  if (request.program === undefined) return;
  const ending = new AbortController();
  const { cancelled } = request.interruption;
  const stop = () => ending.abort();
  cancelled.addEventListener("abort", stop, { once: true });
  // The SDK waits for ever on a monitor that is terminating: ending the call is what ends the program.
  deployment.runner.whenStopped(stop);
  const result = await request.program.run({
    monitorAddress: monitor.address,
    engineAddress: monitor.address,
    organization: request.organization,
    project: request.project,
    stack: request.stack,
    config: request.config,
    configSecretKeys: request.configSecretKeys,
    dryRun: deployment.preview,
    parallel: request.options.parallel,
    signal: ending.signal,
  });
  cancelled.removeEventListener("abort", stop);
  await deployment.runner.drained();
  if (result.ok && monitor.loggedErrors === 0) return;
  deployment.programFailed = true;
  if (!deployment.runner.failed && !cancelled.aborted && !result.ok && monitor.loggedErrors === 0)
    deployment.failWithoutStep(result.message);
  deployment.runner.failed = true;
}

function requireTargets(deployment: Deployment): void {
  if (deployment.runner.failed) return;
  for (const urn of deployment.targets.unknownTargets())
    deployment.failWithoutStep(`Target '${urn}' could not be found in the stack.`);
}

function warnOfPending(deployment: Deployment): void {
  const { base, dryRun, options } = deployment.request;
  const open = base.pending.filter(
    ({ type, resource }) =>
      type === "creating" &&
      !options.clearPendingCreates &&
      !options.importPendingCreates.some(({ urn }) => urn === resource.urn),
  );
  if (dryRun || open.length === 0) return;
  const list = open.map(({ resource, type }) => `  * ${resource.urn}, interrupted while ${type}`).join("\n");
  deployment.events.diagnostic(
    "warning",
    `Attempting to deploy or update resources with ${open.length} pending operations from previous deployment.\n${list}\nThese resources are in an unknown state because the engine was interrupted while waiting for changes to complete.`,
  );
}

function conclude(deployment: Deployment): DeploymentResult {
  const { interruption } = deployment.request;
  if (interruption.cancelled.aborted && !interruption.terminated.aborted)
    deployment.events.diagnostic("error", "update canceled");
  if (deployment.violated && deployment.preview && deployment.events.errors.length === 0)
    deployment.events.diagnostic("error", "preview failed");
  const failed = deployment.runner.failed || deployment.violated || interruption.cancelled.aborted;
  return {
    result: interruption.terminated.aborted ? "canceled" : failed ? "failed" : "succeeded",
    changes: deployment.events.changes,
    snapshot: deployment.snapshot.current(),
    errors: deployment.events.errors,
  };
}
