import type { Account } from "./aws/account";
import { list, text } from "./aws/kind";
import type { Cloud } from "./cloud";
import type { ClusterKind } from "./cluster-kind";
import type { ClusterAccess, ClusterHost } from "./cluster/host";

export interface ClustersRequest {
  readonly directory: string;
  readonly cloud: Cloud;
  readonly account: Account;
  readonly kind: ClusterKind;
  /** Real control planes only: leave them running at the end. */
  readonly keep?: boolean;
  /** Where the programs of a real control plane are looked for. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Why the certificate authority of the Internet refuses an order for these names. */
  readonly acmeRefusal?: (names: readonly string[]) => string | undefined;
  /** Told once of each thing an operator cannot do; it goes on trying. */
  readonly warn?: (text: string) => void;
}

/** The clusters of one environment with what its charts' operators do in them, as they were when last closed. */
export async function openClusters(request: ClustersRequest): Promise<ClusterHost> {
  const { directory, cloud, account, kind, keep = false, variables, acmeRefusal, warn } = request;
  const dnsRecords = () => Promise.resolve(recordsOf(account));
  const told = new Set<string>();
  const tellOnce = (text: string) => {
    if (told.has(text)) return;
    told.add(text);
    warn?.(text);
  };
  const inhabit = async (access: ClusterAccess, host: ClusterHost) => {
    // Loaded with the first cluster: an environment without one needs no operators.
    const { startOperators } = await import("./operators/start.js");
    return startOperators({
      access,
      host,
      cloud,
      dnsRecords,
      acmeRefusal: (_server, names) => acmeRefusal?.(names),
      onError: (operator, error) => tellOnce(`rehearsal: ${operator} in ${access.name}: ${error.message}`),
    });
  };
  if (kind === "control-plane") {
    const { ControlPlanes } = await import("./control-plane/control-planes.js");
    const planes = new ControlPlanes({ directory, inhabit, keep, variables });
    await planes.resume();
    return planes;
  }
  const { EmbeddedClusters } = await import("./cluster/embedded.js");
  const clusters = new EmbeddedClusters(directory, inhabit);
  await clusters.resume();
  return clusters;
}

/** Records of the account's zones, as a resolver would find them. */
export function recordsOf(account: Account): { name: string; type: string; values: string[] }[] {
  return account.all("slipway:dns/record").map(({ inputs }) => ({
    name: text(inputs["name"]),
    type: text(inputs["type"]),
    values: list(inputs["values"]).map(text),
  }));
}
