import { charts } from "./charts";
import type { PlatformConfig } from "./config";
import { replicas, restrictedContainer } from "./release";

/** StatefulSet, service account and the name its Services begin with. */
export const VAULT = "vault";
/** Secret that cert-manager writes: what the listener serves with, and the authority that clients trust. */
export const VAULT_TLS = "vault-tls";
/** Pods of the server, as the chart labels them. */
export const VAULT_LABELS = {
  "app.kubernetes.io/name": VAULT,
  "app.kubernetes.io/instance": VAULT,
  component: "server",
};
/** Service in front of the member that is active, whose name is in the certificate. */
export const VAULT_ADDRESS = `https://${VAULT}-active.${charts.vault.namespace}.svc:8200`;
const TLS_FOLDER = "/vault/userconfig/vault-tls";
/** 90 days, of which the last 30 are for the renewal: nothing comes within 14 days of its end (H1.2). */
export const VAULT_CERTIFICATE = { duration: "2160h", renewBefore: "720h" };

/** Three keep a majority when a zone fails, and one in each zone; else one. */
export const vaultMembers = (config: PlatformConfig): number => replicas(config, 3);

/** Every name by which Vault is called: the Services, each member by its own, and the shell in its pod. */
export function vaultNames(config: PlatformConfig): string[] {
  const { namespace } = charts.vault;
  const services = [VAULT, `${VAULT}-active`, `${VAULT}-standby`].flatMap((one) => [
    one,
    `${one}.${namespace}`,
    `${one}.${namespace}.svc`,
    `${one}.${namespace}.svc.cluster.local`,
  ]);
  const members = memberNames(config).flatMap((one) => [one, `${one}.${namespace}.svc.cluster.local`]);
  return [...services, ...members, "localhost"];
}
const memberNames = (config: PlatformConfig): string[] =>
  Array.from({ length: vaultMembers(config) }, (_, index) => `${VAULT}-${index}.${VAULT}-internal`);

/** What the platform sets of the Vault chart, and why. `keyArn` is what unseals it. */
export function vaultValues(config: PlatformConfig, keyArn: string) {
  const members = vaultMembers(config);
  return {
    // On by default in the chart: secrets would go over the network in the clear (E4).
    global: { tlsDisable: false },
    // External Secrets is the one way into a pod: no webhook that changes every pod, no second agent.
    injector: { enabled: false },
    server: {
      // Integrated storage holds everything in memory besides; the chart sets none.
      resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "1Gi" } },
      // The chart's own is replaced whole. Vault needs no mlock, see below, and so no capability.
      statefulSet: { securityContext: { container: restrictedContainer } },
      // One at a time and the next one only when it is unsealed, which the key does: no fix waits for a person.
      updateStrategyType: "RollingUpdate",
      // A change of the settings reaches the members.
      includeConfigAnnotation: true,
      logFormat: "json",
      dataStorage: { enabled: true, size: "10Gi", storageClass: "gp3" },
      // Apart from the data: a full audit volume must not stop what is stored from being written.
      auditStorage: { enabled: true, size: "10Gi", storageClass: "gp3" },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
      // The start script writes the final settings to /tmp, and the root file system is read-only.
      volumes: [
        { name: VAULT_TLS, secret: { secretName: VAULT_TLS } },
        { name: "tmp", emptyDir: {} },
      ],
      volumeMounts: [
        { name: VAULT_TLS, mountPath: TLS_FOLDER, readOnly: true },
        { name: "tmp", mountPath: "/tmp" },
      ],
      // Who runs `vault` in the pod trusts the same authority as everybody else.
      extraEnvironmentVars: { VAULT_CACERT: `${TLS_FOLDER}/ca.crt`, AWS_REGION: config.region },
      // Off in the chart. Closed is no reason to be restarted: a Vault that waits for a person is alive.
      livenessProbe: {
        enabled: true,
        path: "/v1/sys/health?standbyok=true&sealedcode=204&uninitcode=204",
        failureThreshold: 6,
      },
      // Vault reads its certificate at its start and on SIGHUP only; without this the renewed one would never be served.
      postStart: ["/bin/sh", "-c", RELOAD],
      ...(config.highAvailability && { topologySpreadConstraints: [zones] }),
      ha: {
        enabled: true,
        replicas: members,
        // A pod's address, the chart's default, is in no certificate.
        apiAddr: VAULT_ADDRESS,
        // With one member it would keep its node from ever being drained.
        disruptionBudget: { enabled: config.highAvailability, ...(config.highAvailability && { maxUnavailable: 1 }) },
        raft: { enabled: true, setNodeId: true, config: settings(config, keyArn) },
      },
    },
  };
}

/** Volumes are of one zone for good: two members in one would be lost together (A11.3, B4.2). */
const zones = {
  maxSkew: 1,
  topologyKey: "topology.kubernetes.io/zone",
  whenUnsatisfiable: "DoNotSchedule",
  labelSelector: { matchLabels: VAULT_LABELS },
};

/** Looks every ten minutes, which a renewal 30 days ahead does not notice. */
const RELOAD = [
  `sum() { md5sum ${TLS_FOLDER}/tls.crt; }`,
  "(was=$(sum); while sleep 600; do now=$(sum)",
  '[ "$was" = "$now" ] || kill -HUP $(pidof vault)',
  "was=$now; done) >/dev/null 2>&1 &",
].join("; ");

/** https://developer.hashicorp.com/vault/docs/configuration, seal/awskms and storage/raft. */
function settings(config: PlatformConfig, keyArn: string): string {
  const join = memberNames(config).map(
    (member) => `  retry_join {
    leader_api_addr         = "https://${member}:8200"
    leader_ca_cert_file     = "${TLS_FOLDER}/ca.crt"
    leader_tls_servername   = "${member}"
  }`,
  );
  return `ui = false
# Has to be said with integrated storage; nodes have no swap, and it would need the capability IPC_LOCK.
disable_mlock = true

listener "tcp" {
  tls_disable     = 0
  address         = "[::]:8200"
  cluster_address = "[::]:8201"
  tls_cert_file   = "${TLS_FOLDER}/tls.crt"
  tls_key_file    = "${TLS_FOLDER}/tls.key"
  tls_min_version = "tls12"

  # How it is, for Prometheus alone: nothing of what it stores, and a NetworkPolicy lets nobody else in.
  telemetry {
    unauthenticated_metrics_access = true
  }
}

telemetry {
  prometheus_retention_time = "30s"
  disable_hostname          = true
}

storage "raft" {
  path = "/vault/data"
${join.join("\n")}
}

seal "awskms" {
  region     = "${config.region}"
  kms_key_id = "${keyArn}"
}

service_registration "kubernetes" {}
`;
}

/** Spec of the ServiceMonitor: https by the name that is in the certificate, since a pod's address is not (A12.1). */
export function monitorSpec() {
  return {
    selector: { matchLabels: { "app.kubernetes.io/name": VAULT, "vault-internal": "true" } },
    endpoints: [
      {
        port: "https",
        scheme: "https",
        path: "/v1/sys/metrics",
        params: { format: ["prometheus"] },
        tlsConfig: {
          ca: { secret: { name: VAULT_TLS, key: "ca.crt" } },
          serverName: `${VAULT}.${charts.vault.namespace}.svc`,
        },
        // What alerts read, and nothing else (A8.3).
        metricRelabelings: [{ sourceLabels: ["__name__"], regex: "vault_core_unsealed", action: "keep" }],
      },
    ],
  };
}
