import { bool, definition, fields, list, map, open, selector, text } from "../schema";

/** The kind of trust-manager v0.24.0 that the platform writes. */
const key = fields({ name: text(), key: text(), selector: open, includeAllKeys: bool });
const target = fields({ key: text(), metadata: fields({ annotations: map, labels: map }) });
const bundle = fields({
  "sources!": list(fields({ configMap: key, secret: key, inLine: text(), useDefaultCAs: bool })),
  target: fields({ configMap: target, secret: target, additionalFormats: open, namespaceSelector: selector }),
});

export const trustManagerDefinitions = [
  definition({
    group: "trust.cert-manager.io",
    kind: "Bundle",
    scope: "Cluster",
    versions: ["v1alpha1"],
    spec: bundle,
  }),
];
