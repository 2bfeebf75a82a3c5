import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { accountOf, platformTags } from "./naming";
import type { PlatformOutputs } from "./outputs";
import { Network } from "./phases/01-network";
import { Cluster } from "./phases/02-cluster";
import { NodePools } from "./phases/03-node-pools";
import { NetworkPolicy } from "./phases/04-network-policy";
import { Certificates } from "./phases/05-certificates";
import { EntryPoint } from "./phases/06-entry-point";
import { Gitops } from "./phases/07-gitops";
import { Metrics } from "./phases/08-metrics";
import { Logs } from "./phases/09-logs";
import { Mesh } from "./phases/10-mesh";
import { Stateful } from "./phases/11-stateful";
import { Secrets } from "./phases/12-secrets";
import { Autoscaling } from "./phases/13-autoscaling";
import { Security } from "./phases/14-security";
import { Backup } from "./phases/15-backup";
import { Chaos } from "./phases/16-chaos";
import { Cost } from "./phases/17-cost";
import { DayTwo } from "./phases/18-day-two";
import { Slos } from "./phases/19-slos";
import { Deliverables } from "./phases/20-deliverables";

/** Outputs of the program: the contract's keys, each known once its phase is there. */
export type ProgramOutputs = { readonly [key in keyof PlatformOutputs]: pulumi.Output<PlatformOutputs[key]> };

/**
 * Declares the platform: all of it, or in a first build only the phases up to the one that is being built. What comes
 * later is not there yet; declaring it each time would be half of what a rollout does.
 */
export function buildPlatform(config: PlatformConfig, through: number | undefined): Partial<ProgramOutputs>;
export function buildPlatform(config: PlatformConfig): ProgramOutputs;
export function buildPlatform(config: PlatformConfig, through = Infinity): Partial<ProgramOutputs> {
  const outputs: Partial<ProgramOutputs> = {};
  let built = 0;
  for (const filled of platform(config)) {
    Object.assign(outputs, filled);
    if (++built >= through) break;
  }
  return outputs;
}

/** Asked after each phase, with how many are declared and the outputs so far: whether the next one is declared too. */
export type MayGoOn = (declared: number, outputs: Partial<ProgramOutputs>) => Promise<boolean>;

/** Declares the platform phase by phase in one run: a first build, which is to prove each phase before it goes on. */
export async function buildInPhases(config: PlatformConfig, mayGoOn: MayGoOn): Promise<Partial<ProgramOutputs>> {
  const outputs: Partial<ProgramOutputs> = {};
  let declared = 0;
  for (const filled of platform(config)) {
    Object.assign(outputs, filled);
    if (!(await mayGoOn(++declared, { ...outputs }))) break;
  }
  return outputs;
}

/**
 * One statement per phase, in the order they are rolled out, and the outputs it fills. The compiler forbids reading a
 * later one.
 */
