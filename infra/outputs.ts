/**
 * The contract between the program and everything that reads it: key names and shapes of the stack outputs.
 * Types and names only. Each phase owns one top-level output; secrets are top-level outputs of their own, because a
 * secret nested in an object is handed out in clear text by the Automation API (pulumi/pulumi `stack.outputs()`).
 * A renamed or removed field is a breaking change and needs a line in CHANGELOG.md.
 */
export interface PlatformOutputs {
  readonly environment: EnvironmentOutput;
  readonly network: NetworkOutput;
  readonly cluster: ClusterOutput;
  /** Secret: admin kubeconfig with short-lived tokens (A2.2). YAML or JSON text. */
  readonly kubeconfig: string;
  readonly nodePools: NodePoolsOutput;
  readonly networkPolicy: NetworkPolicyOutput;
  readonly certificates: CertificatesOutput;
  readonly entryPoint: EntryPointOutput;
  readonly gitops: GitopsOutput;
  readonly metrics: MetricsOutput;
  readonly logs: LogsOutput;
  readonly traces: TracesOutput;
  readonly mesh: MeshOutput;
  readonly stateful: StatefulOutput;
  readonly secrets: SecretsOutput;
  readonly autoscaling: AutoscalingOutput;
  readonly security: SecurityOutput;
  readonly backup: BackupOutput;
  readonly chaos: ChaosOutput;
  readonly cost: CostOutput;
  readonly dayTwo: DayTwoOutput;
  readonly slos: SlosOutput;
  readonly deliverables: DeliverablesOutput;
}

export type EnvironmentName = "dev" | "staging" | "production";

export interface EnvironmentOutput {
  readonly name: EnvironmentName;
  readonly region: string;
  readonly accountId: string;
  readonly tags: Readonly<Record<string, string>>;
  /** USD a month per kind (B5). */
  readonly budget: Readonly<Record<string, number>>;
}

export interface SubnetOutput {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
}

export interface NetworkOutput {
  readonly vpcId: string;
  readonly cidr: string;
  readonly zones: readonly string[];
  readonly privateSubnets: readonly SubnetOutput[];
  readonly publicSubnets: readonly SubnetOutput[];
  /** One in dev, one per zone elsewhere (A1.2). */
  readonly natGatewayIds: readonly string[];
  readonly clusterRoleArn: string;
  readonly nodeRoleArn: string;
}

export interface ClusterOutput {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly endpoint: string;
  readonly publicEndpoint: boolean;
  readonly publicAccessCidrs: readonly string[];
  readonly oidcProviderArn: string;
  readonly secretsKeyArn: string;
  /** Managed add-on name → version. */
  readonly addons: Readonly<Record<string, string>>;
  /** Name of the managed group that carries system pods. */
  readonly systemNodeGroup: string;
}

export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
}

export interface NodePoolOutput {
  readonly name: string;
  /** Every node of the pool carries exactly these (A3.1, A3.4). */
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly capacityType: "on-demand" | "spot";
  readonly instanceTypes: readonly string[];
  /** Nodes that are always there; 0 means Karpenter adds them on demand. */
  readonly minimum: number;
}

export interface NodePoolsOutput {
  readonly pools: readonly NodePoolOutput[];
  readonly interruptionQueue: string;
  readonly nodeRoleName: string;
}

export interface NetworkPolicyOutput {
  /** `vpc-cni`, `cilium-chaining`, `cilium-eni` or `calico` (A4.1). */
  readonly plugin: string;
  /** What is chosen of Cilium, where it runs (A4.4); 0 is no mesh. */
  readonly cilium?:
    | {
        readonly kubeProxyReplacement: boolean;
        readonly layer7: boolean;
        readonly hubble: "off" | "nodes" | "relay";
        readonly clusterId: number;
      }
    | undefined;
  /** DaemonSet of the plugin that must run on every node, as namespace/name. */
  readonly daemonSet: string;
  /** Every namespace the product made so far, each with default deny in both directions and the baseline allows (A4.2). */
  readonly namespaces: readonly string[];
}

