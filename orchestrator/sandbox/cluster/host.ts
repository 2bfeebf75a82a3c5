/** Where the stand-in for EKS gets its clusters from: the embedded API, or a real control plane. */
export interface ClusterHost {
  /** Starts the cluster, or finds it running; same name, same data, also after a restart of the process. */
  ensure(name: string, version: string): Promise<ClusterAccess>;
  /** Stops it and forgets its data. */
  remove(name: string): Promise<void>;
  /** The nodes a group contributes; replaces what the group had before, an empty list removes it. */
  setNodes(cluster: string, group: string, nodes: readonly NodeSpec[]): Promise<void>;
  get(name: string): ClusterAccess | undefined;
  close(): Promise<void>;
}

export interface ClusterAccess {
  readonly name: string;
  /** `1.36` */
  readonly version: string;
  /** `https://127.0.0.1:<port>`; the port may differ after a restart. */
  readonly endpoint: string;
  /** PEM. */
  readonly certificateAuthority: string;
  /** Admin bearer token. */
  readonly token: string;
  /** Complete admin kubeconfig, YAML. */
  readonly kubeconfig: string;
  /**
   * Whether admission webhooks are played. A real API server would call programs that nobody runs in a rehearsal, so
   * there they are not registered.
   */
  readonly playsWebhooks?: boolean;
  /** Whether custom kinds that nobody uses are served only once somebody writes one: each costs a real API server memory. */
  readonly servesOnDemand?: boolean;
}

export interface NodeSpec {
  /** `ip-10-10-0-12.eu-central-1.compute.internal` */
  readonly name: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Resource name → quantity: cpu, memory, pods, nvidia.com/gpu. */
  readonly capacity: Readonly<Record<string, string>>;
  readonly internalIp: string;
  /** `aws:///eu-central-1a/i-0…` */
  readonly providerId: string;
  /** Of its kubelet, `1.36`; that of the control plane when it joins, unless it says so. */
  readonly kubernetes?: string;
}
