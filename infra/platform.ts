import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { platformTags } from "./naming";
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

/** The platform: one line per phase, in the order they are rolled out. The compiler forbids reading a later one. */
export function buildPlatform(config: PlatformConfig): ProgramOutputs {
  const tags = platformTags(config);
  const account = new aws.Provider("aws", { region: config.region as aws.Region, defaultTags: { tags } });
  const inAccount: pulumi.ComponentResourceOptions = { providers: [account] };

  const network = new Network("network", { config, tags }, inAccount).outputs;
  const cluster = new Cluster("cluster", { config, tags, network }, inAccount).outputs;
  const nodePools = new NodePools("node-pools", { config, tags, network, cluster }, inAccount).outputs;
  const networkPolicy = new NetworkPolicy("network-policy", { config, cluster, nodePools }, inAccount).outputs;
  const certificates = new Certificates("certificates", { config, tags, cluster, nodePools, networkPolicy }, inAccount)
    .outputs;
  const entryPoint = new EntryPoint(
    "entry-point",
    { config, tags, network, cluster, nodePools, networkPolicy, certificates },
    inAccount,
  ).outputs;
  const gitops = new Gitops("gitops", { config, cluster, nodePools }, inAccount).outputs;
  const metrics = new Metrics("metrics", { config, tags, cluster, nodePools }, inAccount).outputs;
  const { outputs: logs, traces } = new Logs("logs", { config, tags, cluster, nodePools, metrics }, inAccount);
  const mesh = new Mesh(
    "mesh",
    { config, cluster, nodePools, networkPolicy, certificates, entryPoint, gitops, metrics },
    inAccount,
  ).outputs;
  const stateful = new Stateful("stateful", { config, tags, cluster, nodePools, certificates, metrics }, inAccount)
    .outputs;
  const secrets = new Secrets("secrets", { config, tags, cluster, nodePools, networkPolicy }, inAccount).outputs;
  const autoscaling = new Autoscaling(
    "autoscaling",
    { config, tags, cluster, nodePools, networkPolicy, certificates, entryPoint, metrics, stateful },
    inAccount,
  ).outputs;
  const security = new Security("security", { config, cluster, nodePools }, inAccount).outputs;
  const backup = new Backup("backup", { config, tags, cluster, nodePools }, inAccount).outputs;
  const chaos = new Chaos("chaos", { config, tags, cluster, nodePools, autoscaling }, inAccount).outputs;
  const cost = new Cost("cost", { config, tags, cluster, nodePools, metrics }, inAccount).outputs;
  const dayTwo = new DayTwo("day-two", { config, cluster, metrics }, inAccount).outputs;
  const slos = new Slos("slos", { config, tags, cluster, metrics, secrets }, inAccount).outputs;
  const deliverables = new Deliverables("deliverables", { config, tags }, inAccount).outputs;

  const { contacts: _contacts, limit: _limit, ...budget } = config.budget;
  const accountId = network.clusterRoleArn.apply((arn) => arn.split(":")[4] ?? "");
  return {
    environment: accountId.apply((id): PlatformOutputs["environment"] => ({
      name: config.environment,
      region: config.region,
      accountId: id,
      tags,
      budget,
    })),
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
    nodePools: plain(nodePools, ["pools", "interruptionQueue", "nodeRoleName"]),
    networkPolicy: plain(networkPolicy, ["plugin", "daemonSet", "namespaces"]),
    certificates: plain(certificates, ["namespace", "issuers", "defaultIssuer", "chartVersion"]),
    entryPoint: plain(entryPoint, ["gatewayClass", "gateway", "domain", "zoneId", "nameServers", "demo"]),
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
    metrics: plain(metrics, [
      "namespace",
      "prometheus",
      "alertmanager",
      "grafana",
      "nodeExporter",
      "retentionDays",
      "longTermStore",
    ]),
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
    mesh: plain(mesh, ["kind", "namespace", "agents", "namespaces", "callers"]),
    stateful: plain(stateful, ["kafka", "postgres"]),
    secrets: plain(secrets, [
      "namespace",
      "store",
      "prefix",
      "paths",
      "keyArn",
      "readerRoleArn",
      "example",
      "files",
      "logShipping",
    ]),
    autoscaling: plain(autoscaling, ["metricsServerVersion", "demo", "namespace", "advice", "eventDriven"]),
    security: plain(security, ["personas", "environments", "privilegedNamespaces", "admission"]),
    backup: plain(backup, ["namespace", "location", "bucket", "keyArn", "writerRoleArn", "snapshotClass", "schedules"]),
    chaos: plain(chaos, ["tool", "namespace", "template", "scope", "experiments", "target"]),
    cost: plain(cost, ["namespace", "exporter", "dashboard", "exportBucket", "exportName", "teams", "offHours"]),
    dayTwo: plain(dayTwo, ["dashboard", "windows"]),
    slos: plain(slos, ["objectives", "rules", "alerts", "receivers", "addresses", "jobs", "dashboards"]),
    deliverables: plain(deliverables, ["bucket", "keyArn", "keptDays"]),
  };
}

/** One output of a phase's values; the resources a phase hands to later ones stay inside the program. */
function plain<T extends object, K extends keyof T & string>(outputs: T, keys: readonly K[]): pulumi.Output<never> {
  return pulumi.output(Object.fromEntries(keys.map((key) => [key, outputs[key]]))) as pulumi.Output<never>;
}
