import type * as kms from "@pulumi/aws/kms";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { clusterName, type Tags } from "./naming";
import type { SecretsOutput } from "./outputs";
import type { ClusterOutputs } from "./phases/02-cluster";
import type { NodePoolsOutputs } from "./phases/03-node-pools";
import { podIdentity } from "./pod-identity";
import { release } from "./release";
import { readerPolicy } from "./secret-reader";

export interface SecretFilesArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: Pick<ClusterOutputs, "name" | "provider">;
  readonly nodePools: Pick<NodePoolsOutputs, "ready">;
  /** Namespace of the example. */
  readonly place: pulumi.Output<string>;
  /** What the central store is encrypted by, and the one secret of it that the example reads. */
  readonly key: kms.Key;
  readonly path: string;
}
export const noFiles: SecretsOutput["files"] = {
  namespace: "",
  name: "",
  serviceAccount: "",
  key: "",
  path: "",
  readerRoleArn: "",
};

/** The example, and the service account whose pods may mount it. */
const EXAMPLE = "demo-files";
/** How soon a file follows its source, and how often each mounted one asks AWS (A12.3). */
const ROTATION = "1h";

/**
 * Secrets as files, without a Kubernetes Secret in between (A12.2): the Secrets Store CSI driver asks AWS's provider,
 * which reads as the pod that mounts, by that pod's own Pod Identity. Nobody else's role is used and no Secret is kept.
 *
 * Holds no state. Costs: calls by number, 24 reads a day and mounted secret.
 */
export function secretFiles(
  name: string,
  { config, tags, cluster, nodePools, place, key, path }: SecretFilesArgs,
  source: { readonly property: string; readonly filled: pulumi.Resource },
  parent: pulumi.Resource,
): pulumi.Output<SecretsOutput["files"]> {
  const onCluster = { parent, provider: cluster.provider };
  const driver = release(`${name}-driver`, "secrets-store-csi-driver", config, driverValues(), {
    ...onCluster,
    dependsOn: [...nodePools.ready],
  });
  const provider = release(
    `${name}-provider`,
    "secrets-store-csi-driver-provider-aws",
    config,
    providerValues(config),
    { ...onCluster, dependsOn: [driver] },
  );
  const account = new k8s.core.v1.ServiceAccount(
    `${name}-reader`,
    { metadata: { name: EXAMPLE, namespace: place }, automountServiceAccountToken: false },
    onCluster,
  );
  const identity = podIdentity(
    `${name}-reader`,
    {
      cluster: cluster.name,
      namespace: "demo",
      serviceAccount: EXAMPLE,
      roleName: `${clusterName(config)}-secret-files-demo`,
      // The ARN of a secret is its name, a hyphen and six characters of AWS's own.
      policy: key.arn.apply((arn) => readerPolicy(arn, `${path}-??????`)),
      tags,
    },
    { parent },
  );
  const given = new k8s.apiextensions.CustomResource(
    `${name}-example`,
    {
      apiVersion: "secrets-store.csi.x-k8s.io/v1",
      kind: "SecretProviderClass",
      metadata: { name: EXAMPLE, namespace: place },
      spec: {
        provider: "aws",
        parameters: {
          region: config.region,
          // Without it the provider asks for a role by annotation (IRSA), which the platform gives to nobody (A1.3).
          usePodIdentity: "true",
          // The provider reads YAML here, and JSON is YAML.
          objects: JSON.stringify([
            {
              objectName: path,
              objectType: "secretsmanager",
              jmesPath: [{ path: source.property, objectAlias: source.property }],
            },
          ]),
        },
      },
    },
    { ...onCluster, dependsOn: [provider, identity, account, source.filled] },
  );
  return pulumi
    .all([given.metadata.name, given.metadata.namespace, identity.roleArn])
    .apply(([called, namespace, readerRoleArn]) => ({
      namespace,
      name: called,
      serviceAccount: EXAMPLE,
      key: source.property,
      path,
      readerRoleArn,
    }));
}

/** What the platform sets of the Secrets Store CSI driver's chart, and why. */
export function driverValues() {
  return {
    // Off in the chart: a rotated secret would reach a pod at its next start only.
    enableSecretRotation: true,
    rotationPollInterval: ROTATION,
    // A file is not to become a Secret too, which is what External Secrets is for; and no right to write any.
    syncSecret: { enabled: false },
    // The pod's own token for the agent of Pod Identity; without it the provider cannot ask as the pod.
    tokenRequests: [{ audience: "pods.eks.amazonaws.com" }],
    // A node without the driver starts no pod that mounts: it comes before what needs it, on every node.
    linux: { priorityClassName: "system-node-critical" },
  };
}

/** What the platform sets of the chart of AWS's provider, and why. */
export function providerValues(config: PlatformConfig) {
  return {
    // The chart would bring a driver of the newest 1.x along.
    "secrets-store-csi-driver": { install: false },
    // Told, it need not ask pods and nodes where it is, and gets no right to.
    awsRegion: config.region,
    priorityClassName: "system-node-critical",
    // Wherever the driver is (its own default).
    tolerations: [{ operator: "Exists" }],
    resources: { requests: { cpu: "50m", memory: "100Mi" }, limits: { cpu: "100m", memory: "128Mi" } },
  };
}
