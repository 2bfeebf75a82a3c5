import { UNKNOWN, type Json, type Properties } from "../../engine/builtin/model";
import { containsUnknown } from "../../engine/builtin/values";
import { Construction, referenceTo } from "../provider/construction";
import { render } from "./charts";

/** Helm chart as a component: rendered by the provider, every object a resource of its own and no release kept. */
export const CHART = "kubernetes:helm.sh/v4:Chart";

const known = new Set(["name", "chart", "version", "namespace", "repositoryOpts", "values"]);

/**
 * Constructs `helm.v4.Chart` as the provider at 4.34.2 does for the options the platform uses: children under the
 * component, named `<component>:<namespace>/<object>`. Definitions go first, so that their kinds exist.
 */
export async function constructChart(request: unknown): Promise<unknown> {
  const construction = new Construction(request, "kubernetes");
  try {
    if (construction.type !== CHART)
      throw new Error(`the rehearsal's kubernetes has no component ${construction.type}: it offers ${CHART}`);
    const { inputs, name } = construction;
    const strange = Object.keys(inputs).filter((key) => !known.has(key));
    if (strange.length > 0) throw new Error(`the rehearsal's ${CHART} does not know ${strange.join(", ")}`);
    const component = await construction.component();
    if (containsUnknown(inputs)) return await construction.finish(component.urn, { resources: UNKNOWN }, []);
    const { definitions, objects } = render({
      chart: text(inputs, "chart"),
      version: typeof inputs["version"] === "string" ? inputs["version"] : undefined,
      release: typeof inputs["name"] === "string" ? inputs["name"] : name,
      namespace: typeof inputs["namespace"] === "string" ? inputs["namespace"] : "default",
      values: (inputs["values"] ?? {}) as Properties,
    });
    const all = [...definitions, ...objects];
    const first = all.filter(({ kind }) => kind === "CustomResourceDefinition");
    const rest = all.filter(({ kind }) => kind !== "CustomResourceDefinition");
    const resources: Json[] = [];
    let before: string[] = [];
    for (const wave of [first, rest]) {
      const children = await Promise.all(
        wave.map((object) => {
          const { namespace } = object.metadata;
          const local = namespace === undefined ? object.metadata.name : `${namespace}/${object.metadata.name}`;
          return construction.child(
            typeOf(object.apiVersion, object.kind),
            `${name}:${local}`,
            component.urn,
            object as unknown as Properties,
            { dependencies: before },
          );
        }),
      );
      resources.push(...children.map(referenceTo));
      before = children.map(({ urn }) => urn);
    }
    return await construction.finish(component.urn, { resources }, []);
  } finally {
    construction.close();
  }
}

function typeOf(apiVersion: string, kind: string): string {
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
}

function text(inputs: Properties, key: string): string {
  const value = inputs[key];
  if (typeof value !== "string" || value === "") throw new Error(`${CHART} needs ${key}`);
  return value;
}
