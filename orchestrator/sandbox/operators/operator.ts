import { randomBytes } from "node:crypto";
import type { Cloud } from "../cloud";
import type { ClusterHost } from "../cluster/host";
import { at, listAt, type KubeObject } from "../kubernetes/object";
import type { GitFolder } from "./git";
import type { Kind, World } from "./world";

/** A controller that a chart installs. It runs while its Deployment is there and available, as in reality. */
export interface Operator {
  readonly name: string;
  /** Labels of its Deployment, or of its DaemonSet. */
  readonly deployment: Readonly<Record<string, string>>;
  /** It runs on each node, not once. */
  readonly everyNode?: true;
  readonly kinds: readonly Kind[];
  /** Brings the cluster one step nearer; `true` when something outside the cluster has to change before it can go on. */
  reconcile(context: OperatorContext): Promise<boolean>;
}

export interface OperatorContext {
  readonly world: World;
  readonly cluster: string;
  readonly cloud: Cloud;
  readonly host: ClusterHost;
  /** The operator's own Deployment: its settings are what this carries. */
  readonly self: KubeObject;
  /** RFC 3339, for conditions and certificates. */
  now(): string;
  /** Why the certificate authority of the Internet refuses an order; undefined when it does not. */
  acmeRefusal(server: string, names: readonly string[]): string | undefined;
  /** What a folder of the repository declares, as a checkout would show it. */
  git(folder: string): GitFolder | undefined;
  /** Records of the account's zones, as a DNS client would see them. */
  dnsRecords(): Promise<readonly DnsRecord[]>;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: string;
  readonly values: readonly string[];
}

export function namespaceOf(self: KubeObject): string {
  return self.metadata.namespace ?? "default";
}

/** Values of a repeatable flag of the first container. */
export function flags(self: KubeObject, flag: string): string[] {
  const args = listAt<string>(self, "spec", "template", "spec", "containers", 0, "args");
  return args.filter((arg) => arg.startsWith(`--${flag}=`)).map((arg) => arg.slice(flag.length + 3));
}

/** What the operator's service account may do in AWS; the reason in the SDK's words when it has no role. */
export function rightsOf({
  self,
  cloud,
  cluster,
}: OperatorContext): { allowed(action: string): boolean; roleArn: string } | undefined {
  const account = at(self, "spec", "template", "spec", "serviceAccountName");
  const role = cloud.podIdentityRole(cluster, namespaceOf(self), typeof account === "string" ? account : "default");
  if (role === undefined) return undefined;
  return {
    roleArn: role.roleArn,
    allowed: (action) => role.allowedActions.some((pattern) => matches(pattern, action)),
  };
}

function matches(pattern: string, action: string): boolean {
  const expression = pattern
    .split("*")
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${expression}$`, "i").test(action);
}

/** The AWS SDK's words of a pod without a role, for one operation. */
export function noCredentials(operation: string): string {
  return `operation error ${operation}, get identity: get credentials: failed to refresh cached credentials, no EC2 IMDS role found, operation error ec2imds: GetMetadata, canceled, context deadline exceeded`;
}

/** The AWS SDK's words of a role that may not do it. */
export function denied(operation: string, action: string, roleArn: string, resource: string): string {
  const [, , , , account = "", role = ""] = roleArn.split(":");
  const session = `arn:aws:sts::${account}:assumed-role/${role.slice(role.lastIndexOf("/") + 1)}/pod`;
  return `operation error ${operation}, https response error StatusCode: 403, api error AccessDenied: User: ${session} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
}

/** Tells of an object what happened; the same thing is told once and counted. */
export async function tell(
  { world, self, now }: OperatorContext,
  object: KubeObject,
  type: "Normal" | "Warning",
  reason: string,
  message: string,
): Promise<void> {
  const namespace = object.metadata.namespace ?? "default";
  const same = world
    .list("v1", "Event", namespace)
    .find(
      (event) =>
        at(event, "involvedObject", "uid") === object.metadata.uid &&
        event["reason"] === reason &&
        event["message"] === message,
    );
  if (same !== undefined) return;
  const time = now();
  const { apiVersion, kind, metadata } = object;
  await world.create({
    apiVersion: "v1",
    kind: "Event",
    metadata: { name: `${metadata.name}.${randomBytes(8).toString("hex")}`, namespace },
    involvedObject: { apiVersion, kind, name: metadata.name, namespace, uid: metadata.uid },
    type,
    reason,
    message,
    source: { component: self.metadata.name },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  });
}

export const message = (error: unknown): string => (error instanceof Error ? error.message : String(error));
