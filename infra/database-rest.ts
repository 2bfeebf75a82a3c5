import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig, WeeklyHours } from "./config";
import { TOOLS } from "./environments/pod";
import { PlatformNamespace, podMaximumOf } from "./environments/namespace";
import { policyDocument } from "./iam";
import { accountOf, clusterName, HOLD_TAG, type Tags } from "./naming";
import { shortestRestHours } from "./off-hours";
import { podIdentity } from "./pod-identity";
import { restrictedContainer } from "./release";
import { POSTGRES } from "./stateful/postgres";

export const DATABASE_REST = { namespace: "off-hours", account: "database-rest" } as const;
/** CloudNativePG's own: `on` ends every instance in order and keeps the volumes, `off` brings them back. */
export const HIBERNATION = "cnpg.io/hibernation";
/** How often an evening that is held looks again: well within the quarter of an hour after which nodes do. */
const LOOK_AGAIN_SECONDS = 60;
/** A morning's pod waits for the nodes of the morning. */
const LATEST_SECONDS = 3600;
const TOKEN = "/var/run/slipway";
const metadata = { name: DATABASE_REST.account, namespace: DATABASE_REST.namespace };

/** What brings a database to rest and back, by name. */
export interface DatabaseRest {
  readonly namespace: string;
  /** CronJob → its times, by the wall clock of the zone. */
  readonly schedules: Readonly<Record<string, string>>;
  /** `namespace/name` of Clusters of CloudNativePG. */
  readonly databases: readonly string[];
}

/**
 * The reference database hibernates outside working hours (H4.3): two CronJobs set and take back one annotation of one
 * Cluster. The evening's asks EKS for the hold of the environment, as the state machine does that takes the nodes, and
 * waits as long as somebody holds it; what cannot be asked puts nothing to rest.
 *
 * Rights: get and patch on that one Cluster, and `eks:DescribeCluster` on this cluster. No state, no cost.
 */
