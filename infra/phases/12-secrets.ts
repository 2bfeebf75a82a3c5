import * as kms from "@pulumi/aws/kms";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { PlatformNamespace, podMaximumOf } from "../environments/namespace";
import { guardedSpec } from "../environments/stable";
import { externalSecretsValues, SERVICE_ACCOUNT } from "../external-secrets-values";
import { logShipping } from "../log-shipping";
import { clusterName, named, type Tags } from "../naming";
import type { SecretsOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release } from "../release";
import { noFiles, secretFiles } from "../secret-files";
import { readerPolicy } from "../secret-reader";
import { noVault, vault } from "../vault";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { NetworkPolicyOutputs } from "./04-network-policy";
import type { CertificatesOutputs } from "./05-certificates";
import type { MetricsOutputs } from "./08-metrics";

export interface SecretsArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly networkPolicy: NetworkPolicyOutputs;
  readonly certificates: Pick<CertificatesOutputs, "ready">;
  readonly metrics: Pick<MetricsOutputs, "alertmanager">;
}
export type SecretsOutputs = { readonly [key in keyof SecretsOutput]: pulumi.Output<SecretsOutput[key]> };

/** What every environment keeps in the central store (A12.3). */
const PATHS = ["database-credentials", "api-keys", "certificates"] as const;
const STORE = "secrets-manager";
/** How often a Secret follows its source (A12.3). */
const REFRESH = "1h";
/** The example: one key of `api-keys`, whose first value is generated. */
const EXAMPLE = { name: "demo-api-key", key: "demo", path: "api-keys" } as const;

/**
 * Phase 12: AWS Secrets Manager as the central store, encrypted by a key of its own, and External Secrets that keeps
 * Kubernetes Secrets equal to it. One role, by Pod Identity, reads this environment's prefix and nothing else.
 *
 * The key and the stored secrets are protected: without the key every value is lost. Costs: 1 USD a month for the key,
 * 0.40 USD for each secret, calls by number (24 reads a day and ExternalSecret). Ships logs elsewhere where that is chosen.
 */
export class Secrets extends pulumi.ComponentResource {
  readonly outputs: SecretsOutputs;

  constructor(
    name: string,
    { config, tags, cluster, nodePools, networkPolicy, certificates, metrics }: SecretsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:phase:Secrets", name, {}, opts);
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const prefix = `slipway/${config.environment}/`;
    const guarded = guardedSpec(config);
    const { shipping } = config.monitoring.logs;
    const { key, paths, filled } = this.centralStore(name, prefix, config, tags);

    const namespace = new PlatformNamespace(
      `${name}-namespace`,
      {
        name: charts["external-secrets"].namespace,
        podSecurity: charts["external-secrets"].podSecurity,
        // Its webhook answers the API server; Secrets Manager and KMS are reached over HTTPS.
        allow: {
          fromApiServer: [10250],
          toInternet: true,
          toPodIdentity: true,
          ...(config.secrets.vault === "vault" && { toNamespaces: [charts.vault.namespace] }),
        },
        vpcCidr: config.network.cidr,
        ...podMaximumOf(config),
        provider: cluster.provider,
      },
      child,
    );
    const identity = podIdentity(
      `${name}-reader`,
      {
        cluster: cluster.name,
        namespace: charts["external-secrets"].namespace,
        serviceAccount: SERVICE_ACCOUNT,
        roleName: `${clusterName(config)}-external-secrets`,
        policy: key.arn.apply((arn) => readerPolicy(arn, `${prefix}*`)),
        tags,
      },
      child,
    );
    const operator = release(
      `${name}-external-secrets`,
      "external-secrets",
      config,
      externalSecretsValues(config),
      { ...onCluster, dependsOn: [identity, ...nodePools.ready] },
      namespace.name,
    );

    // After the operator: its kinds and the webhook that judges them have to be there first.
    const store = new k8s.apiextensions.CustomResource(
      `${name}-store`,
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ClusterSecretStore",
        metadata: { name: STORE },
        spec: {
          provider: { aws: { service: "SecretsManager", region: config.region } },
          // Namespaces that may read through it, by name: no others, whoever may write ExternalSecrets there.
          // No preview is among them, so that no pull request reads anything (C2.7).
          conditions: [
            {
              namespaces: [
                networkPolicy.demo.name,
                charts["kube-prometheus-stack"].namespace,
                ...(shipping === undefined ? [] : [charts.alloy.namespace]),
                ...(guarded === undefined ? [] : [guarded.names.namespace]),
              ],
            },
          ],
        },
      },
      { ...onCluster, dependsOn: [operator] },
    );
    const example = new k8s.apiextensions.CustomResource(
      `${name}-example`,
      {
        apiVersion: "external-secrets.io/v1",
        kind: "ExternalSecret",
        metadata: { name: EXAMPLE.name, namespace: networkPolicy.demo.name },
        spec: {
          refreshInterval: REFRESH,
          secretStoreRef: { kind: "ClusterSecretStore", name: STORE },
          target: { name: EXAMPLE.name, creationPolicy: "Owner", deletionPolicy: "Retain" },
          data: [{ secretKey: EXAMPLE.key, remoteRef: { key: `${prefix}${EXAMPLE.path}`, property: EXAMPLE.key } }],
        },
      },
      { ...onCluster, dependsOn: [store, filled] },
    );

