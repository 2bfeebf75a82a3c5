import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { fluentBitValues, vectorValues, type Shipping } from "./log-shipping-values";
import { named, type Tags } from "./naming";
import type { ClusterOutputs } from "./phases/02-cluster";
import type { NodePoolsOutputs } from "./phases/03-node-pools";
import { release } from "./release";

export interface LogShippingArgs {
  readonly config: PlatformConfig;
  readonly shipping: Shipping;
  readonly tags: Tags;
  readonly cluster: Pick<ClusterOutputs, "provider">;
  readonly nodePools: Pick<NodePoolsOutputs, "ready">;
  /** The central store: where its names begin, what encrypts them, and through what namespaces read. */
  readonly prefix: string;
  readonly key: pulumi.Input<string>;
  readonly store: pulumi.Resource & { readonly metadata: pulumi.Output<{ name: string }> };
}

/** The Secret that the agents read, and the one of the central store that it follows. */
export const SHIPPING_SECRET = "log-shipping";
/** As every other Secret of the platform (A12.3). */
const REFRESH = "1h";

/**
 * A second agent on every node, besides Alloy: the organisation's own store of logs gets every line too (A9.2). Its token
 * is in the central store and reaches the pods as a Secret, never the chart's values; the first value opens nothing. The
 * pods may go to the destination's networks at its one port, and nowhere else that Alloy may not.
 *
 * The stored token is protected. Costs: 0.40 USD a month for it, and what leaves the network.
 */
export function logShipping(
  name: string,
  { config, shipping, tags, cluster, nodePools, prefix, key, store }: LogShippingArgs,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const onCluster = { parent, provider: cluster.provider };
  const { namespace } = charts.alloy;
  const { agent, destination } = shipping;
  const path = `${prefix}${SHIPPING_SECRET}`;
  const stored = new secretsmanager.Secret(
    `${name}-token`,
    {
      name: path,
      kmsKeyId: key,
      // As the other secrets of the environment: a month to have it back, none where data is disposable (B1.2).
      recoveryWindowInDays: config.environment === "dev" ? 0 : 30,
      tags: named(tags, `${name}-token`),
    },
    { parent, protect: true },
  );
  const first = new random.RandomPassword(`${name}-token`, { length: 36, special: false }, { parent });
  const filled = new secretsmanager.SecretVersion(
    `${name}-token`,
    { secretId: stored.id, secretString: pulumi.jsonStringify({ token: first.result }) },
    // Who puts the destination's token in must not be undone by the next update.
    { parent, ignoreChanges: ["secretString"] },
  );
  const secret = new k8s.apiextensions.CustomResource(
    `${name}-token`,
    {
      apiVersion: "external-secrets.io/v1",
      kind: "ExternalSecret",
      metadata: { name: SHIPPING_SECRET, namespace },
      spec: {
        refreshInterval: REFRESH,
        secretStoreRef: { kind: "ClusterSecretStore", name: store.metadata.name },
        target: { name: SHIPPING_SECRET, creationPolicy: "Owner", deletionPolicy: "Retain" },
        data: [{ secretKey: "token", remoteRef: { key: path, property: "token" } }],
      },
    },
    { ...onCluster, dependsOn: [store, filled] },
  );
  const out = new k8s.networking.v1.NetworkPolicy(
    `${name}-out`,
    {
      metadata: { name: "allow-log-shipping", namespace },
      spec: {
        podSelector: { matchLabels: { "app.kubernetes.io/name": agent } },
        policyTypes: ["Egress"],
        egress: [
          {
            to: destination.cidrs.map((cidr) => ({ ipBlock: { cidr } })),
            ports: [{ protocol: "TCP", port: destination.port }],
          },
        ],
      },
    },
    onCluster,
  );
  const installed = release(
    `${name}-${agent}`,
    agent,
    config,
    agent === "vector" ? vectorValues(config, destination) : fluentBitValues(config, destination),
    { ...onCluster, dependsOn: [secret, out, ...nodePools.ready] },
    namespace,
  );
  return installed.status.apply(() => `${namespace}/${agent}`);
}