export function databaseRest(
  name: string,
  args: {
    readonly config: PlatformConfig;
    readonly hours: WeeklyHours;
    readonly tags: Tags;
    readonly provider: k8s.Provider;
    readonly clusterName: pulumi.Input<string>;
    /** Where the database is, once it is there. */
    readonly database: pulumi.Input<string>;
  },
  parent: pulumi.Resource,
): pulumi.Output<DatabaseRest> {
  const { config, hours, tags, provider } = args;
  const cluster = clusterName(config);
  const onCluster = { parent, provider };
  const namespace = new PlatformNamespace(
    `${name}-${DATABASE_REST.namespace}`,
    {
      name: DATABASE_REST.namespace,
      podSecurity: "restricted",
      // EKS's own API is asked for the hold, with credentials of the pod.
      allow: { toInternet: true, toPodIdentity: true },
      vpcCidr: config.network.cidr,
      ...podMaximumOf(config),
      provider,
    },
    { parent },
  );
  const identity = podIdentity(
    `${name}-database-rest`,
    {
      cluster: args.clusterName,
      namespace: DATABASE_REST.namespace,
      serviceAccount: DATABASE_REST.account,
      roleName: `${cluster}-database-rest`,
      policy: policyDocument([
        {
          actions: ["eks:DescribeCluster"],
          resources: [`arn:aws:eks:${config.region}:${accountOf(config)}:cluster/${cluster}`],
        },
      ]),
      tags,
    },
    { parent },
  );
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-database-rest`,
    { metadata: { ...metadata, namespace: namespace.name }, automountServiceAccountToken: false },
    onCluster,
  );
  const role = new k8s.rbac.v1.Role(
    `${name}-database-rest`,
    {
      metadata: { name: DATABASE_REST.account, namespace: args.database },
      rules: [
        {
          apiGroups: ["postgresql.cnpg.io"],
          resources: ["clusters"],
          resourceNames: [POSTGRES.cluster],
          verbs: ["get", "patch"],
        },
      ],
    },
    onCluster,
  );
  const bound = new k8s.rbac.v1.RoleBinding(
    `${name}-database-rest`,
    {
      metadata: { name: DATABASE_REST.account, namespace: args.database },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: DATABASE_REST.account },
      subjects: [{ kind: "ServiceAccount", name: DATABASE_REST.account, namespace: DATABASE_REST.namespace }],
    },
    { ...onCluster, dependsOn: [role] },
  );
  const jobs = Object.entries(cronJobs(config, hours)).map(
    ([which, spec]) =>
      new k8s.batch.v1.CronJob(
        `${name}-${which}`,
        { metadata: { name: which, namespace: namespace.name }, spec },
        { ...onCluster, dependsOn: [account, bound, identity] },
      ),
  );
  return pulumi
    .all([namespace.name, args.database, pulumi.all(jobs.map((job) => job.metadata.name))])
    .apply(([given, place]) => ({
      namespace: given,
      schedules: Object.fromEntries(Object.entries(cronJobs(config, hours)).map(([key, spec]) => [key, spec.schedule])),
      databases: [`${place}/${POSTGRES.cluster}`],
    }));
}

/** Specs of the CronJobs by name; Kubernetes keeps them to the wall clock of the zone. Pure. */
export function cronJobs(config: PlatformConfig, hours: WeeklyHours) {
  const job = (time: string, script: string, deadlineSeconds: number) => ({
    schedule: cronOf(hours.days, time),
    timeZone: hours.timeZone,
    concurrencyPolicy: "Replace",
    startingDeadlineSeconds: LATEST_SECONDS,
    successfulJobsHistoryLimit: 1,
    failedJobsHistoryLimit: 1,
    jobTemplate: {
      spec: {
        backoffLimit: 6,
        activeDeadlineSeconds: deadlineSeconds,
        template: { metadata: { labels: { app: DATABASE_REST.account } }, spec: podOf(config, script) },
      },
    },
  });
  return {
    "database-evening": job(hours.end, EVENING, shortestRestHours(hours) * 3600),
    "database-morning": job(hours.start, MORNING, LATEST_SECONDS),
  };
}

/** `0 20 * * 1,2,3`: Kubernetes' five fields, in the zone that stands beside them. */
export function cronOf(days: WeeklyHours["days"], time: string): string {
  const week = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  return `${minute} ${hour} * * ${days.map((day) => week.indexOf(day)).join(",")}`;
}

function podOf(config: PlatformConfig, script: string) {
  return {
    serviceAccountName: DATABASE_REST.account,
    automountServiceAccountToken: false,
    restartPolicy: "Never",
    securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name: DATABASE_REST.account,
        image: TOOLS,
        command: ["/bin/bash", "-c", script],
        env: [
          { name: "REGION", value: config.region },
          { name: "CLUSTER_NAME", value: clusterName(config) },
          { name: "DATABASE", value: `${POSTGRES.namespace}/clusters/${POSTGRES.cluster}` },
        ],
        resources: { requests: { cpu: "10m", memory: "32Mi" }, limits: { cpu: "100m", memory: "64Mi" } },
        securityContext: restrictedContainer,
        volumeMounts: [{ name: "token", mountPath: TOKEN, readOnly: true }],
      },
    ],
    volumes: [
      {
        name: "token",
        projected: {
          sources: [
            { serviceAccountToken: { path: "token", expirationSeconds: LATEST_SECONDS } },
            { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
          ],
        },
      },
    ],
  };
}

/** Credentials reach curl by its standard input, and no list of processes shows them. */
const COMMON = `set -uo pipefail
api() { printf 'header = "Authorization: Bearer %s"\\n' "$(cat ${TOKEN}/token)" | curl --config - --fail --silent --show-error --max-time 30 --cacert ${TOKEN}/ca.crt "$@"; }
hibernation() { api --request PATCH --header 'Content-Type: application/merge-patch+json' --data "{\\"metadata\\":{\\"annotations\\":{\\"${HIBERNATION}\\":\\"$1\\"}}}" --output /dev/null "https://kubernetes.default.svc/apis/postgresql.cnpg.io/v1/namespaces/$DATABASE"; }`;

const EVENING = `${COMMON}
field() { sed -n 's/.*"'"$1"'" *: *"\\([^"]*\\)".*/\\1/p'; }
held_until() {
  local given cluster
  given="$(printf 'header = "Authorization: %s"\\n' "$(cat "$AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")" | curl --config - --fail --silent --show-error --max-time 30 "$AWS_CONTAINER_CREDENTIALS_FULL_URI" | tr -d '\\n')" || return 1
  cluster="$(printf 'user = "%s:%s"\\nheader = "x-amz-security-token: %s"\\n' "$(printf %s "$given" | field AccessKeyId)" "$(printf %s "$given" | field SecretAccessKey)" "$(printf %s "$given" | field Token)" | curl --config - --aws-sigv4 "aws:amz:$REGION:eks" --fail --silent --show-error --max-time 30 "https://eks.$REGION.amazonaws.com/clusters/$CLUSTER_NAME" | tr -d '\\n')" || return 1
  printf %s "$cluster" | field ${HOLD_TAG}
}
while :; do
  UNTIL="$(held_until)" || exit 1
  # Both in UTC and of one form, so that their order as text is their order in time; another text is no time.
  [[ "$UNTIL" =~ ^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$ && "$UNTIL" > "$(date -u +%Y-%m-%dT%H:%M:%SZ)" ]] || break
  sleep ${LOOK_AGAIN_SECONDS}
done
hibernation on`;

const MORNING = `${COMMON}
hibernation off`;
