import { parseConfig } from "../../infra/config";
import { rawConfig, type Registered } from "./pulumi";
import { recorded } from "./recorded";

type Raw = Readonly<Record<string, unknown>>;
const shipping = (raw: Raw, agent: string): object => {
  const monitoring = raw["monitoring"] as { logs: object };
  const destination = { kind: "splunk", host: "logs.example.com", port: 8088, cidrs: ["192.0.2.0/28"] };
  return { ...monitoring, logs: { ...monitoring.logs, shipping: { agent, destination } } };
};

/** What environments may choose and the three of the project do not all: together every chart there is. */
const choices: Readonly<Record<string, readonly [environment: string, change: (raw: Raw) => Raw]>> = {
  production: ["production", (raw) => raw],
  // Of dev, which has chaos too.
  "Cilium alone, Fluent Bit, KEDA, secrets as files and Vault": [
    "dev",
    (raw) => ({
      ...raw,
      network: { ...(raw["network"] as object), peers: ["10.99.0.0/16"] },
      networkPolicy: {
        plugin: "cilium-eni",
        cilium: { kubeProxyReplacement: true, layer7: true, hubble: "relay", clusterMesh: { id: 7 } },
      },
      monitoring: shipping(raw, "fluent-bit"),
      autoscaling: { eventDriven: "keda" },
      secrets: { files: "csi-driver", vault: "vault" },
    }),
  ],
  "Cilium beside the VPC CNI, Istio, Vector and Flux": [
    "production",
    ({ application: _application, ...raw }) => ({
      ...raw,
      networkPolicy: { plugin: "cilium-chaining" },
      mesh: { kind: "istio-ambient", namespaces: ["demo"], demands: ["mutual-tls"] },
      monitoring: shipping(raw, "vector"),
      gitops: { ...(raw["gitops"] as object), engine: "flux" },
    }),
  ],
  // Not together with a mesh (A6.1).
  Traefik: [
    "production",
    (raw) => ({ ...raw, entryPoint: { ...(raw["entryPoint"] as object), controller: "traefik" } }),
  ],
};

/** Every registration of platforms that have all options among them, by what they choose. */
export async function everyOption(): Promise<Map<string, readonly Registered[]>> {
  const built = new Map<string, readonly Registered[]>();
  for (const [title, [environment, change]] of Object.entries(choices)) {
    const config = parseConfig(change(rawConfig(environment)), environment);
    built.set(title, (await recorded(environment, config)).seen);
  }
  return built;
}
