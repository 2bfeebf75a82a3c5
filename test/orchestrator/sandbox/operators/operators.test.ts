import { X509Certificate } from "node:crypto";
import { expect } from "chai";
import { createEdge } from "../../../../orchestrator/sandbox/edge";
import {
  at,
  conditionOf,
  listAt,
  type KubeObject,
  type ObjectRef,
} from "../../../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { FakeCloud, call, open, type Fixture } from "../kubernetes/fixture";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const HOST = "demo.dev.example.org";
const GATEWAY = "gateway.networking.k8s.io/v1";

/** Follows one object until it is as it should be; the whole of it when it never is. */
async function until(
  world: Fixture,
  ref: ObjectRef,
  good: (object: KubeObject | undefined) => boolean,
): Promise<KubeObject | undefined> {
  const ending = new AbortController();
  try {
    return await new Promise((resolve, reject) => {
      let last: KubeObject | undefined;
      const look = (object: KubeObject | undefined) => {
        last = object;
        if (good(object)) resolve(object);
      };
      const timer = setTimeout(
        () => reject(new Error(`${ref.kind} ${ref.name} stayed ${JSON.stringify(last?.["status"])}`)),
        8_000,
      );
      ending.signal.addEventListener("abort", () => clearTimeout(timer));
      const mine = (object: KubeObject) =>
        object.metadata.name === ref.name && object.metadata.namespace === ref.namespace;
      const on = {
        reset: (items: KubeObject[]) => look(items.find(mine)),
        event: ({ type, object }: { type: string; object: KubeObject }) => {
          if (mine(object)) look(type === "DELETED" ? undefined : object);
        },
      };
      world.api.follow({ apiVersion: ref.apiVersion, kind: ref.kind }, on, ending.signal).catch(reject);
    });
  } finally {
    ending.abort();
  }
}
const is = (type: string, status: string) => (object: KubeObject | undefined) =>
  conditionOf(object, type)?.status === status;

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
const RIGHTS: Readonly<Record<string, readonly string[]>> = {
  "cert-manager/cert-manager": ["route53:GetChange", "route53:ChangeResourceRecordSets"],
  "kube-system/aws-load-balancer-controller": ["ec2:Describe*", "elasticloadbalancing:*"],
  "external-dns/external-dns": ["route53:ChangeResourceRecordSets"],
  "kube-system/karpenter": ["ec2:CreateFleet"],
};

