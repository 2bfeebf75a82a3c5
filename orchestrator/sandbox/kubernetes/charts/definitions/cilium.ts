import { bool, definition, fields, list, open, text } from "../schema";

/** Kinds of Cilium that the platform writes. */

const entityRule = fields({ toEntities: list(text()), fromEntities: list(text()), toPorts: list(open) });
export const ciliumDefinitions = [
  definition({
    group: "cilium.io",
    kind: "CiliumClusterwideNetworkPolicy",
    plural: "ciliumclusterwidenetworkpolicies",
    scope: "Cluster",
    versions: ["v2"],
    spec: fields({
      endpointSelector: open,
      enableDefaultDeny: fields({ egress: bool, ingress: bool }),
      egress: list(entityRule),
      ingress: list(entityRule),
    }),
  }),
];