export interface CertificatesOutput {
  readonly namespace: string;
  readonly issuers: readonly string[];
  /** The issuer that entry points of this environment use (A5.4). */
  readonly defaultIssuer: string;
  readonly chartVersion: string;
}

export interface EntryPointOutput {
  readonly gatewayClass: string;
  readonly gateway: { readonly namespace: string; readonly name: string };
  readonly domain: string;
  readonly zoneId: string;
  /** What the parent zone has to delegate to; empty where the zone was given. */
  readonly nameServers: readonly string[];
  /** The example app (A6.2). */
  readonly demo: {
    readonly namespace: string;
    readonly host: string;
    readonly service: string;
    readonly deployment: string;
    readonly certificateSecret: string;
  };
}

export interface MetricsOutput {
  readonly namespace: string;
  /** Custom resource of Prometheus, its Service and the port it answers on (A8.2). */
  readonly prometheus: { readonly name: string; readonly service: string; readonly port: number };
  readonly alertmanager: string;
  /** Deployment and Service of Grafana, and the Secret with its first password. */
  readonly grafana: { readonly name: string; readonly secret: string };
  /** DaemonSet on every node, as namespace/name. */
  readonly nodeExporter: string;
  /** Days that Prometheus keeps by itself (B6.1). */
  readonly retentionDays: number;
  /** Id of the managed store; empty without one. */
  readonly longTermStore: string;
}

export interface MeshOutput {
  readonly kind: "none" | "istio-ambient" | "linkerd";
  /** Of the control plane; empty without a mesh. */
  readonly namespace: string;
  /** DaemonSets that must run on every node, as namespace/name. */
  readonly agents: readonly string[];
  /** Namespaces that joined, in their order (A10.2). */
  readonly namespaces: readonly string[];
  /** Namespaces of the platform whose pods call those, and speak the mesh's TLS to them. */
  readonly callers: readonly string[];
}

export interface GitopsOutput {
  /** What delivers (A7.5). */
  readonly engine: "argo-cd" | "flux";
  readonly namespace: string;
  readonly repository: string;
  /** What is delivered: a branch in dev and staging, a tag or a commit in production (A7.2). */
  readonly revision: string;
  /** The Application of applications, or the Kustomization of Kustomizations. */
  readonly root: string;
  /** Every Application or Kustomization that has to be there, the root among them. */
  readonly applications: readonly string[];
  /** AppProjects; each names what may come from where and go where. Flux has none: its rights are Roles. */
  readonly projects: readonly string[];
  /** Namespaces that applications are delivered into. */
  readonly targets: readonly string[];
}

export interface LogsOutput {
  /** DaemonSet of the collector, as namespace/name (A9.1). */
  readonly collector: string;
  /** The store: where it runs, the Service it answers at and its port. */
  readonly store: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly bucket: string;
  readonly keyArn: string;
  readonly writerRoleArn: string;
  readonly retentionDays: number;
  /** What one namespace may write in a day, bytes (A9.5). */
  readonly bytesPerNamespaceAndDay: number;
}

export interface TracesOutput {
  /** Where applications send their spans (A9.6): the Service, and its port of OTLP over HTTP. */
  readonly collector: { readonly namespace: string; readonly name: string; readonly port: number };
  /** The store: where it runs, the Service it answers at and its port. */
  readonly store: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly bucket: string;
  readonly writerRoleArn: string;
}

/** A data system that an operator runs (A11). */
export interface DataSystemOutput {
  readonly namespace: string;
  /** Its custom resource: a Kafka, or a Cluster of CloudNativePG. */
  readonly name: string;
  readonly members: number;
  /** Service that clients come in by, and its port. */
  readonly service: string;
  readonly port: number;
  /** Namespaces whose pods may reach it (A11.8). */
  readonly clients: readonly string[];
  /** PrometheusRule that watches it, and the alerts in it. */
  readonly rules: string;
  readonly alerts: readonly string[];
}
/** A database that AWS runs, outside of the cluster. */
export interface ManagedDatabaseOutput {
  readonly identifier: string;
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Where AWS keeps and rotates the master password. */
  readonly secretArn: string;
  readonly keyArn: string;
  readonly securityGroupId: string;
  readonly parameterGroup: string;
}

