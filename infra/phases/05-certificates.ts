import * as route53 from "@pulumi/aws/route53";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../charts";
import type { PlatformConfig } from "../config";
import { policyDocument } from "../iam";
import { clusterName, named, type Tags } from "../naming";
import type { CertificatesOutput } from "../outputs";
import { podIdentity } from "../pod-identity";
import { release, replicas, restrictedContainer } from "../release";
import type { ClusterOutputs } from "./02-cluster";
import type { NodePoolsOutputs } from "./03-node-pools";
import type { NetworkPolicyOutputs } from "./04-network-policy";

export interface CertificatesArgs {
  readonly config: PlatformConfig;
  readonly tags: Tags;
  readonly cluster: ClusterOutputs;
  readonly nodePools: NodePoolsOutputs;
  readonly networkPolicy: NetworkPolicyOutputs;
}
export type CertificatesOutputs = {
  readonly [key in keyof CertificatesOutput]: pulumi.Output<CertificatesOutput[key]>;
} & {
  readonly zoneId: pulumi.Output<string>;
  readonly nameServers: pulumi.Output<string[]>;
  /** cert-manager and its issuers: what a certificate needs before it. */
  readonly ready: pulumi.Resource[];
};

const acme = {
  "letsencrypt-staging": "https://acme-staging-v02.api.letsencrypt.org/directory",
  "letsencrypt-production": "https://acme-v02.api.letsencrypt.org/directory",
} as const;

/**
 * Phase 05: cert-manager and its issuers. Names are proven by DNS-01 on Route 53, so that a certificate exists before
 * anything is reachable and wildcards work; rights come by Pod Identity.
 *
 * The hosted zone, when the platform makes it, is protected: its name servers are what the parent zone points to.
 * Costs: 0.50 USD a month for a zone.
 */
export class Certificates extends pulumi.ComponentResource {
  readonly outputs: CertificatesOutputs;

  constructor(
    name: string,
    { config, tags, cluster, nodePools, networkPolicy }: CertificatesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("slipway:phase:Certificates", name, {}, opts);
    const child = { parent: this };
    const onCluster = { ...child, provider: cluster.provider };
    const namespace = networkPolicy.certManager.name;

    const zone = config.entryPoint.hostedZoneId
      ? { zoneId: pulumi.output(config.entryPoint.hostedZoneId), nameServers: pulumi.output<string[]>([]) }
      : new route53.Zone(
          `${name}-zone`,
          { name: config.domain, comment: `slipway ${config.environment}`, tags: named(tags, `${name}-zone`) },
          { ...child, protect: true },
        );
    const { zoneId, nameServers } = zone;

    const policy = zoneId.apply((zone) =>
      policyDocument([
        { actions: ["route53:GetChange"], resources: ["arn:aws:route53:::change/*"] },
        {
          actions: ["route53:ChangeResourceRecordSets"],
          resources: [`arn:aws:route53:::hostedzone/${zone}`],
          // A DNS-01 challenge is answered in a TXT record, and in nothing else.
          conditions: {
            "ForAllValues:StringEquals": { "route53:ChangeResourceRecordSetsRecordTypes": ["TXT"] },
          },
        },
        { actions: ["route53:ListResourceRecordSets"], resources: [`arn:aws:route53:::hostedzone/${zone}`] },
      ]),
    );
    const identity = podIdentity(
      `${name}-cert-manager`,
      {
        cluster: cluster.name,
        namespace: charts["cert-manager"].namespace,
        serviceAccount: "cert-manager",
        roleName: `${clusterName(config)}-cert-manager`,
        policy,
        tags,
      },
      child,
    );

    const manager = release(
      `${name}-cert-manager`,
      "cert-manager",
      config,
      certManagerValues(config),
      { ...onCluster, dependsOn: [identity, ...nodePools.ready] },
      namespace,
    );

    const afterManager = { ...onCluster, dependsOn: [manager] };
    const issuers = [
      ...Object.entries(acme).map(([issuer, server]) =>
        this.issuer(
          name,
          issuer,
          {
            acme: {
              server,
              email: config.certificates.email,
              privateKeySecretRef: { name: `${issuer}-account` },
              solvers: [
                {
                  selector: { dnsZones: [config.domain] },
                  dns01: { route53: { region: config.region, hostedZoneID: zoneId } },
                },
              ],
            },
          },
          afterManager,
        ),
      ),
      ...this.internalAuthority(name, config, namespace, afterManager),
    ];

    this.outputs = {
      namespace,
      issuers: pulumi.output([...Object.keys(acme), "internal-ca"]),
      defaultIssuer: pulumi.output(config.certificates.issuer),
      chartVersion: pulumi.output(config.charts["cert-manager"] ?? charts["cert-manager"].version),
      zoneId,
      nameServers,
      ready: [manager, ...issuers],
    };
    this.registerOutputs({ zoneId });
  }

  private issuer(
    name: string,
    issuer: string,
    spec: pulumi.Input<object>,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource {
    return new k8s.apiextensions.CustomResource(
      `${name}-${issuer}`,
      { apiVersion: "cert-manager.io/v1", kind: "ClusterIssuer", metadata: { name: issuer }, spec },
      opts,
    );
  }

  /** The alternative without ACME (A5.2): a root that signs itself, kept in cert-manager's namespace. */
  private internalAuthority(
    name: string,
    config: PlatformConfig,
    namespace: pulumi.Output<string>,
    opts: pulumi.CustomResourceOptions,
  ): k8s.apiextensions.CustomResource[] {
    const bootstrap = this.issuer(name, "internal-bootstrap", { selfSigned: {} }, opts);
    const root = new k8s.apiextensions.CustomResource(
      `${name}-internal-root`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: "internal-root", namespace },
        spec: {
          isCA: true,
          commonName: `Slipway ${config.environment} internal CA`,
          secretName: "internal-root",
          duration: "87600h",
          privateKey: { algorithm: "ECDSA", size: 256 },
          issuerRef: { kind: "ClusterIssuer", name: "internal-bootstrap" },
        },
      },
      { ...opts, dependsOn: [bootstrap] },
    );
    return [
      bootstrap,
      root,
      this.issuer(name, "internal-ca", { ca: { secretName: "internal-root" } }, { ...opts, dependsOn: [root] }),
    ];
  }
}

/** What the platform sets of the cert-manager chart, and why. */
function certManagerValues(config: PlatformConfig) {
  const resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "512Mi" } };
  const guarded = {
    podDisruptionBudget: { enabled: config.highAvailability },
    resources,
    containerSecurityContext: restrictedContainer,
  };
  return {
    // Kept when the chart goes: with the kinds all certificates would go too (A5.1).
    crds: { enabled: true, keep: true },
    replicaCount: replicas(config),
    ...guarded,
    webhook: { replicaCount: replicas(config, 3), ...guarded },
    cainjector: { replicaCount: replicas(config), ...guarded },
    serviceAccount: { name: "cert-manager" },
  };
}
