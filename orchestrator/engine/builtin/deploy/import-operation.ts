import type { ImportRequest } from "../model";
import type { Deployment } from "./deployment";
import { importStep } from "./imports";
import { emptyGoal, type ProviderRegistry } from "./providers";
import type { Registration } from "./registration";
import { StepFailed } from "./runner";
import { makeUrn, packageOf, STACK_TYPE, typeOf, writeReference } from "./urn";

/** `pulumi import`: takes named resources into the state without a program; the program must declare them next. */
export async function importAll(
  deployment: Deployment,
  registry: ProviderRegistry,
  registration: Registration,
): Promise<void> {
  const { request } = deployment;
  const root =
    [...deployment.olds.values()].find((state) => typeOf(state.urn) === STACK_TYPE)?.urn ??
    (await registration.register({ ...emptyGoal(STACK_TYPE, `${request.project}-${request.stack}`), custom: false }))
      .urn;
  await Promise.all(
    request.options.imports.map(async (wanted) => {
      const parent = wanted.parent ?? root;
      const urn = makeUrn(request.stack, request.project, parent, wanted.type, wanted.name);
      if (deployment.olds.has(urn)) return deployment.failWithoutStep(`resource '${urn}' already exists`, urn);
      const missing = [parent, wanted.provider].find(
        (need) => need !== undefined && need !== root && !deployment.olds.has(need),
      );
      if (missing !== undefined)
        return deployment.failWithoutStep(`resource '${missing}' is not in the stack, and '${urn}' needs it`, urn);
      const reference = await providerOf(deployment, registry, wanted);
      const provider = await registry.get(reference);
      const goal = { ...emptyGoal(wanted.type, wanted.name), parent, importId: wanted.id, protect: wanted.protect };
      try {
        // Whatever the resource is like now is what is wanted of it.
        deployment.news.set(
          urn,
          await importStep(
            deployment,
            goal,
            urn,
            undefined,
            provider,
            reference,
            (inputs) => Promise.resolve(inputs),
            (imported) => Promise.resolve(imported),
          ),
        );
      } catch (error) {
        if (!(error instanceof StepFailed)) throw error;
      }
    }),
  );
}

/** Reference of the provider that is named, else of the package's default. */
function providerOf(deployment: Deployment, registry: ProviderRegistry, wanted: ImportRequest): Promise<string> {
  const named = wanted.provider === undefined ? undefined : deployment.olds.get(wanted.provider);
  if (named === undefined) return registry.defaultFor(packageOf(wanted.type), undefined);
  return Promise.resolve(writeReference({ urn: named.urn, id: named.id ?? "" }));
}