export interface StatefulOutput {
  /** Each an empty list where the environment's configuration has it off. */
  readonly kafka: readonly DataSystemOutput[];
  readonly postgres: readonly (DataSystemOutput & {
    /** Where the operator runs. */
    readonly operator: string;
    /** Names of ScheduledBackups; none where data is disposable (B4.1). */
    readonly schedules: readonly string[];
    /** Where archives and base backups go; empty without backup. */
    readonly bucket: string;
    readonly keyArn: string;
    readonly writerRoleArn: string;
  })[];
  /** With `stateful.postgres.engine: rds`. */
  readonly managed: readonly ManagedDatabaseOutput[];
}

export interface SecretsOutput {
  readonly namespace: string;
  /** The ClusterSecretStore through which namespaces read. */
  readonly store: string;
  /** Everything of this environment in the central store lies below it (A12.3): `slipway/dev/`. */
  readonly prefix: string;
  /** Names in the central store that the platform made. */
  readonly paths: readonly string[];
  readonly keyArn: string;
  /** The only role that reads below the prefix. */
  readonly readerRoleArn: string;
  /** An ExternalSecret as a team would write it, with the Secret it keeps. */
  readonly example: {
    readonly namespace: string;
    readonly name: string;
    readonly secret: string;
    readonly key: string;
    readonly path: string;
  };
  /** An example of a secret as a file (A12.2); all of it empty where there are none. */
  readonly files: {
    /** SecretProviderClass, and whose pods may mount it. */
    readonly namespace: string;
    readonly name: string;
    readonly serviceAccount: string;
    /** The file, and the secret of the central store that it is from. */
    readonly key: string;
    readonly path: string;
    readonly readerRoleArn: string;
  };
  /** A Vault in the cluster, for applications (A12.1); all of it empty where there is none. */
  readonly vault: {
    readonly namespace: string;
    /** The StatefulSet, and how many members its cluster has. */
    readonly name: string;
    readonly members: number;
    /** The Certificate of its listener. */
    readonly certificate: string;
    /** The ClusterSecretStore through which namespaces read, and the key/value engine it reads from. */
    readonly store: string;
    readonly engine: string;
    /** Everything of this environment in the engine lies below it: `dev/`. */
    readonly prefix: string;
    /** What unseals it, and the role that may use it. */
    readonly keyArn: string;
    readonly sealRoleArn: string;
  };
  /** The agent that ships logs to another store, as namespace/name; empty without one (A9.2). */
  readonly logShipping: string;
}

export interface AutoscalingOutput {
  /** Version of the EKS add-on metrics-server. */
  readonly metricsServerVersion: string;
  /** The autoscaler of the example app, and what A13.2 says of it. */
  readonly demo: {
    readonly namespace: string;
    readonly name: string;
    /** Per cent of the requested CPU. */
    readonly cpuTarget: number;
    readonly minimum: number;
    readonly maximum: number;
  };
  /** Where the recommender runs. */
  readonly namespace: string;
  /** VerticalPodAutoscalers as namespace/name; each only advises. */
  readonly advice: readonly string[];
  /** Where KEDA runs; empty where nothing scales by events. */
  readonly eventDriven: string;
}

export interface DeliverablesOutput {
  /** Where deliveries, reports and the ledger are kept. */
  readonly bucket: string;
  readonly keyArn: string;
  /** Days for which nothing in it can be overwritten or deleted (D7.2). */
  readonly keptDays: number;
}

/** Who somebody is to the API server. */
export interface PersonaOutput {
  readonly name: "developer" | "QA engineer" | "viewer" | "deliverer";
  readonly kind: "Group" | "ServiceAccount";
  /** Of a group as tokens carry it, or of an account. */
  readonly subject: string;
  /** Of a service account. */
  readonly namespace?: string;
}

