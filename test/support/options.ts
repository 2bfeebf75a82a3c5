import { parseConfig, type PlatformConfig } from "../../infra/config";
import { rawConfig, type Registered } from "./pulumi";
import { recorded } from "./recorded";

type Raw = Readonly<Record<string, unknown>>;
const shipping = (raw: Raw, agent: string, kind = "splunk"): object => {
  const monitoring = raw["monitoring"] as { logs: object };
  const destination = {
    ...{ kind, host: "logs.example.com", cidrs: ["192.0.2.0/28"] },
    ...(kind !== "splunk" && { username: "slipway" }),
  };
  return { ...monitoring, logs: { ...monitoring.logs, shipping: { agent, destination } } };
};
/** Settings below one key, changed. */
const below = (raw: Raw, key: string, changed: object): object => ({ ...(raw[key] as object), ...changed });
const managed = (raw: Raw): object => {
  const stateful = raw["stateful"] as { postgres: object };
  return { ...stateful, postgres: { ...stateful.postgres, engine: "rds", diskGib: 100 } };
};

/** What environments may choose and the three of the project do not all: together every chart there is. */
const choices: Readonly<Record<string, readonly [environment: string, change: (raw: Raw) => Raw]>> = {
  production: ["production", (raw) => raw],
  // Of dev, which has chaos too.
  "Cilium alone, Fluent Bit, KEDA, secrets as files and Vault": [
    "dev",
    (raw) => ({
      ...raw,
      network: below(raw, "network", { peers: ["10.99.0.0/16"] }),
      networkPolicy: {
        plugin: "cilium-eni",
        cilium: { kubeProxyReplacement: true, layer7: true, hubble: "relay", clusterMesh: { id: 7 } },
      },
      monitoring: shipping(raw, "fluent-bit"),
      autoscaling: { eventDriven: "keda" },
      secrets: { files: "csi-driver", vault: "vault" },
    }),
  ],
  "Cilium beside the VPC CNI, Istio, Vector to Elasticsearch and Flux": [
    "production",
    ({ application: _application, ...raw }) => ({
      ...raw,
      networkPolicy: { plugin: "cilium-chaining", cilium: { hubble: "off" } },
      mesh: { kind: "istio-ambient", namespaces: ["demo"], demands: ["mutual-tls", "zero-trust"] },
      monitoring: shipping(raw, "vector", "elasticsearch"),
      gitops: below(raw, "gitops", { engine: "flux" }),
    }),
  ],
  // In dev, as one copy of each.
  "Calico for policy, Linkerd, Logstash, an authority of its own and AWS's own faults": [
    "dev",
    (raw) => ({
      ...raw,
      networkPolicy: { plugin: "calico" },
      mesh: { kind: "linkerd", namespaces: ["demo"] },
      certificates: below(raw, "certificates", { issuer: "internal-ca" }),
      monitoring: shipping(raw, "fluent-bit", "logstash"),
      chaos: { tool: "fault-injection-service", scope: ["demo"] },
    }),
  ],
  // Not together with a mesh (A6.1).
  "Traefik, Cilium alone with its defaults, RDS, and sizes that grow": [
    "production",
    (raw) => ({
      ...raw,
      entryPoint: below(raw, "entryPoint", { controller: "traefik" }),
      networkPolicy: { plugin: "cilium-eni", cilium: { hubble: "nodes" } },
      application: below(raw, "application", {
        profile: "graded",
        rollout: { by: "flagger", loadTester: "http://loadtester.flagger/" },
      }),
      stateful: managed(raw),
    }),
  ],
};

/** The configurations themselves, by what they choose. */
export function everyChoice(): Map<string, PlatformConfig> {
  return new Map(
    Object.entries(choices).map(([title, [environment, change]]) => [
      title,
      parseConfig(change(rawConfig(environment)), environment),
    ]),
  );
}

/** Every registration of platforms that have all options among them, by what they choose. */
export async function everyOption(): Promise<Map<string, readonly Registered[]>> {
  const built = new Map<string, readonly Registered[]>();
  for (const [title, config] of everyChoice()) built.set(title, (await recorded(config.environment, config)).seen);
  return built;
}