    this.outputs = {
      namespace: namespace.name,
      store: store.metadata.name,
      prefix: pulumi.output(prefix),
      paths: pulumi.all(paths.map((secret) => secret.name)),
      keyArn: key.arn,
      readerRoleArn: identity.roleArn,
      example: pulumi
        .all([networkPolicy.demo.name, example.metadata.name])
        .apply(([exampleNamespace, exampleName]) => ({
          namespace: exampleNamespace,
          name: exampleName,
          secret: EXAMPLE.name,
          key: EXAMPLE.key,
          path: `${prefix}${EXAMPLE.path}`,
        })),
      files:
        config.secrets.files === "none"
          ? pulumi.output(noFiles)
          : secretFiles(
              `${name}-files`,
              {
                config,
                tags,
                cluster,
                nodePools,
                place: networkPolicy.demo.name,
                key,
                path: `${prefix}${EXAMPLE.path}`,
              },
              { property: EXAMPLE.key, filled },
              this,
            ),
      vault:
        config.secrets.vault === "none"
          ? pulumi.output(noVault)
          : vault(
              `${name}-vault`,
              {
                config,
                tags,
                cluster,
                nodePools,
                certificates,
                operator,
                metrics: metrics.alertmanager,
                // Applications alone: what the platform itself needs stays in Secrets Manager.
                readers: [networkPolicy.demo.name, ...(guarded === undefined ? [] : [guarded.names.namespace])],
              },
              this,
            ),
      // Here and not in phase 09, since its token comes out of the store.
      logShipping:
        shipping === undefined
          ? pulumi.output("")
          : logShipping(
              `${name}-log-shipping`,
              { config, shipping, tags, cluster, nodePools, prefix, key: key.arn, store },
              this,
            ),
    };
    this.registerOutputs({ prefix, keyArn: key.arn });
  }

  private centralStore(name: string, prefix: string, config: PlatformConfig, tags: Tags) {
    const kept = { parent: this, protect: true };
    const key = new kms.Key(
      `${name}-key`,
      {
        description: `Secrets below ${prefix}`,
        enableKeyRotation: true,
        deletionWindowInDays: 30,
        tags: named(tags, `${name}-key`),
      },
      kept,
    );
    new kms.Alias(
      `${name}-key`,
      { name: `alias/${clusterName(config)}-central-secrets`, targetKeyId: key.keyId },
      { parent: this },
    );
    const secrets = PATHS.map(
      (path) =>
        [
          path,
          new secretsmanager.Secret(
            `${name}-${path}`,
            {
              name: `${prefix}${path}`,
              kmsKeyId: key.arn,
              // What was deleted by mistake can be had back for a month, the longest AWS offers. In dev data is
              // disposable (B1.2), and a name that waits for its end would keep the next environment from being made.
              recoveryWindowInDays: config.environment === "dev" ? 0 : 30,
              tags: named(tags, `${name}-${path}`),
            },
            kept,
          ),
        ] as const,
    );
    const source = secrets.find(([path]) => path === EXAMPLE.path)?.[1];
    if (source === undefined) throw new Error(`the example reads ${EXAMPLE.path}, which is not among the paths`);
    const first = new random.RandomPassword(`${name}-${EXAMPLE.key}`, { length: 40, special: false }, { parent: this });
    const filled = new secretsmanager.SecretVersion(
      `${name}-${EXAMPLE.path}`,
      { secretId: source.id, secretString: pulumi.jsonStringify({ [EXAMPLE.key]: first.result }) },
      // The first value only: who rotates it, or adds keys, must not be undone by the next update.
      { parent: this, ignoreChanges: ["secretString"] },
    );
    return { key, paths: secrets.map(([, secret]) => secret), filled };
  }
}