export interface SecurityOutput {
  readonly personas: readonly PersonaOutput[];
  /** What each kind of application environment on this cluster binds in its namespace (C6.2 to C6.4): roles and bindings. */
  readonly environments: readonly {
    readonly kind: "preview" | "qa" | "staging" | "production";
    readonly manifests: readonly object[];
  }[];
  /** Namespaces that may have another Pod Security level than restricted (A14.1). */
  readonly privilegedNamespaces: readonly string[];
  readonly admission: {
    /** Names of the admission policies whose violations are refused. */
    readonly denied: readonly string[];
    /** Names of those that warn and leave a note. */
    readonly audited: readonly string[];
    /** Names of those that mend (E1.2). */
    readonly mending: readonly string[];
  };
}

export interface BackupOutput {
  readonly namespace: string;
  /** The BackupStorageLocation that backups go to by default. */
  readonly location: string;
  readonly bucket: string;
  readonly keyArn: string;
  /** The only role of the platform that reads and writes the bucket. */
  readonly writerRoleArn: string;
  /** VolumeSnapshotClass that Velero uses for volumes of the CSI driver. */
  readonly snapshotClass: string;
  /** None in dev (B4.1). */
  readonly schedules: readonly { readonly name: string; readonly cron: string; readonly keepHours: number }[];
}

export interface ChaosOutput {
  /** What brings faults about; in production nothing does unless it is asked for with a scope (E6.5). */
  readonly tool: "none" | "chaos-mesh" | "fault-injection-service";
  /** Where Chaos Mesh runs; empty without it. */
  readonly namespace: string;
  /** The experiment template of AWS Fault Injection Service; empty without it. */
  readonly template: string;
  /** Namespaces in which faults may be brought about, and nowhere else (A16.3). */
  readonly scope: readonly string[];
  /** Names of the table of experiments; none without a tool. */
  readonly experiments: readonly string[];
  /** The Deployment that a drill hits unless another is named. */
  readonly target: { readonly namespace: string; readonly name: string };
}

export interface SlosOutput {
  /** Share of requests that have to be good (A19.1). */
  readonly objectives: readonly { readonly name: string; readonly target: number }[];
  /** PrometheusRules, beside Prometheus. */
  readonly rules: readonly string[];
  /** Every alert that can fire by our own rules, by name. */
  readonly alerts: readonly string[];
  /** Receivers as Alertmanager names them (B6.2, B6.3). */
  readonly receivers: readonly string[];
  /** The Secret with the receivers' addresses, and its name in the central store. */
  readonly addresses: { readonly secret: string; readonly path: string };
  /** Values of the label `job` of what is scraped for these rules by monitors of ours. */
  readonly jobs: readonly string[];
  /** ConfigMaps with dashboards (B6.7, B6.8). */
  readonly dashboards: readonly string[];
}

export interface CostOutput {
  readonly namespace: string;
  /** Deployment and Service of OpenCost, and the port of its figures (A17.1). */
  readonly exporter: { readonly name: string; readonly port: number };
  /** ConfigMap of the dashboard, as namespace/name. */
  readonly dashboard: string;
  /** Where AWS writes what it bills, and under which name of Data Exports. */
  readonly exportBucket: string;
  readonly exportName: string;
  /** Namespaces of teams, each with quota and limits (A17.2). */
  readonly teams: readonly string[];
  /** What takes nodes away and brings them back (H4.3); empty where they are there around the clock. */
  readonly offHours: {
    readonly timeZone: string;
    /** Name in EventBridge Scheduler → its expression, by the wall clock of the zone. */
    readonly schedules: Readonly<Record<string, string>>;
    /** Names of the state machines. */
    readonly machines: readonly string[];
  };
  /** What puts databases in the cluster to rest and brings them back (H4.3); empty where none rests. */
  readonly databaseRest: {
    readonly namespace: string;
    /** CronJob → its times, by the wall clock of the zone. */
    readonly schedules: Readonly<Record<string, string>>;
    /** Clusters of CloudNativePG, as namespace/name. */
    readonly databases: readonly string[];
  };
}

export interface DayTwoOutput {
  /** ConfigMap with the daily and the weekly list, as namespace/name (H1.2). */
  readonly dashboard: string;
  /** When the environment may be changed without an override, for a person (H1.4). */
  readonly windows: readonly string[];
}