const issuer = (name: string, spec: object): KubeObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name },
  spec,
});
const acme = (solver: object) => ({
  acme: {
    server: "https://acme-staging-v02.api.letsencrypt.org/directory",
    privateKeySecretRef: { name: "account" },
    solvers: [solver],
  },
});
const certificate = (name: string, issuerName: string, more: object = {}): KubeObject => ({
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
const ref = (object: KubeObject): ObjectRef => ({
  apiVersion: object.apiVersion,
  kind: object.kind,
  name: object.metadata.name,
  namespace: object.metadata.namespace,
});

describe("the operators of a rehearsal", () => {
  let world: Fixture;
  let cloud: FakeCloud;
  const releases = new Map<string, { id: string; outputs: Properties }>();
  const refusal: { text?: string } = {};
  const problems: string[] = [];
  const put = (object: KubeObject) => world.api.apply(object, { manager: "test", force: true });
  const install = async (name: string) => {
    const { namespace, ...rest } = charts[name] as Properties;
    await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: String(namespace) } });
    releases.set(name, await world.make(RELEASE, name, { name, namespace: namespace ?? "", ...rest }));
  };

  before(async () => {
    cloud = new FakeCloud();
    world = await open({
      awaitSeconds: 10,
      operators: {
        cloud,
        dnsRecords: () => cloud.dnsRecords(),
        acmeRefusal: () => refusal.text,
        onError: (operator, error) => problems.push(`${operator}: ${error.message}`),
      },
    });
    await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "demo" } });
    await install("gateway-crds");
  });
  after(() => world.close());
  afterEach(() => expect(problems.splice(0)).to.deep.equal([]));

  describe("cert-manager", () => {
    it("does nothing before its chart is installed", async () => {
      const definitions = (await import("../../../../orchestrator/sandbox/kubernetes/charts/definitions.js"))
        .certManagerDefinitions;
      for (const definition of definitions) await world.api.apply(definition, { manager: "helm" });
      const made = await put(issuer("early", { selfSigned: {} }));
      expect(made["status"]).to.equal(undefined);
    });

    it("makes issuers ready once it runs [A5.2]", async () => {
      await world.api.delete({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        name: "clusterissuers.cert-manager.io",
      });
      await until(
        world,
        {
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          name: "clusterissuers.cert-manager.io",
        },
        (one) => one === undefined,
      );
      for (const name of ["certificates", "certificaterequests", "issuers"])
        await world.api.delete({
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          name: `${name}.cert-manager.io`,
        });
      for (const name of ["orders", "challenges"])
        await world.api.delete({
          apiVersion: "apiextensions.k8s.io/v1",
          kind: "CustomResourceDefinition",
          name: `${name}.acme.cert-manager.io`,
        });
      await install("cert-manager");
      const dns = issuer("dns", acme({ dns01: { route53: { region: "eu-central-1", hostedZoneID: "Z1" } } }));
      await put(dns);
      await until(world, ref(dns), is("Ready", "True"));
    });

    it("leaves a challenge pending with AWS's words while it has no role, and goes on when it gets one [A5.3]", async () => {
      const wanted = certificate("by-dns", "dns");
      await put(wanted);
      const kind = { apiVersion: "acme.cert-manager.io/v1", kind: "Order" };
      await until(world, ref(wanted), is("Ready", "False"));
      const challenges = async () => (await world.api.list(kind.apiVersion, "Challenge", "demo")).items;
      await until(world, { ...ref(wanted), kind: "CertificateRequest", name: "by-dns-1" }, is("Ready", "False"));
      const reason = at((await challenges())[0], "status", "reason");
      expect(reason).to.contain(
        "failed to change Route 53 record set: operation error Route 53: ChangeResourceRecordSets",
      );
      expect(reason).to.contain("no EC2 IMDS role found");
      cloud.roles.set("cert-manager/cert-manager", RIGHTS["cert-manager/cert-manager"] as string[]);
      await until(world, ref(wanted), is("Ready", "True"));
      expect(await challenges()).to.deep.equal([]);
      const secret = await world.api.get({ apiVersion: "v1", kind: "Secret", name: "by-dns", namespace: "demo" });
      const issued = new X509Certificate(Buffer.from(String(at(secret, "data", "tls.crt")), "base64"));
      expect(issued.subjectAltName).to.equal(`DNS:${HOST}`);
      const authority = new X509Certificate(Buffer.from(String(at(secret, "data", "ca.crt")), "base64"));
      expect(issued.verify(authority.publicKey)).to.equal(true);
    });

    it("names the missing Gateway of an HTTP-01 solver [A5.5]", async () => {
      await put(
        issuer(
          "http",
          acme({ http01: { gatewayHTTPRoute: { parentRefs: [{ name: "nothing", namespace: "demo" }] } } }),
        ),
      );
      const wanted = certificate("by-http", "http");
      await put(wanted);
      await until(world, { ...ref(wanted), kind: "CertificateRequest", name: "by-http-1" }, is("Ready", "False"));
      const [challenge] = (await world.api.list("acme.cert-manager.io/v1", "Challenge", "demo")).items;
      expect(at(challenge, "status", "reason")).to.contain("Gateway demo/nothing does not exist");
      await world.api.delete(ref(wanted));
    });

    it("passes on the authority's rate limit [A5.4]", async () => {
      refusal.text = "429 urn:ietf:params:acme:error:rateLimited: too many certificates (50) already issued";
      const wanted = certificate("limited", "dns");
      await put(wanted);
      const request = await until(
        world,
        { ...ref(wanted), kind: "CertificateRequest", name: "limited-1" },
        (one) => conditionOf(one, "Ready")?.reason === "Failed",
      );
      expect(conditionOf(request, "Ready")?.message).to.contain("rateLimited");
      delete refusal.text;
      await until(world, ref(wanted), is("Ready", "True"));
    });

    it("runs an authority of its own, root first [A5.2]", async () => {
      const authority = issuer("internal", { ca: { secretName: "root" } });
      await put(authority);
      const waiting = await until(world, ref(authority), is("Ready", "False"));
      expect(conditionOf(waiting, "Ready")?.message).to.contain('secrets "root" not found');
      await put(issuer("bootstrap", { selfSigned: {} }));
      const root = certificate("root", "bootstrap", { isCA: true, dnsNames: [], commonName: "internal root" });
      await put({ ...root, metadata: { name: "root", namespace: "cert-manager" } });
      await until(world, ref(authority), is("Ready", "True"));
      const leaf = certificate("by-root", "internal");
      await put(leaf);
      await until(world, ref(leaf), is("Ready", "True"));
    });
  });

  describe("the way in", () => {
    const gateway: KubeObject = {
      apiVersion: GATEWAY,
      kind: "Gateway",
      metadata: {
        name: "public",
        namespace: "envoy-gateway-system",
        annotations: { "cert-manager.io/cluster-issuer": "dns" },
      },
      spec: {
        gatewayClassName: "slipway",
        listeners: [
          { name: "http", protocol: "HTTP", port: 80, allowedRoutes: { namespaces: { from: "Same" } } },
          {
            name: "https",
            protocol: "HTTPS",
            port: 443,
            hostname: HOST,
            tls: { mode: "Terminate", certificateRefs: [{ kind: "Secret", name: "demo-tls" }] },
            allowedRoutes: {
              namespaces: { from: "Selector", selector: { matchLabels: { "kubernetes.io/metadata.name": "demo" } } },
            },
          },
        ],
      },
    };
    const route = (more: object = {}): KubeObject => ({
      apiVersion: GATEWAY,
      kind: "HTTPRoute",
      metadata: { name: "demo", namespace: "demo" },
      spec: {
        parentRefs: [{ name: "public", namespace: "envoy-gateway-system", sectionName: "https" }],
        hostnames: [HOST],
        rules: [
          { matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: [{ name: "demo-svc", port: 80 }] },
        ],
        ...more,
      },
    });
    const edge = () => createEdge({ clusters: () => [world.access], dnsRecords: () => cloud.dnsRecords() });
    const answer = async (scheme: "http" | "https", host = HOST, path = "/") => {
      const view = edge();
      try {
        return await view.get({ scheme, address: [...cloud.balancers.values()][0] ?? "", host, path });
      } finally {
        view.close();
      }
    };
    const refused = (attempt: Promise<unknown>) =>
      attempt.then(
        () => expect.fail("it answered"),
        (error: unknown) => (error as Error).message,
      );

    it("waits for a class's parameters and says what is missing", async () => {
      await install("envoy-gateway");
      const gatewayClass: KubeObject = {
        apiVersion: GATEWAY,
        kind: "GatewayClass",
        metadata: { name: "slipway" },
        spec: {
          controllerName: "gateway.envoyproxy.io/gatewayclass-controller",
          parametersRef: {
            group: "gateway.envoyproxy.io",
            kind: "EnvoyProxy",
            name: "public",
            namespace: "envoy-gateway-system",
          },
        },
      };
      await put(gatewayClass);
      const waiting = await until(world, ref(gatewayClass), is("Accepted", "False"));
      expect(conditionOf(waiting, "Accepted")?.message).to.contain(
        "failed to find envoyproxy envoy-gateway-system/public",
      );
      await put({
        apiVersion: "gateway.envoyproxy.io/v1alpha1",
        kind: "EnvoyProxy",
        metadata: { name: "public", namespace: "envoy-gateway-system" },
        spec: {
          provider: {
            type: "Kubernetes",
            kubernetes: {
              envoyDeployment: { replicas: 2 },
              envoyService: {
                loadBalancerClass: "service.k8s.aws/nlb",
                annotations: {
                  "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
                  "service.beta.kubernetes.io/aws-load-balancer-name": "slipway-test",
                },
              },
              envoyPDB: { maxUnavailable: 1 },
            },
          },
        },
      });
      await until(world, ref(gatewayClass), is("Accepted", "True"));
    });

    it("leaves the address pending with the controller's own event while it has no role [A6.4]", async () => {
      await install("aws-load-balancer-controller");
      await put(gateway);
      const waiting = await until(world, ref(gateway), is("Programmed", "False"));
      expect(conditionOf(waiting, "Programmed")?.reason).to.equal("AddressNotAssigned");
      const [service] = (await world.api.list("v1", "Service", "envoy-gateway-system")).items.filter(
        (one) => at(one, "spec", "type") === "LoadBalancer",
      );
      expect(service?.metadata.name).to.match(/^envoy-envoy-gateway-system-public-[0-9a-f]{8}$/);
      const event = (await world.api.list("v1", "Event", "envoy-gateway-system")).items.find(
        (one) => one["reason"] === "FailedBuildModel",
      );
      expect(event?.["message"]).to.contain("Failed build model due to operation error EC2: DescribeSubnets");
    });

    it("passes on what AWS refuses, and programs the Gateway once it has its address [A6.3]", async () => {
      cloud.balancerProblem = "unable to resolve at least one subnet (0 match VPC and tags: [kubernetes.io/role/elb])";
      cloud.roles.set(
        "kube-system/aws-load-balancer-controller",
        RIGHTS["kube-system/aws-load-balancer-controller"] as string[],
      );
      const services = { apiVersion: "v1", kind: "Event" };
      const seen = async () =>
        (await world.api.list(services.apiVersion, services.kind, "envoy-gateway-system")).items.some((one) =>
          String(one["message"]).includes("unable to resolve at least one subnet"),
        );
      for (let round = 0; !(await seen()); round++) {
        expect(round).to.be.lessThan(500);
        await put({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "nudge", namespace: "demo" },
          data: { round: String(round) },
        });
      }
      cloud.balancerProblem = undefined;
      const done = await until(world, ref(gateway), is("Programmed", "True"));
      expect(listAt(done, "status", "addresses")).to.deep.equal([
        { type: "Hostname", value: "slipway-test-1.elb.eu-central-1.amazonaws.com" },
      ]);
    });

    it("gives a listener its certificate, asked for by the Gateway's annotation", async () => {
      const done = await until(
        world,
        ref(gateway),
        (one) =>
          listAt<{ conditions: { type: string; status: string }[] }>(one, "status", "listeners")[1]?.conditions.every(
            ({ status }) => status === "True",
          ) === true,
      );
      expect(listAt(done, "status", "listeners")).to.have.length(2);
    });

    it("tells a route of the Service it misses", async () => {
      await put(route());
      const waiting = await until(world, ref(route()), (one) => listAt(one, "status", "parents").length > 0);
      const conditions = listAt<{ type: string; status: string; reason: string }>(
        waiting,
        "status",
        "parents",
        0,
        "conditions",
      );
      expect(conditions.find(({ type }) => type === "ResolvedRefs")).to.include({
        status: "False",
        reason: "BackendNotFound",
      });
      expect((await answer("https")).status).to.equal(500);
    });

    it("answers 503 without endpoints, then 200 with the certificate of the host [A6.3]", async () => {
      const labels = { app: "demo" };
      await put({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "demo-svc", namespace: "demo" },
        spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
      });
      expect(await answer("https")).to.include({ status: 503, body: "no healthy upstream" });
      await world.make("kubernetes:apps/v1:Deployment", "demo", {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name: "demo", namespace: "demo" },
        spec: {
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { containers: [{ name: "demo", image: "demo:1", ports: [{ containerPort: 8080 }] }] },
          },
        },
      });
      const page = await answer("https");
      expect(page.status).to.equal(200);
      expect(page.certificateNames).to.deep.equal([HOST]);
    });

    it("redirects plain HTTP by the route that says so, and knows no other host [E3.3]", async () => {
      expect((await answer("http")).status).to.equal(404);
      const redirect = route({
        parentRefs: [{ name: "public", sectionName: "http" }],
        hostnames: [],
        rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https", statusCode: 301 } }] }],
      });
      const own = { ...redirect, metadata: { name: "redirect", namespace: "envoy-gateway-system" } };
      await put(own);
      await until(world, ref(own), (one) => listAt(one, "status", "parents").length > 0);
      expect(await answer("http", HOST, "/a")).to.deep.include({
        status: 301,
        headers: { server: "envoy", location: `https://${HOST}/a` },
      });
      expect(await refused(answer("https", "other.example.org"))).to.contain(
        "Client network socket disconnected before secure TLS connection",
      );
    });

    it("refuses a route that a listener does not let in", async () => {
      const stranger = { ...route(), metadata: { name: "stranger", namespace: "external-dns" } };
      await put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "external-dns" } });
      await put(stranger);
      const told = await until(world, ref(stranger), (one) => listAt(one, "status", "parents").length > 0);
      expect(listAt<{ reason: string }>(told, "status", "parents", 0, "conditions")[0]).to.include({
        status: "False",
        reason: "NotAllowedByListeners",
      });
      await world.api.delete(ref(stranger));
    });

    it("writes names with their owner beside them, and takes them away with their route [A6.5]", async () => {
      cloud.roles.set("external-dns/external-dns", RIGHTS["external-dns/external-dns"] as string[]);
      await install("external-dns");
      const view = edge();
      const nudged = async (good: () => boolean) => {
        for (let round = 0; !good(); round++) {
          expect(round).to.be.lessThan(500);
          await put({
            apiVersion: "v1",
            kind: "ConfigMap",
            metadata: { name: "nudge", namespace: "demo" },
            data: { again: String(round) },
          });
        }
      };
      await nudged(() => cloud.records.has(`${HOST}/CNAME`) && cloud.records.has(`cname-${HOST}/TXT`));
      expect(await view.resolve(HOST)).to.deep.equal(["slipway-test-1.elb.eu-central-1.amazonaws.com"]);
      expect(cloud.records.get(`cname-${HOST}/TXT`)?.[0]).to.contain(
        "external-dns/owner=slipway-test,external-dns/resource=httproute/demo/demo",
      );
      await world.api.delete(ref(route()));
      await nudged(() => !cloud.records.has(`${HOST}/CNAME`) && !cloud.records.has(`cname-${HOST}/TXT`));
      expect(await view.resolve(HOST)).to.deep.equal([]);
      view.close();
    });

    it("leaves a name alone that somebody else holds [A6.5]", async () => {
      cloud.records.set(`${HOST}/CNAME`, ["elsewhere.example.net"]);
      await put(route());
      const events = async () =>
        (await world.api.list("v1", "Event", "demo")).items.filter((one) => one["reason"] === "RecordConflict");
      for (let round = 0; (await events()).length === 0; round++) {
        expect(round).to.be.lessThan(500);
        await put({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "nudge", namespace: "demo" },
          data: { more: String(round) },
        });
      }
      expect(cloud.records.get(`${HOST}/CNAME`)).to.deep.equal(["elsewhere.example.net"]);
    });

    it("removes the load balancer with its Gateway, before the class can go", async () => {
      await world.api.delete(ref(gateway));
      await world.api.delete({ apiVersion: GATEWAY, kind: "GatewayClass", name: "slipway" });
      await until(world, { apiVersion: GATEWAY, kind: "GatewayClass", name: "slipway" }, (one) => one === undefined);
      expect(cloud.balancers.size).to.equal(0);
      const left = (await world.api.list("apps/v1", "Deployment", "envoy-gateway-system")).items.map(
        ({ metadata }) => metadata.name,
      );
      expect(left).to.deep.equal(["envoy-gateway"]);
    });
  });

  describe("karpenter", () => {
    const pool = (name: string, taints: object[], cpu: string): KubeObject => ({
      apiVersion: "karpenter.sh/v1",
      kind: "NodePool",
      metadata: { name },
      spec: {
        template: {
          metadata: { labels: { "node-role": name } },
          spec: {
            nodeClassRef: { group: "karpenter.k8s.aws", kind: "EC2NodeClass", name },
            taints,
            requirements: [
              { key: "karpenter.sh/capacity-type", operator: "In", values: ["on-demand"] },
              { key: "node.kubernetes.io/instance-type", operator: "In", values: ["m7g.large", "m7g.2xlarge"] },
            ],
          },
        },
        limits: { cpu },
      },
    });
    const nodeClass: KubeObject = {
      apiVersion: "karpenter.k8s.aws/v1",
      kind: "EC2NodeClass",
      metadata: { name: "batch" },
      spec: {
        role: "nodes",
        amiSelectorTerms: [{ alias: "al2023@latest" }],
        subnetSelectorTerms: [{ tags: { a: "b" } }],
        securityGroupSelectorTerms: [{ tags: { a: "b" } }],
      },
    };
    const pod = (name: string, cpu: string, more: object = {}): KubeObject => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, namespace: "demo" },
      spec: {
        nodeSelector: { "node-role": "batch" },
        tolerations: [{ key: "node-role", operator: "Equal", value: "batch", effect: "NoSchedule" }],
        containers: [{ name: "c", image: "c:1", resources: { requests: { cpu } } }],
        ...more,
      },
    });

    it("makes a pool ready with its class and its rights [A3.2]", async () => {
      await install("karpenter");
      const batch = pool("batch", [{ key: "node-role", value: "batch", effect: "NoSchedule" }], "10");
      await put(batch);
      const waiting = await until(world, ref(batch), is("Ready", "False"));
      expect(conditionOf(waiting, "Ready")?.message).to.contain("NodeClass not found on cluster");
      await put(nodeClass);
      const denied = await until(world, ref(nodeClass), is("Ready", "False"));
      expect(conditionOf(denied, "Ready")?.message).to.contain("no EC2 IMDS role found");
      cloud.roles.set("kube-system/karpenter", RIGHTS["kube-system/karpenter"] as string[]);
      await until(world, ref(batch), is("Ready", "True"));
    });

    it("launches a node that fits a pod nothing else can take, with the pool's labels and taints [A3.4]", async () => {
      const waiting = pod("job", "3");
      await world.api.create(waiting);
      await until(world, ref(waiting), is("Ready", "True"));
      expect(cloud.launched).to.deep.equal(["batch m7g.2xlarge"]);
      const node = (await world.api.list("v1", "Node")).items.find(
        ({ metadata }) => metadata.labels?.["karpenter.sh/nodepool"] === "batch",
      );
      expect(node?.metadata.labels).to.include({
        "node-role": "batch",
        "node.kubernetes.io/instance-type": "m7g.2xlarge",
      });
      expect(listAt(node, "spec", "taints")).to.deep.equal([
        { key: "node-role", value: "batch", effect: "NoSchedule" },
      ]);
    });

    it("says why no pool takes a pod", async () => {
      const events = async () =>
        (await world.api.list("v1", "Event", "demo")).items.filter((one) =>
          String(one["message"]).includes("Failed to schedule pod"),
        );
      await world.api.create(pod("bare", "1", { tolerations: [] }));
      for (let round = 0; (await events()).length === 0; round++) {
        expect(round).to.be.lessThan(500);
        await put({
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "nudge", namespace: "demo" },
          data: { pods: String(round) },
        });
      }
      expect((await events())[0]?.["message"]).to.contain("did not tolerate taint (taint=node-role=batch:NoSchedule)");
    });
  });

  describe("at the end", () => {
    it("ends with its chart", async () => {
      const release = releases.get("karpenter") as { id: string; outputs: Properties };
      await world.standIn.delete(call(RELEASE), release.id, release.outputs);
      expect(
        (await world.api.list("apps/v1", "Deployment", "kube-system")).items.map(({ metadata }) => metadata.name),
      ).to.deep.equal(["aws-load-balancer-controller"]);
    });
  });
});
