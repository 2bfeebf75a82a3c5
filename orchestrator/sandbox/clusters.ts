import type { Account } from "./aws/account";
import { list, text } from "./aws/kind";
import type { Cloud } from "./cloud";
import { EmbeddedClusters } from "./cluster/embedded";

export interface ClustersRequest {
  readonly directory: string;
  readonly cloud: Cloud;
  readonly account: Account;
}

/** The clusters of one environment with what its charts' operators do in them, as they were when last closed. */
export async function openClusters({ directory, cloud, account }: ClustersRequest): Promise<EmbeddedClusters> {
  const dnsRecords = () => Promise.resolve(recordsOf(account));
  const clusters = new EmbeddedClusters(directory, async (access, host) => {
    // Loaded with the first cluster: an environment without one needs no operators.
    const { startOperators } = await import("./operators/start.js");
    return startOperators({ access, host, cloud, dnsRecords });
  });
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