function* platform(config: PlatformConfig): Generator<Partial<ProgramOutputs>> {
  const tags = platformTags(config);
  // Credentials of another account are refused before anything is read or made there.
  const allowedAccountIds = [accountOf(config)];
  const account = new aws.Provider("aws", {
    region: config.region as aws.Region,
    allowedAccountIds,
    defaultTags: { tags },
  });
  const inAccount: pulumi.ComponentResourceOptions = { providers: [account] };

  const network = new Network("network", { config, tags }, inAccount).outputs;
  yield {
    environment: environment(config, tags, network),
    network: plain(network, [
      "vpcId",
      "cidr",
      "zones",
      "privateSubnets",
      "publicSubnets",
      "natGatewayIds",
      "clusterRoleArn",
      "nodeRoleArn",
    ]),
  };

  const cluster = new Cluster("cluster", { config, tags, network }, inAccount).outputs;
  yield {
    cluster: plain(cluster, [
      "name",
      "arn",
      "version",
      "endpoint",
      "publicEndpoint",
      "publicAccessCidrs",
      "oidcProviderArn",
      "secretsKeyArn",
      "addons",
      "systemNodeGroup",
    ]),
    kubeconfig: cluster.kubeconfig,
  };

  const nodePools = new NodePools("node-pools", { config, tags, network, cluster }, inAccount).outputs;
  yield { nodePools: plain(nodePools, ["pools", "interruptionQueue", "nodeRoleName"]) };

  const networkPolicy = new NetworkPolicy("network-policy", { config, tags, network, cluster, nodePools }, inAccount)
    .outputs;
  yield { networkPolicy: plain(networkPolicy, ["plugin", "cilium", "daemonSet", "namespaces"]) };

  const certificates = new Certificates("certificates", { config, tags, cluster, nodePools, networkPolicy }, inAccount)
    .outputs;
  yield { certificates: plain(certificates, ["namespace", "issuers", "defaultIssuer", "chartVersion"]) };

  const entryPoint = new EntryPoint(
    "entry-point",
    { config, tags, network, cluster, nodePools, networkPolicy, certificates },
    inAccount,
  ).outputs;
  yield { entryPoint: plain(entryPoint, ["gatewayClass", "gateway", "domain", "zoneId", "nameServers", "demo"]) };

  const gitops = new Gitops("gitops", { config, cluster, nodePools }, inAccount).outputs;
  yield {
    gitops: plain(gitops, [
      "engine",
      "namespace",
      "repository",
      "revision",
      "root",
      "applications",
      "projects",
      "targets",
    ]),
  };

  const metrics = new Metrics("metrics", { config, tags, cluster, nodePools }, inAccount).outputs;
  yield {
    metrics: plain(metrics, [
      "namespace",
      "prometheus",
      "alertmanager",
      "grafana",
      "nodeExporter",
      "retentionDays",
      "longTermStore",
    ]),
  };

  const { outputs: logs, traces } = new Logs("logs", { config, tags, cluster, nodePools, metrics }, inAccount);
  yield {
    logs: plain(logs, [
      "collector",
      "store",
      "bucket",
      "keyArn",
      "writerRoleArn",
      "retentionDays",
      "bytesPerNamespaceAndDay",
    ]),
    traces: plain(traces, ["collector", "store", "bucket", "writerRoleArn"]),
  };

  const mesh = new Mesh(
    "mesh",
    { config, cluster, nodePools, networkPolicy, certificates, entryPoint, gitops, metrics },
    inAccount,
  ).outputs;
  yield { mesh: plain(mesh, ["kind", "namespace", "agents", "namespaces", "callers"]) };

  const stateful = new Stateful(
    "stateful",
    { config, tags, network, cluster, nodePools, certificates, metrics },
    inAccount,
  ).outputs;
  yield { stateful: plain(stateful, ["kafka", "postgres", "managed"]) };

  const secrets = new Secrets(
    "secrets",
    { config, tags, cluster, nodePools, networkPolicy, certificates, metrics },
    inAccount,
  ).outputs;
  yield {
    secrets: plain(secrets, [
      "namespace",
      "store",
      "prefix",
      "paths",
      "keyArn",
      "readerRoleArn",
      "example",
      "files",
      "vault",
      "logShipping",
    ]),
  };

  const autoscaling = new Autoscaling(
    "autoscaling",
    { config, tags, cluster, nodePools, networkPolicy, certificates, entryPoint, metrics, stateful },
    inAccount,
  ).outputs;
  yield { autoscaling: plain(autoscaling, ["metricsServerVersion", "demo", "namespace", "advice", "eventDriven"]) };

  const security = new Security("security", { config, cluster, nodePools }, inAccount).outputs;
  yield { security: plain(security, ["personas", "environments", "privilegedNamespaces", "admission"]) };

  const backup = new Backup("backup", { config, tags, cluster, nodePools }, inAccount).outputs;
  yield {
    backup: plain(backup, ["namespace", "location", "bucket", "keyArn", "writerRoleArn", "snapshotClass", "schedules"]),
  };

  const chaos = new Chaos("chaos", { config, tags, cluster, nodePools, autoscaling }, inAccount).outputs;
  yield { chaos: plain(chaos, ["tool", "namespace", "template", "scope", "experiments", "target"]) };

  const cost = new Cost("cost", { config, tags, cluster, nodePools, metrics, stateful }, inAccount).outputs;
  yield {
    cost: plain(cost, [
      "namespace",
      "exporter",
      "dashboard",
      "exportBucket",
      "exportName",
      "teams",
      "offHours",
      "databaseRest",
    ]),
  };

  const dayTwo = new DayTwo("day-two", { config, cluster, metrics }, inAccount).outputs;
  yield { dayTwo: plain(dayTwo, ["dashboard", "windows"]) };

  const slos = new Slos("slos", { config, tags, cluster, metrics, secrets }, inAccount).outputs;
  yield { slos: plain(slos, ["objectives", "rules", "alerts", "receivers", "addresses", "jobs", "dashboards"]) };

  const deliverables = new Deliverables("deliverables", { config, tags }, inAccount).outputs;
  yield { deliverables: plain(deliverables, ["bucket", "keyArn", "keptDays"]) };
}

/** What an environment is called and where it is; its account is told by a role in it. */
function environment(
  { environment: name, region, budget }: PlatformConfig,
  tags: PlatformOutputs["environment"]["tags"],
  network: Network["outputs"],
): ProgramOutputs["environment"] {
  const { contacts: _contacts, limit: _limit, ...areas } = budget;
  return pulumi.output(network.clusterRoleArn).apply((arn): PlatformOutputs["environment"] => ({
    name,
    region,
    accountId: arn.split(":")[4] ?? "",
    tags,
    budget: areas,
  }));
}

/** One output of a phase's values; the resources a phase hands to later ones stay inside the program. */
function plain<T extends object, K extends keyof T & string>(outputs: T, keys: readonly K[]): pulumi.Output<never> {
  return pulumi.output(Object.fromEntries(keys.map((key) => [key, outputs[key]]))) as pulumi.Output<never>;
}
