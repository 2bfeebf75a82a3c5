import { expect } from "chai";
import { conditionOf, type KubeObject, type ObjectRef } from "../../../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

export const RELEASE = "kubernetes:helm.sh/v3:Release";
export const HOST = "demo.dev.example.org";
export const GATEWAY = "gateway.networking.k8s.io/v1";

const charts: Readonly<Record<string, Properties>> = {
  "gateway-crds": {
    chart: "gateway-crds-helm",
    namespace: "envoy-gateway-system",
    values: { crds: { gatewayAPI: { enabled: true, channel: "standard" }, envoyGateway: { enabled: true } } },
  },
  "cert-manager": {
    chart: "cert-manager",
    namespace: "cert-manager",
    values: { crds: { enabled: true }, config: { enableGatewayAPI: true } },
  },
  "envoy-gateway": { chart: "gateway-helm", namespace: "envoy-gateway-system", values: { crds: { enabled: false } } },
  traefik: {
    chart: "traefik",
    namespace: "traefik",
    values: {
      providers: { kubernetesGateway: { enabled: true } },
      gateway: { enabled: false },
      gatewayClass: { enabled: false },
      service: { spec: { type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb" } },
    },
  },
  "aws-load-balancer-controller": {
    chart: "aws-load-balancer-controller",
    namespace: "kube-system",
    values: { clusterName: "slipway-test", serviceAccount: { name: "aws-load-balancer-controller" } },
  },
  "external-dns": {
    chart: "external-dns",
    namespace: "external-dns",
    values: {
      sources: ["gateway-httproute"],
      domainFilters: ["dev.example.org"],
      txtOwnerId: "slipway-test",
      policy: "sync",
    },
  },
  karpenter: {
    chart: "karpenter",
    namespace: "kube-system",
    values: { settings: { clusterName: "slipway-test" }, replicas: 1 },
  },
};
/** What each operator's role allows on the platform. */
const rights: Readonly<Record<string, readonly string[]>> = {
  "cert-manager/cert-manager": ["route53:GetChange", "route53:ChangeResourceRecordSets"],
  "kube-system/aws-load-balancer-controller": ["ec2:Describe*", "elasticloadbalancing:*"],
  "external-dns/external-dns": ["route53:ChangeResourceRecordSets"],
  "kube-system/karpenter": ["ec2:CreateFleet"],
};

export const is = (type: string, status: string) => (object: KubeObject | undefined) =>
  conditionOf(object, type)?.status === status;

export const issuer = (name: string, spec: object): KubeObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name },
  spec,
});
export const acme = (...solvers: object[]) => ({
  acme: {
    server: "https://acme-staging-v02.api.letsencrypt.org/directory",
    privateKeySecretRef: { name: "account" },
    solvers,
  },
});
export const route53 = { dns01: { route53: { region: "eu-central-1", hostedZoneID: "Z1" } } };
export const certificate = (name: string, issuerName: string, more: object = {}): KubeObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name, namespace: "demo" },
  spec: {
    secretName: name,
    dnsNames: [HOST],
    privateKey: { algorithm: "ECDSA", size: 256 },
    issuerRef: { kind: "ClusterIssuer", name: issuerName },
    ...more,
  },
});
export const ref = (object: KubeObject): ObjectRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  namespace: object.metadata.namespace,
});

/** One cluster with its operators for the whole suite; what an operator could not do fails the test. */
export function useOperators(...installed: string[]) {
  let world: Fixture;
  const cloud = new FakeCloud();
  const releases = new Map<string, { id: string; outputs: Properties }>();
  const problems: string[] = [];
  const authority: { refusal?: string; asked: string[] } = { asked: [] };
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const install = async (name: string) => {
    const { namespace, ...rest } = charts[name] as Properties;
    await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: String(namespace) } });
    releases.set(name, await world.make(RELEASE, name, { name, namespace: namespace ?? "", ...rest }));
  };
  let nudges = 0;

  before(async () => {
    world = await open({
      awaitSeconds: 10,
      operators: {
        cloud,
        dnsRecords: () => cloud.dnsRecords(),
        acmeRefusal: (_server, names) => {
          authority.asked.push(names.join(","));
          return authority.refusal;
        },
        onError: (operator, error) => problems.push(`${operator}: ${error.message}`),
      },
    });
    await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "demo" } });
    for (const name of installed) await install(name);
  });
  after(() => world.close());
  afterEach(() => expect(problems.splice(0)).to.deep.equal([]));
  return {
    get fixture() {
      return world;
    },
    cloud,
    releases,
    authority,
    put,
    install,
    /** Gives an operator's service account its role, as `namespace/account`. */
    grant: (account: keyof typeof rights & string, actions = rights[account] ?? []) =>
      void cloud.roles.set(account, actions),
    until: (object: KubeObject | ObjectRef, good: (object: KubeObject | undefined) => boolean) =>
      until(world, "metadata" in object ? ref(object as KubeObject) : (object as ObjectRef), good),
    events: async (namespace: string, reason: string) =>
      (await world.api.list("v1", "Event", namespace)).items
        .filter((one) => one["reason"] === reason)
        .map((one) => String(one["message"])),
    /** Changes something small until the world is as it should be: operators look again with each change. */
    async nudge(good: () => boolean | Promise<boolean>) {
      for (let round = 0; !(await good()); round++) {
        expect(round, "rounds").to.be.lessThan(500);
        await put({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "nudge", namespace: "demo" },
          data: { again: String(nudges++) },
        });
      }
    },
  };
}
