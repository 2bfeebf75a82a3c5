import * as kms from "@pulumi/aws/kms";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { PlatformNamespace, podMaximumOf } from "./environments/namespace";
import { SERVICE_ACCOUNT } from "./external-secrets-values";
import { policyDocument } from "./iam";
import { clusterName, named, type Tags } from "./naming";
import type { SecretsOutput } from "./outputs";
import type { ClusterOutputs } from "./phases/02-cluster";
import type { NodePoolsOutputs } from "./phases/03-node-pools";
import type { CertificatesOutputs } from "./phases/05-certificates";
import { podIdentity } from "./pod-identity";
import { release } from "./release";
import {
  VAULT,
  VAULT_ADDRESS,
  VAULT_CERTIFICATE,
  VAULT_LABELS,
  VAULT_TLS,
  monitorSpec,
  vaultMembers,
  vaultNames,
  vaultValues,
} from "./vault-values";

export interface VaultArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: Pick<ClusterOutputs, "name" | "provider">;
  readonly nodePools: Pick<NodePoolsOutputs, "ready">;
  readonly certificates: Pick<CertificatesOutputs, "ready">;
  /** External Secrets, whose kind the store is of. */
  readonly operator: pulumi.Resource;
  /** Known once the kinds of the Prometheus operator are there. */
  readonly metrics: pulumi.Output<unknown>;
  /** Namespaces that may read through the store, by name. */
  readonly readers: readonly pulumi.Input<string>[];
}
export const noVault: SecretsOutput["vault"] = {
  namespace: "",
  name: "",
  members: 0,
  certificate: "",
  store: "",
  engine: "",
  prefix: "",
  keyArn: "",
  sealRoleArn: "",
};

/** The key/value engine that applications read from, version 2: a value that was overwritten can be had back. */
const ENGINE = "apps";
const API = 8200;
const MEMBERS = 8201;

/**
 * A Vault in the cluster for applications' secrets, beside Secrets Manager (A12.1): integrated storage, TLS by the internal
 * authority, unsealed by a KMS key that only its service account may use. A second ClusterSecretStore reads from it.
 *
 * A person initialises it and keeps its recovery keys, so nothing here waits for it to be ready. The key is protected:
 * without it nobody ever opens the storage again. Costs: 1 USD a month for the key, 20 GiB of gp3 for each member.
 */
export function vault(name: string, args: VaultArgs, parent: pulumi.Resource): pulumi.Output<SecretsOutput["vault"]> {
  const { config, tags, cluster, nodePools, certificates, operator, readers } = args;
  const child = { parent };
  const onCluster = { ...child, provider: cluster.provider };
  const { namespace: home, podSecurity } = charts.vault;
  const key = new kms.Key(
    `${name}-key`,
    {
      description: `Unseals Vault of ${clusterName(config)}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      tags: named(tags, `${name}-key`),
    },
    { ...child, protect: true },
  );
  new kms.Alias(`${name}-key`, { name: `alias/${clusterName(config)}-vault`, targetKeyId: key.keyId }, child);
  const identity = podIdentity(
    `${name}-seal`,
    {
      cluster: cluster.name,
      namespace: home,
      serviceAccount: VAULT,
      roleName: `${clusterName(config)}-vault`,
      policy: key.arn.apply((arn) =>
        policyDocument([{ actions: ["kms:Encrypt", "kms:Decrypt", "kms:DescribeKey"], resources: [arn] }]),
      ),
      tags,
    },
    child,
  );
  const namespace = new PlatformNamespace(
    `${name}-namespace`,
    {
      name: home,
      podSecurity,
      // KMS is asked over HTTPS, with credentials of the agent on the node; External Secrets alone reads.
      allow: {
        fromNamespaces: { [charts["external-secrets"].namespace]: [API] },
        toInternet: true,
        toPodIdentity: true,
      },
      vpcCidr: config.network.cidr,
      ...podMaximumOf(config),
      provider: cluster.provider,
    },
    child,
  );
  const among = [{ podSelector: { matchLabels: VAULT_LABELS } }];
  const ports = [API, MEMBERS].map((port) => ({ protocol: "TCP", port }));
  const members = new k8s.networking.v1.NetworkPolicy(
    `${name}-members`,
    {
      metadata: { name: "allow-members", namespace: namespace.name },
      spec: {
        podSelector: { matchLabels: VAULT_LABELS },
        policyTypes: ["Ingress", "Egress"],
        // A member joins by the API of another, and replicates over the cluster's own port.
        ingress: [{ from: among, ports }],
        egress: [{ to: among, ports }],
      },
    },
    onCluster,
  );
  const certificate = new k8s.apiextensions.CustomResource(
    `${name}-certificate`,
    {
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: VAULT_TLS, namespace: namespace.name },
      spec: {
        secretName: VAULT_TLS,
        dnsNames: vaultNames(config),
        ipAddresses: ["127.0.0.1"],
        ...VAULT_CERTIFICATE,
        privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
        usages: ["server auth"],
        issuerRef: { kind: "ClusterIssuer", name: "internal-ca" },
      },
    },
    { ...onCluster, dependsOn: [...certificates.ready] },
  );
  const installed = release(
    name,
    "vault",
    config,
    key.arn.apply((arn) => vaultValues(config, arn)),
    { ...onCluster, dependsOn: [identity, members, certificate, ...nodePools.ready] },
    namespace.name,
    // Its pods are ready when it is unsealed, and it is unsealed when a person has initialised it.
    { waits: false },
  );
  // Each member by itself, sealed ones too: which is what the Service of members is for.
  new k8s.apiextensions.CustomResource(
    `${name}-monitor`,
    {
      apiVersion: "monitoring.coreos.com/v1",
      kind: "ServiceMonitor",
      metadata: { name: VAULT, namespace: pulumi.all([namespace.name, args.metrics]).apply(([given]) => given) },
      spec: monitorSpec(),
    },
    onCluster,
  );
  const store = new k8s.apiextensions.CustomResource(
    `${name}-store`,
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: VAULT },
      spec: {
        provider: {
          vault: {
            server: VAULT_ADDRESS,
            path: ENGINE,
            version: "v2",
            caProvider: { type: "Secret", name: VAULT_TLS, namespace: home, key: "ca.crt" },
            auth: {
              kubernetes: {
                mountPath: "kubernetes",
                role: SERVICE_ACCOUNT,
                serviceAccountRef: {
                  name: SERVICE_ACCOUNT,
                  namespace: charts["external-secrets"].namespace,
                  // A token that is good for Vault and for nothing else.
                  audiences: [VAULT],
                },
              },
            },
          },
        },
        // As with the other store, namespaces are named, and no preview is among them (C2.7).
        conditions: [{ namespaces: [...readers] }],
      },
    },
    { ...onCluster, dependsOn: [operator, installed, certificate] },
  );
  return pulumi
    .all([namespace.name, store.metadata.name, key.arn, identity.roleArn])
    .apply(([where, called, keyArn, sealRoleArn]) => ({
      namespace: where,
      name: VAULT,
      members: vaultMembers(config),
      certificate: VAULT_TLS,
      store: called,
      engine: ENGINE,
      prefix: `${config.environment}/`,
      keyArn,
      sealRoleArn,
    }));
}
