/**
 * The narrow view of an AWS account that checks, doctor and the destroy sweep need. Two implementations: `sdk.ts`
 * (AWS SDK v3, real cloud) and `../../sandbox/aws/reader.ts` (the rehearsal account). It reads; it never changes.
 */
export interface AwsReader {
  identity(): Promise<{ account: string; arn: string }>;
  availabilityZones(): Promise<string[]>;
  /** Kubernetes versions EKS offers in standard support, newest first. */
  kubernetesVersions(): Promise<string[]>;
  vpc(id: string): Promise<Vpc | undefined>;
  subnets(vpcId: string): Promise<Subnet[]>;
  routeTables(vpcId: string): Promise<RouteTable[]>;
  natGateways(vpcId: string): Promise<NatGateway[]>;
  /** EBS volumes of the region that are attached to nothing (H4.1). */
  unattachedVolumes(): Promise<UnattachedVolume[]>;
  /** Elastic IP addresses of the region that nothing answers at (H4.1). */
  unassociatedAddresses(): Promise<UnassociatedAddress[]>;
  role(name: string): Promise<Role | undefined>;
  cluster(name: string): Promise<Cluster | undefined>;
  nodeGroups(cluster: string): Promise<NodeGroup[]>;
  /** EKS upgrade insights that are not passing. */
  clusterInsights(cluster: string): Promise<Insight[]>;
  podIdentityAssociations(cluster: string): Promise<PodIdentityAssociation[]>;
  loadBalancers(): Promise<LoadBalancer[]>;
  bucket(name: string): Promise<Bucket | undefined>;
  /** An RDS instance by its identifier. */
  database(identifier: string): Promise<Database | undefined>;
  dnsRecords(zoneId: string): Promise<DnsRecord[]>;
  /** Latest reads of secrets that the audit log (CloudTrail) holds. */
  secretReads(): Promise<SecretRead[]>;
  /** Applied service quota by code, undefined when AWS does not list it. */
  quota(service: string, code: string): Promise<number | undefined>;
  /** Everything in the account that carries the tag, for the sweep after destroy (A21.4). */
  tagged(key: string, value: string): Promise<TaggedResource[]>;
}

export type Tags = Readonly<Record<string, string>>;
export interface Vpc {
  readonly id: string;
  readonly cidr: string;
  readonly tags: Tags;
}
export interface Subnet {
  readonly id: string;
  readonly zone: string;
  readonly cidr: string;
  readonly tags: Tags;
  readonly freeAddresses: number;
}
export interface RouteTable {
  readonly id: string;
  readonly main: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly {
    readonly destination: string;
    readonly natGatewayId?: string;
    readonly gatewayId?: string;
    readonly state: "active" | "blackhole";
  }[];
}
export interface NatGateway {
  readonly id: string;
  readonly subnetId: string;
  readonly state: string;
}
export interface UnattachedVolume {
  readonly id: string;
  readonly gib: number;
  readonly tags: Tags;
}
export interface UnassociatedAddress {
  readonly id: string;
  readonly address: string;
  readonly tags: Tags;
}
export interface Bucket {
  readonly name: string;
  /** Public access is blocked in all four ways. */
  readonly private: boolean;
  readonly versioned: boolean;
  /** Key it encrypts with; undefined for S3's own. */
  readonly keyArn?: string;
  /** Days for which nothing new can be deleted or overwritten. */
  readonly lockedDays: number;
}
export interface Database {
  readonly identifier: string;
  readonly status: string;
  readonly public: boolean;
  readonly multiAz: boolean;
  /** Key of its storage; undefined where it is not encrypted. */
  readonly keyArn?: string;
  readonly deletionProtection: boolean;
  readonly backupDays: number;
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly parameterGroup: string;
  /** Settings of that group have arrived, and do not wait for a restart. */
  readonly parametersInSync: boolean;
  /** Secret that AWS keeps the master password in; undefined where somebody else has it. */
  readonly secretArn?: string;
}
export interface Role {
  readonly name: string;
  readonly arn: string;
  /** Service principals the trust policy lets assume the role. */
  readonly trustedServices: readonly string[];
  readonly attachedPolicyArns: readonly string[];
}
export interface Cluster {
  readonly name: string;
  readonly status: string;
  readonly version: string;
  readonly endpoint: string;
  readonly publicEndpoint: boolean;
  readonly publicAccessCidrs: readonly string[];
  readonly privateEndpoint: boolean;
  readonly subnetIds: readonly string[];
  readonly roleArn: string;
  readonly logTypes: readonly string[];
  readonly secretsKeyArn?: string;
  readonly authenticationMode: string;
  /** Whoever created the cluster is its admin without an access entry that says so. */
  readonly creatorIsAdmin: boolean;
  readonly supportType: string;
  readonly deletionProtection: boolean;
  readonly tags?: Tags;
  readonly healthIssues: readonly { readonly code: string; readonly message: string }[];
}
export interface NodeGroup {
  readonly name: string;
  readonly status: string;
  readonly subnetIds: readonly string[];
  readonly desired: number;
  readonly healthIssues: readonly { readonly code: string; readonly message: string }[];
}
export interface Insight {
  readonly name: string;
  readonly status: string;
  readonly reason: string;
}
export interface PodIdentityAssociation {
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly roleArn: string;
}
export interface LoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
  readonly scheme: string;
  readonly state: string;
  readonly vpcId: string;
  readonly tags: Tags;
}
export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
}
export interface SecretRead {
  /** Name or ARN, as the reader gave it. */
  readonly secret: string;
  /** The role or user that read. */
  readonly reader: string;
  /** AWS's error code when the read was refused. */
  readonly error?: string;
}
export interface TaggedResource {
  readonly arn: string;
  readonly tags: Tags;
}
