import { z } from "zod";
import type { KubeObject } from "../object";
import type { ChartTable } from "./chart";
import { linkerdDefinitions } from "./definitions/linkerd";
import { anything, budget, configMap, httpProbe, service, serviceAccount, workload } from "./workload";

const VERSION = "2026.6.3";
const APP_VERSION = "edge-26.6.3";
const IMAGE = `cr.l5d.io/linkerd/controller:${APP_VERSION}`;
const PROXY_IMAGE = `cr.l5d.io/linkerd/proxy:${APP_VERSION}`;
const CNI_IMAGE = "cr.l5d.io/linkerd/cni-plugin:v1.6.8";

/** In the charts' own words; an empty text says nothing. */
const amount = z.strictObject({ request: z.string().default(""), limit: z.string().default("") }).prefault({});
const resources = z.strictObject({ cpu: amount, memory: amount }).prefault({});
type Resources = z.infer<typeof resources>;

const crdsValues = z.strictObject({ installGatewayAPI: z.boolean().default(false) });
/** The kinds; those of the Gateway API have to be there. */
export const linkerdCrds: ChartTable<z.infer<typeof crdsValues>> = {
  version: VERSION,
  appVersion: "",
  values: crdsValues,
  objects({ installGatewayAPI }) {
    if (installGatewayAPI) throw new Error("the rehearsal has the kinds of the Gateway API from their own chart alone");
    return [...linkerdDefinitions];
  },
};

const cniValues = z.strictObject({
  priorityClassName: z.string().default(""),
  tolerations: z.array(anything).default([{ operator: "Exists" }]),
  resources,
  repairController: z.strictObject({ enabled: z.boolean().default(false), resources }).prefault({}),
});
/** The agent of each node that leads the traffic of pods into their proxies. */
export const linkerd2Cni: ChartTable<z.infer<typeof cniValues>> = {
  version: VERSION,
  appVersion: APP_VERSION,
  values: cniValues,
  objects({ priorityClassName, tolerations, resources: own, repairController }, { namespace }) {
    const labels = { "k8s-app": "linkerd-cni" };
    const hosts = { "cni-bin-dir": "/opt/cni/bin", "cni-net-dir": "/etc/cni/net.d" };
    return [
      serviceAccount("linkerd-cni", namespace, labels),
      configMap("linkerd-cni-config", namespace, labels, { dest_cni_bin_dir: "/opt/cni/bin" }),
      workload({
        kind: "DaemonSet",
        name: "linkerd-cni",
        namespace,
        labels,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        serviceAccount: "linkerd-cni",
        podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
        podAnnotations: { "linkerd.io/inject": "disabled" },
        containers: [
          {
            name: "install-cni",
            image: CNI_IMAGE,
            resources: resourcesOf(own),
            securityContext: { readOnlyRootFilesystem: true, privileged: false },
            volumeMounts: Object.entries(hosts).map(([name, path]) => ({ name, mountPath: `/host${path}` })),
          },
          ...(repairController.enabled
            ? [
                {
                  name: "repair-controller",
                  image: CNI_IMAGE,
                  command: ["/usr/lib/linkerd/linkerd-cni-repair-controller"],
                  ports: [{ name: "repair-admin", containerPort: 9990 }],
                  resources: resourcesOf(repairController.resources),
                  securityContext: restricted(),
                },
              ]
            : []),
        ],
        volumes: [
          ...Object.entries(hosts).map(([name, path]) => ({ name, hostPath: { path } })),
          { name: "linkerd-tmp-dir", emptyDir: {} },
        ],
        pod: { nodeSelector: { "kubernetes.io/os": "linux" }, priorityClassName, tolerations },
      }),
    ];
  },
};

const webhook = z
  .strictObject({
    externalSecret: z.boolean().default(false),
    injectCaFrom: z.string().default(""),
    namespaceSelector: anything.default({}),
  })
  .prefault({});
