import path from "node:path";
import type { PlatformConfig } from "../../infra/config";
import { version as awsVersion } from "@pulumi/aws/package.json";
import { version as eksVersion } from "@pulumi/eks/package.json";
import { Account, accountIdOf } from "./aws/account";
import { rehearsalCloud } from "./aws/cloud";
import { awsStandIn, finishUnfinished } from "./aws/provider";
import { rehearsalReader } from "./aws/reader";
import { clustersFolder, type ClusterKind } from "./cluster-kind";
import { openClusters } from "./clusters";
import { createEdge } from "./edge";
import { eksStandIn } from "./eks/component";
import { Faults } from "./faults";
import { createKubernetesStandIn, KUBERNETES_VERSION } from "./kubernetes/provider";
import { serveProvider, type StandIn } from "./provider/serve";
import { createRandomStandIn, RANDOM_VERSION } from "./random/provider";
import type { Sandbox } from "./sandbox";
import { createServices } from "./services";

const CLUSTER = "aws:eks/cluster:Cluster";
const ZONE = "aws:route53/zone:Zone";

export interface SandboxRequest {
  readonly environment: string;
  /** Where the world of this environment lives; the same folder gives the same world again. */
  readonly directory: string;
  readonly config: PlatformConfig;
  /** What plays Kubernetes. */
  readonly cluster: ClusterKind;
  /** Leave real control planes running at the end. */
  readonly keepCluster?: boolean;
  /** The process's environment: where programs are looked for. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** File with rules of what is to go wrong. */
  readonly faults?: string;
  /** Told of what goes wrong in the world by itself: an operator that cannot do its work. */
  readonly warn?: (text: string) => void;
}

/**
 * The rehearsal world of one environment: its account, the clusters in it and the providers that build both, as either
 * engine attaches them. What fails to start leaves nothing running.
 * @throws SlipwayError `bad-faults`, or `world-corrupt` when the folder holds a damaged world.
 */
export async function startSandbox(request: SandboxRequest): Promise<Sandbox> {
  const { directory, config, faults, cluster, keepCluster = false, variables, warn } = request;
  const rules = faults === undefined ? new Faults() : Faults.read(faults);
  // The person who rehearses holds the role that will administer the real cluster (A2.2).
  const [caller = ""] = config.cluster.adminRoleArns;
  const account = new Account(path.join(directory, "account"), accountIdOf(caller), config.region, caller);
  const opened: (() => unknown)[] = [() => account.close()];
  // In reverse: servers before what they serve.
  const close = async () => {
    for (const one of opened.splice(0).reverse()) await one();
  };
  try {
    const aws = rehearsalReader(account);
    // Clusters call on the cloud for load balancers and nodes, and the cloud is an account whose EKS runs clusters.
    const surroundings = {
      account,
      get clusters() {
        return clusters;
      },
    };
    const clusters = await openClusters({
      directory: clustersFolder(directory),
      kind: cluster,
      keep: keepCluster,
      variables,
      acmeRefusal: (names) => rules.acmeRefusal(names),
      ...(warn && { warn }),
      cloud: rehearsalCloud(surroundings),
      account,
    });
    opened.push(() => clusters.close());
    await finishUnfinished(surroundings);
    const edge = createEdge({
      clusters: () => account.all(CLUSTER).flatMap(({ id }) => clusters.get(id) ?? []),
      dnsRecords: async () => {
        const zones = account.all(ZONE).map(({ id }) => aws.dnsRecords(id));
        return (await Promise.all(zones)).flat();
      },
    });
    opened.push(() => edge.close());
    const services = createServices(() => account.all(CLUSTER).flatMap(({ id }) => clusters.get(id) ?? []));
    opened.push(() => services.close());
    const kubernetes = createKubernetesStandIn({ clusters });
    opened.push(() => kubernetes.close());
    const ports: string[] = [];
    const serve = async (name: string, version: string, standIn: StandIn) => {
      const served = await serveProvider(version, standIn, rules);
      opened.push(() => served.close());
      ports.push(`${name}:${served.port}`);
    };
    await serve("aws", awsVersion, awsStandIn(surroundings));
    await serve("eks", eksVersion, eksStandIn(clusters));
    await serve("kubernetes", KUBERNETES_VERSION, kubernetes);
    await serve("random", RANDOM_VERSION, createRandomStandIn());
    return {
      engineEnvironment: { PULUMI_DEBUG_PROVIDERS: ports.join(",") },
      aws,
      edge,
      services,
      kubernetesProof: cluster === "control-plane" ? "real control plane" : "stand-in",
      kubeconfig: (name) => clusters.get(name)?.kubeconfig,
      // Objects in a cluster need no answer: they are applied under their own name, so a second create is the first.
      idsOf: (urn) => Promise.resolve(account.idsOf(urn)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
