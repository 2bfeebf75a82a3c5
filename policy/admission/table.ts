import { admissionPolicies, variables, type Manifest } from ".";
import type { PackConfig } from "../config";
import { environments, type Environment } from "../rule";

/** One rule as a cluster holds it, in every environment that has it switched on. */
export interface AdmissionRule {
  readonly name: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly message: string;
  /** What it looks at; left out for pods in every shape. */
  readonly resources?: readonly Manifest[];
  /** Held in exempt namespaces as well: a rule about namespaces themselves. */
  readonly everywhere?: true;
  /** Lists of conditions; environments differ in settings, so a rule may have several. */
  readonly conditions: readonly (readonly string[])[];
  /** Which conditions hold in an environment, and whether a violation may be denied there. */
  readonly environments: Readonly<Partial<Record<Environment, { conditions: number; mandatory: boolean }>>>;
}

/** The rules as data: what declares them in a cluster reads this and knows nothing of the pack. */
export interface AdmissionTable {
  readonly labels: Readonly<Record<string, string>>;
  /** Namespaces that admission leaves to Pod Security's own labels. */
  readonly exempt: readonly string[];
  /** What a rule about pods looks at, and what its conditions are written in. */
  readonly workloads: { readonly resources: readonly Manifest[]; readonly variables: readonly Manifest[] };
  readonly rules: readonly AdmissionRule[];
  /** Policies that mend, with their bindings. */
  readonly mutations: readonly Manifest[];
}

interface Emitted {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels: Record<string, string>; annotations?: object };
  readonly spec: {
    readonly matchConstraints: { readonly resourceRules: Manifest[] };
    readonly variables?: Manifest[];
    readonly validations: { readonly expression: string; readonly message: string }[];
    readonly validationActions: string[];
    readonly matchResources?: { namespaceSelector: { matchExpressions: { values: string[] }[] } };
  };
}

/** The table of these level files. Reads what `admissionPolicies` emits, so nothing is said twice. */
export function admissionTable(configs: Readonly<Record<Environment, PackConfig>>): AdmissionTable {
  const rules = new Map<string, AdmissionRule & { conditions: (readonly string[])[]; environments: object }>();
  const emitted = environments.map((environment) => {
    const objects = admissionPolicies({ environment, config: configs[environment], enforce: true }) as object[];
    return { environment, objects: objects as Emitted[] };
  });
  for (const { environment, objects } of emitted)
    for (const { kind, metadata, spec } of objects) {
      if (kind !== "ValidatingAdmissionPolicy") continue;
      const binding = objects.find((one) => one.kind === `${kind}Binding` && one.metadata.name === metadata.name);
      const rule = rules.get(metadata.name) ?? {
        name: metadata.name,
        annotations: metadata.annotations as Record<string, string>,
        message: String(spec.validations[0]?.message),
        ...(spec.variables === undefined && { resources: spec.matchConstraints.resourceRules }),
        ...(binding?.spec.matchResources === undefined && { everywhere: true as const }),
        conditions: [],
        environments: {},
      };
      rules.set(metadata.name, rule);
      const holds = spec.validations.map(({ expression }) => expression);
      const known = rule.conditions.findIndex((one) => JSON.stringify(one) === JSON.stringify(holds));
      const conditions = known < 0 ? rule.conditions.push(holds) - 1 : known;
      const mandatory = binding?.spec.validationActions.includes("Deny") === true;
      Object.assign(rule.environments, { [environment]: { conditions, mandatory } });
    }
  const all = emitted.flatMap(({ objects }) => objects);
  const workload = all.find(({ spec }) => spec.variables !== undefined);
  const [selector] = all.flatMap(({ spec }) => spec.matchResources ?? []);
  return {
    labels: all[0]?.metadata.labels ?? {},
    exempt: selector?.namespaceSelector.matchExpressions[0]?.values ?? [],
    workloads: { resources: workload?.spec.matchConstraints.resourceRules ?? [], variables: [...variables] },
    rules: [...rules.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    mutations: (emitted[0]?.objects ?? []).filter(({ kind }) => kind.startsWith("Mutating")) as unknown as Manifest[],
  };
}