const controlValues = z.strictObject({
  cniEnabled: z.boolean().default(false),
  controllerReplicas: z.int().min(1).default(1),
  enablePodAntiAffinity: z.boolean().default(false),
  enablePodDisruptionBudget: z.boolean().default(false),
  highAvailability: z.boolean().default(false),
  webhookFailurePolicy: z.enum(["Ignore", "Fail"]).default("Ignore"),
  disableHeartBeat: z.boolean().default(false),
  destinationResources: resources,
  identityResources: resources,
  proxyInjectorResources: resources,
  spValidatorResources: resources,
  policyController: z.strictObject({ resources }).prefault({}),
  proxy: z.strictObject({ resources }).prefault({}),
  identity: z
    .strictObject({
      externalCA: z.boolean().default(false),
      issuer: z
        .strictObject({ scheme: z.enum(["linkerd.io/tls", "kubernetes.io/tls"]).default("linkerd.io/tls") })
        .prefault({}),
    })
    .prefault({}),
  proxyInjector: webhook,
  profileValidator: webhook,
  policyValidator: webhook,
});
type Control = z.infer<typeof controlValues>;

/** The control plane: certificates, addresses and policies for the proxies, and who puts them into pods. */
export const linkerdControlPlane: ChartTable<Control> = {
  version: VERSION,
  appVersion: APP_VERSION,
  values: controlValues,
  objects(given, { namespace }) {
    const proxy = proxyContainer(given);
    const sidecar = { ...proxy, restartPolicy: "Always", startupProbe: httpProbe("/ready", 4191) };
    const controller = (name: string, ports: Readonly<Record<string, number>>, own: Resources) => ({
      name,
      image: IMAGE,
      ports: Object.entries(ports).map(([port, containerPort]) => ({ name: port, containerPort })),
      livenessProbe: httpProbe("/ping", Object.values(ports)[1] ?? 9990),
      readinessProbe: httpProbe("/ready", Object.values(ports)[1] ?? 9990, { failureThreshold: 7 }),
      resources: resourcesOf(own),
      securityContext: { ...restricted(), runAsUser: 2103 },
    });
    const first = firstContainer(given.cniEnabled);
    const parts = {
      destination: {
        init: [first, sidecar],
        containers: [
          controller("destination", { "dest-grpc": 8086, "dest-admin": 9996 }, given.destinationResources),
          controller("sp-validator", { "sp-validator": 8443, "spval-admin": 9997 }, given.spValidatorResources),
          controller(
            "policy",
            { "policy-grpc": 8090, "policy-admin": 9990, "policy-https": 9443 },
            given.policyController.resources,
          ),
        ],
      },
      // Its own proxy cannot be there before it: it signs the proxy's certificate.
      identity: {
        init: [first],
        containers: [
          controller("identity", { "ident-grpc": 8080, "ident-admin": 9990 }, given.identityResources),
          { ...proxy },
        ],
      },
      "proxy-injector": {
        init: [first, sidecar],
        containers: [
          controller(
            "proxy-injector",
            { "proxy-injector": 8443, "injector-admin": 9995 },
            given.proxyInjectorResources,
          ),
        ],
      },
    };
    return [
      ...Object.entries(parts).flatMap(([part, { init, containers }]) =>
        component(part, namespace, given, init, containers),
      ),
      ...services(namespace),
      configMap("linkerd-config", namespace, {}, { values: "" }),
      ...(given.identity.externalCA ? [] : [configMap("linkerd-identity-trust-roots", namespace, {}, {})]),
      ...(given.disableHeartBeat ? [] : [serviceAccount("linkerd-heartbeat", namespace, labelsOf("heartbeat"))]),
    ];
  },
};

const labelsOf = (part: string) => ({
  "linkerd.io/control-plane-component": part,
  "linkerd.io/control-plane-ns": "linkerd",
});

