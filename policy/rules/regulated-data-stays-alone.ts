import { platform } from "../framework";
import { stackRule } from "../rule";
import { list } from "../setting";
import { at, text, UNKNOWN } from "../value";

/** What kind of data a namespace holds, as its owner says. */
const LABEL = "slipway.dev/data-class";

/** Whatever shares a cluster with card data is part of the audit, and one way more to it. */
export const regulatedDataStaysAlone = stackRule<{ regulated: readonly string[] }>({
  name: "regulated-data-stays-alone",
  description: "A cluster that holds regulated data holds no other.",
  severity: "high",
  framework: platform("E5.6", "Regulated data (PCI) never shares a cluster with other data."),
  requirement: "E5.6",
  remediation: `Move one of the two into a cluster of its own; namespaces say what they hold by the label ${LABEL}.`,
  url: "https://docs.aws.amazon.com/eks/latest/best-practices/regulatory-compliance.html",
  settings: { regulated: list("classes of data that stand alone", ["pci"]) },
  judge(stack, verdict, { regulated }) {
    const namespaces = stack
      .ofType("kubernetes:core/v1:Namespace")
      .map((namespace) => ({ namespace, held: at(namespace.metadata["labels"], LABEL) }));
    const known = namespaces.filter(({ held }) => typeof held === "string" && held !== "");
    const first = known.find(({ held }) => regulated.includes(text(held)));
    for (const { namespace, held } of namespaces)
      if (held === UNKNOWN) verdict.undecided(`what data ${namespace.title} holds`, namespace.urn);
    if (first === undefined) return;
    for (const { namespace, held } of known)
      if (held !== first.held)
        verdict.violation(
          `${namespace.title} holds ${text(held)} data beside ${text(first.held)} data in ${first.namespace.title}`,
          namespace.urn,
        );
  },
});
