import type { Properties } from "../model";
import type { CheckFailure } from "../provider/client";
import { withoutOutputValues } from "../values";
import { plain, type Deployment } from "./deployment";
import type { Goal } from "./goal";
import type { Provider } from "./providers";
import { StepFailed } from "./runner";

/** Inputs as the provider takes them; what it refuses is told property by property, and no step is taken. */
export async function check(
  deployment: Deployment,
  provider: Provider,
  urn: string,
  olds: Properties | undefined,
  news: Properties,
): Promise<Properties> {
  const { inputs, failures } = await guarded(deployment, urn, () => provider.check(urn, olds, news));
  if (failures.length === 0) return inputs;
  for (const failure of failures) deployment.failWithoutStep(checkMessage(urn, failure), urn);
  throw new StepFailed(urn);
}

/** Remediates, then analyses (pulumi.md 8.5). A mandatory violation takes the step from an update, not from a preview. */
export async function judge(
  deployment: Deployment,
  goal: Goal,
  urn: string,
  inputs: Properties,
  provider: string | undefined,
): Promise<Properties> {
  const { policies } = deployment.request;
  if (policies === undefined) return inputs;
  const clear = withoutOutputValues(inputs);
  const remediated = await policies.remediate(deployment.analyzed(goal, urn, clear, provider));
  const { __internal: _internal, ...judged } = remediated;
  const accepted = await policies.analyze(deployment.analyzed(goal, urn, judged, provider));
  if (!accepted) {
    deployment.violated = true;
    if (!deployment.preview) {
      deployment.runner.failed = true;
      throw new StepFailed(urn);
    }
  }
  return remediated === clear ? inputs : remediated;
}

/** Check and Diff happen before a step exists: their failure is a diagnostic of the resource. */
export async function guarded<T>(deployment: Deployment, urn: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    deployment.failWithoutStep(plain(error).message, urn);
    throw new StepFailed(urn);
  }
}

function checkMessage(urn: string, failure: CheckFailure): string {
  const where = failure.property === "" ? "" : `: property ${failure.property}`;
  return `${urn.split("::").slice(2).join(" ")} resource has a problem${where}: ${failure.reason}`;
}