function component(
  part: string,
  namespace: string,
  given: Control,
  initContainers: readonly object[],
  containers: readonly object[],
): KubeObject[] {
  const name = `linkerd-${part}`;
  const labels = labelsOf(part);
  const term = { labelSelector: { matchLabels: labels }, topologyKey: "kubernetes.io/hostname" };
  return [
    serviceAccount(name, namespace, labels),
    workload({
      name,
      namespace,
      labels,
      replicas: given.controllerReplicas,
      strategy: { rollingUpdate: { maxUnavailable: "25%", maxSurge: "25%" } },
      serviceAccount: name,
      podSecurityContext: { seccompProfile: { type: "RuntimeDefault" } },
      initContainers: initContainers as Record<string, unknown>[],
      containers: containers as Record<string, unknown>[],
      pod: {
        automountServiceAccountToken: false,
        nodeSelector: { "kubernetes.io/os": "linux" },
        ...(given.enablePodAntiAffinity && {
          affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } },
        }),
      },
    }),
    ...(given.enablePodDisruptionBudget ? [budget(name, namespace, labels, { maxUnavailable: 1 })] : []),
  ];
}

function services(namespace: string): KubeObject[] {
  const make = (name: string, part: string, port: string, number: number, target?: string, headless = false) =>
    service(
      name,
      namespace,
      labelsOf(part),
      [{ name: port, port: target === undefined ? number : 443, targetPort: target ?? number }],
      headless ? { clusterIP: "None" } : {},
    );
  return [
    make("linkerd-dst", "destination", "grpc", 8086),
    make("linkerd-dst-headless", "destination", "grpc", 8086, undefined, true),
    make("linkerd-sp-validator", "destination", "sp-validator", 8443, "sp-validator"),
    make("linkerd-policy", "destination", "grpc", 8090, undefined, true),
    make("linkerd-policy-validator", "destination", "policy-https", 9443, "policy-https"),
    make("linkerd-identity", "identity", "grpc", 8080),
    make("linkerd-identity-headless", "identity", "grpc", 8080, undefined, true),
    make("linkerd-proxy-injector", "proxy-injector", "proxy-injector", 8443, "proxy-injector"),
  ];
}

/** With the CNI plugin a pod only looks whether its traffic is led; without it, it leads it itself. */
function firstContainer(cni: boolean) {
  return cni
    ? {
        name: "linkerd-network-validator",
        image: PROXY_IMAGE,
        securityContext: { ...restricted(), runAsUser: 65534, runAsGroup: 65534 },
      }
    : {
        name: "linkerd-init",
        image: PROXY_IMAGE,
        securityContext: {
          allowPrivilegeEscalation: false,
          capabilities: { add: ["NET_ADMIN", "NET_RAW"] },
          readOnlyRootFilesystem: true,
          runAsNonRoot: true,
          runAsUser: 65534,
          runAsGroup: 65534,
          seccompProfile: { type: "RuntimeDefault" },
        },
      };
}

function proxyContainer({ proxy }: Control) {
  return {
    name: "linkerd-proxy",
    image: PROXY_IMAGE,
    ports: [
      { name: "linkerd-proxy", containerPort: 4143 },
      { name: "linkerd-admin", containerPort: 4191 },
    ],
    livenessProbe: httpProbe("/live", 4191, { initialDelaySeconds: 10 }),
    readinessProbe: httpProbe("/ready", 4191, { initialDelaySeconds: 2 }),
    resources: resourcesOf(proxy.resources),
    securityContext: { ...restricted(), runAsUser: 2102 },
  };
}

const restricted = () => ({
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
});

function resourcesOf({ cpu, memory }: Resources) {
  const side = (which: "request" | "limit") =>
    Object.fromEntries(Object.entries({ cpu: cpu[which], memory: memory[which] }).filter(([, value]) => value !== ""));
  const [requests, limits] = [side("request"), side("limit")];
  return {
    ...(Object.keys(requests).length > 0 && { requests }),
    ...(Object.keys(limits).length > 0 && { limits }),
  };
}
