import type { Deployment } from "./deployment";
import { importStep } from "./imports";
import { emptyGoal, type ProviderRegistry } from "./providers";
import type { Registration } from "./registration";
import { StepFailed } from "./runner";
import { makeUrn, packageOf, STACK_TYPE, typeOf } from "./urn";

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
      const reference = wanted.provider ?? (await registry.defaultFor(packageOf(wanted.type), undefined));
      const provider = await registry.get(reference);
      const goal = { ...emptyGoal(wanted.type, wanted.name), parent, importId: wanted.id, protect: wanted.protect };
      if (deployment.olds.has(urn)) {
        deployment.failWithoutStep(`resource '${urn}' already exists`, urn);
        return;
      }
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
