import { z } from "zod";
import type { KubeObject } from "../object";
import { fullName, type ChartTable } from "./chart";
import { barmanCloudDefinitions } from "./definitions/cloudnative-pg";
import { anything, configMap, labelsOf, placement, service, serviceAccount, workload } from "./workload";

const values = z.strictObject({
  ...placement,
  replicaCount: z.int().min(0).default(1),
  crds: z.strictObject({ create: z.boolean().default(true) }).prefault({}),
  containerSecurityContext: anything.default({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsUser: 10001,
    runAsGroup: 10001,
    seccompProfile: { type: "RuntimeDefault" },
    capabilities: { drop: ["ALL"] },
  }),
});
type Values = z.infer<typeof values>;

const CLIENT = "barman-cloud-client";
const SERVER = "barman-cloud-server";

/** The Barman plugin 0.7.0: what CloudNativePG asks for archives and base backups, over TLS by cert-manager. */
export const pluginBarmanCloud: ChartTable<Values> = {
  version: "0.7.0",
  appVersion: "v0.13.0",
  values,
  objects(given, { release, namespace }) {
    const name = fullName(release, "plugin-barman-cloud");
    const labels = labelsOf("plugin-barman-cloud", release);
    const issuer = `${name}-selfsigned-issuer`;
    const certificate = (called: string, usage: string): KubeObject => ({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: called, namespace, labels },
      spec: {
        commonName: called,
        dnsNames: ["barman-cloud"],
        duration: "2160h",
        renewBefore: "360h",
        isCA: false,
        issuerRef: { group: "cert-manager.io", kind: "Issuer", name: issuer },
        secretName: `${called}-tls`,
        usages: [usage],
      },
    });
    return [
      ...(given.crds.create
        ? barmanCloudDefinitions.map((definition) => ({
            ...definition,
            metadata: { ...definition.metadata, annotations: { "helm.sh/resource-policy": "keep" } },
          }))
        : []),
      serviceAccount(name, namespace, labels),
      configMap(`${name}-config`, namespace, labels, {
        SIDECAR_IMAGE: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar:v0.13.0",
      }),
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Issuer",
        metadata: { name: issuer, namespace, labels },
        spec: { selfSigned: {} },
      },
      certificate(CLIENT, "client auth"),
      certificate(SERVER, "server auth"),
      workload({
        name,
        namespace,
        labels,
        replicas: given.replicaCount,
        strategy: { type: "Recreate" },
        serviceAccount: name,
        podSecurityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
        containers: [
          {
            name: "barman-cloud",
            image: "ghcr.io/cloudnative-pg/plugin-barman-cloud:v0.13.0",
            args: ["operator", "--server-cert=/server/tls.crt", "--client-cert=/client/tls.crt", "--leader-elect"],
            ports: [{ containerPort: 9090, protocol: "TCP" }],
            resources: given.resources,
            securityContext: given.containerSecurityContext,
            readinessProbe: { tcpSocket: { port: 9090 }, initialDelaySeconds: 10, periodSeconds: 10 },
            volumeMounts: [
              { name: "server", mountPath: "/server" },
              { name: "client", mountPath: "/client" },
            ],
          },
        ],
        volumes: [
          { name: "server", secret: { secretName: `${SERVER}-tls` } },
          { name: "client", secret: { secretName: `${CLIENT}-tls` } },
        ],
        pod: {
          nodeSelector: given.nodeSelector,
          tolerations: given.tolerations,
          affinity: given.affinity,
          topologySpreadConstraints: given.topologySpreadConstraints,
        },
      }),
      service("barman-cloud", namespace, labels, [{ name: "barman", port: 9090, targetPort: 9090 }]),
    ];
  },
};
