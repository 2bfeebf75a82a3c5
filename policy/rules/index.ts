import type { Rule } from "../rule";
import { adminPortsAreClosed } from "./admin-ports-are-closed";
import { clusterEndpointIsPrivate } from "./cluster-endpoint-is-private";
import { clusterSecretsAreEncrypted } from "./cluster-secrets-are-encrypted";
import { containersAreUnprivileged } from "./containers-are-unprivileged";
import { containersDoNotEscalate } from "./containers-do-not-escalate";
import { containersHaveResources } from "./containers-have-resources";
import { containersRunAsNonRoot } from "./containers-run-as-non-root";
import { instancesRequireImdsv2 } from "./instances-require-imdsv2";
import { namespacesDenyByDefault } from "./namespaces-deny-by-default";
import { nodesArePrivate } from "./nodes-are-private";
import { podsStayOffTheHost } from "./pods-stay-off-the-host";
import { resourcesCarryTags } from "./resources-carry-tags";
import { routesUseTls } from "./routes-use-tls";
import { volumesAreEncrypted } from "./volumes-are-encrypted";

/** Every rule of the pack; levels per environment are in ../config. */
export const rules: readonly Rule[] = [
  containersHaveResources,
  containersRunAsNonRoot,
  containersDoNotEscalate,
  containersAreUnprivileged,
  podsStayOffTheHost,
  namespacesDenyByDefault,
  routesUseTls,
  instancesRequireImdsv2,
  volumesAreEncrypted,
  clusterSecretsAreEncrypted,
  clusterEndpointIsPrivate,
  nodesArePrivate,
  adminPortsAreClosed,
  resourcesCarryTags,
];
