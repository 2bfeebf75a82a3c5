/** What controllers inside a rehearsal cluster may ask of the rehearsal account, as their real counterparts ask AWS. */
export interface Cloud {
  readonly region: string;
  /** Role bound to a service account by Pod Identity; undefined means the controller has no rights, and must say so. */
  podIdentityRole(
    cluster: string,
    namespace: string,
    serviceAccount: string,
  ): { roleArn: string; allowedActions: readonly string[] } | undefined;
  /** A Network Load Balancer for a Service; AWS errors (no tagged subnet, quota) are thrown with AWS's own code and text. */
  ensureLoadBalancer(request: {
    cluster: string;
    name: string;
    scheme: "internet-facing" | "internal";
    tags: Readonly<Record<string, string>>;
  }): Promise<{ arn: string; dnsName: string }>;
  deleteLoadBalancer(name: string): Promise<void>;
  /** Upsert of one record set in the hosted zone that owns the name. */
  putRecord(record: { name: string; type: "A" | "CNAME" | "TXT"; values: readonly string[] }): Promise<void>;
  deleteRecord(record: { name: string; type: "A" | "CNAME" | "TXT" }): Promise<void>;
  /** Launches an instance for Karpenter; capacity and zone as EC2 would give them. */
  launchInstance(request: {
    cluster: string;
    pool: string;
    instanceType: string;
    zone: string;
    capacityType: "on-demand" | "spot";
  }): Promise<{ id: string; privateDnsName: string; privateIp: string; zone: string }>;
  terminateInstance(id: string): Promise<void>;
  /** Buckets as a role uses them; refusals are thrown in AWS's words. */
  buckets(roleArn: string): Buckets;
  /** Current value of a secret of Secrets Manager, for a role; refusals are thrown in AWS's words. The read is audited. */
  readSecret(request: { roleArn: string; name: string }): Promise<string>;
}

/** Objects in S3, by bucket and key. */
export interface Buckets {
  list(bucket: string, prefix: string): readonly string[];
  get(bucket: string, key: string): string | undefined;
  put(bucket: string, key: string, body: string): void;
  remove(bucket: string, key: string): void;
}
