import type { PlatformOutputs } from "../../infra/outputs";
import type { Sandbox } from "../sandbox/sandbox";
import type { AwsReader } from "./aws/reader";
import type { Clients, Edge, Kubernetes } from "./check";
import { proxiedServices } from "./services";

export interface ClientsRequest {
  readonly target: "rehearsal" | "aws";
  readonly outputs: PlatformOutputs;
  readonly aws: AwsReader;
  readonly sandbox?: Sandbox;
}

/** Makes the clients of one environment's checks; those of a cluster stay, with their connections, as long as it does. */
export function clientMaker(): (request: ClientsRequest) => Promise<Clients> {
  const made = new Map<string, Promise<Kubernetes>>();
  const kept = (kubeconfig: string) => {
    const known = made.get(kubeconfig) ?? kubernetes(kubeconfig);
    made.set(kubeconfig, known);
    return known;
  };
  return (request) => createClients(request, kept);
}

/** The world as the checks of one phase may see it: what is not built yet fails when it is asked, not before. */
export async function createClients(
  { target, outputs, aws, sandbox }: ClientsRequest,
  connect = kubernetes,
): Promise<Clients> {
  const kubeconfig = kubeconfigOf(outputs, sandbox);
  return {
    aws,
    kubernetes: kubeconfig === undefined ? absentKubernetes : await connect(kubeconfig),
    edge: sandbox?.edge ?? (await realEdge()),
    services: sandbox?.services ?? proxiedServices(outputs.kubeconfig),
    proof:
      target === "aws"
        ? { aws: "real cloud", kubernetes: "real cloud" }
        : { aws: "stand-in", kubernetes: sandbox?.kubernetesProof ?? "stand-in" },
  };
}

/**
 * A rehearsal cluster may have come back under another port since the kubeconfig was stored, so its host is asked
 * first.
 */
function kubeconfigOf(outputs: Partial<PlatformOutputs>, sandbox: Sandbox | undefined): string | undefined {
  const now = outputs.cluster && sandbox?.kubeconfig(outputs.cluster.name);
  return now ?? outputs.kubeconfig;
}

async function kubernetes(kubeconfig: string): Promise<Kubernetes> {
  const { CoreV1Api, KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return { config, core: config.makeApiClient(CoreV1Api) };
}

/** Before the control plane is built: any use is a mistake of the check and says so. */
const absentKubernetes: Kubernetes = {
  get config(): never {
    throw new Error("there is no cluster before the control plane is built");
  },
  get core(): never {
    throw new Error("there is no cluster before the control plane is built");
  },
};

async function realEdge(): Promise<Edge> {
  const { createEdge } = await import("./edge.js");
  return createEdge();
}
