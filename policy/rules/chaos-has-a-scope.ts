import { platform } from "../framework";
import { kindOf } from "../kind";
import { resourceRule } from "../rule";
import { flag } from "../setting";
import { at, isAbsent, isFields, items, UNKNOWN, several } from "../value";

/** An experiment without a selector hits whatever is nearest, production first. */
export const chaosHasAScope = resourceRule<{ allowed: boolean }>({
  name: "chaos-has-a-scope",
  description: "Chaos experiments name the namespaces and labels they hit.",
  severity: "high",
  framework: platform("E6.5", "Chaos against production needs an explicit scope."),
  requirement: "E6.5",
  remediation: "Set spec.selector.namespaces and labelSelectors, and a mode other than all.",
  url: "https://chaos-mesh.org/docs/define-chaos-experiment-scope/",
  settings: { allowed: flag("let experiments with a scope run here at all", true) },
  applies: (type) => kindOf(type)?.group === "chaos-mesh.org" && kindOf(type)?.kind.endsWith("Chaos") === true,
  judge({ properties }, verdict, { allowed }) {
    const spec = properties["spec"];
    if (spec === UNKNOWN) return verdict.undecided("spec");
    if (!allowed) return verdict.violation("no experiment may run here");
    const selector = at(spec, "selector");
    const [namespaces, labels] = several(items(at(selector, "namespaces")), at(selector, "labelSelectors"));
    if (namespaces === UNKNOWN || labels === UNKNOWN) return verdict.undecided("spec.selector");
    if (namespaces.length === 0) verdict.violation("spec.selector names no namespaces");
    if (!isFields(labels) || Object.keys(labels).length === 0) verdict.violation("spec.selector names no labels");
    if (isAbsent(at(spec, "mode")) || at(spec, "mode") === "all")
      verdict.violation("spec.mode hits all pods of the selector");
  },
});
