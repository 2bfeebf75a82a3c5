import { expect } from "chai";
import { entryPointCheck } from "../../../orchestrator/checks/06-entry-point";
import type { Edge, EdgeResponse } from "../../../orchestrator/checks/check";
import type { AwsReader } from "../../../orchestrator/checks/aws/reader";
import { loadBalancerDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/aws-load-balancer-controller";
import { gatewayDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/gateway-api";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { networkOutput, soundAws } from "../../support/world";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const HOST = "demo.dev.example.org";
const ADDRESS = "slipway-dev-1.elb.eu-central-1.amazonaws.com";
const outputs = {
  network: networkOutput,
  cluster: { name: "slipway-dev" },
  entryPoint: {
    gatewayClass: "slipway",
    gateway: { namespace: "gateway", name: "public" },
    domain: "dev.example.org",
    zoneId: "Z1",
    demo: { namespace: "demo", host: HOST, service: "demo-svc", certificateSecret: "demo-tls" },
  },
};
const gateway = (address: string | undefined): KubeObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name: "public", namespace: "gateway" },
  spec: { gatewayClassName: "slipway", listeners: [{ name: "http", port: 80, protocol: "HTTP" }] },
  status: {
    addresses: address === undefined ? null : [{ type: "Hostname", value: address }],
    conditions: [
      address === undefined
        ? {
            type: "Programmed",
            status: "False",
            reason: "AddressNotAssigned",
            message: "No addresses have been assigned to the Gateway",
            lastTransitionTime: "2026-01-01T00:00:00Z",
          }
        : {
            type: "Programmed",
            status: "True",
            reason: "Programmed",
            message: "",
            lastTransitionTime: "2026-01-01T00:00:00Z",
          },
    ],
  },
});
const service = (name: string, namespace: string, spec: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace },
  spec,
});
const page = (more: Partial<EdgeResponse> = {}): EdgeResponse => ({
  status: 200,
  headers: {},
  body: "",
  certificateNames: [HOST],
  ...more,
});
/** The world outside: where the host leads, and what answers there. */
function outside(
  leadsTo: string | undefined = ADDRESS,
  https: EdgeResponse | Error = page(),
  http: EdgeResponse = page({ status: 301, headers: { location: `https://${HOST}/` } }),
): Edge {
  return {
    resolve: (host) => Promise.resolve(host === HOST && leadsTo !== undefined ? [leadsTo] : []),
    get: ({ scheme }) =>
      scheme === "http"
        ? Promise.resolve(http)
        : https instanceof Error
          ? Promise.reject(https)
          : Promise.resolve(https),
  };
}
const aws: Partial<AwsReader> = {
  podIdentityAssociations: () =>
    Promise.resolve([{ namespace: "kube-system", serviceAccount: "aws-load-balancer-controller", roleArn: "arn" }]),
  subnets: () =>
    Promise.resolve(soundAws().subnets.map((subnet) => ({ ...subnet, tags: { "kubernetes.io/role/elb": "1" } }))),
  loadBalancers: () => Promise.resolve([]),
  quota: () => Promise.resolve(50),
  dnsRecords: () => Promise.resolve([]),
};

describe("check 06 entry point", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    for (const definition of [...gatewayDefinitions, ...loadBalancerDefinitions]) await world.put(definition);
    for (const name of ["gateway", "demo"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await world.put(gateway(ADDRESS));
    await world.put(service("demo-svc", "demo", { ports: [{ port: 80 }] }));
    await world.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "demo-tls", namespace: "gateway" },
      type: "kubernetes.io/tls",
      data: { "tls.crt": "eA==", "tls.key": "eA==" },
    });
  });
  after(() => world.fixture.close());
  const run = (edge: Edge = outside(), more: Partial<AwsReader> = {}) =>
    world.run(entryPointCheck, outputs, { edge, aws: { ...aws, ...more }, waitUntil: impatient });

  it("[A6.2] [A6.3] [A6.5] [E3.3] passes an entry point that answers, and has nothing to diagnose", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A6.3",
      "A6.1",
      "A6.2",
      "A6.5",
      "A6.3",
      "E3.3",
    ]);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A6.2] fails without the certificate or the port", async () => {
    const name = { apiVersion: "v1", kind: "Secret", name: "demo-tls", namespace: "gateway" };
    await world.fixture.api.delete(name);
    expect((await run()).bad).to.deep.equal(["A6.2 failed: demo-tls: holds no certificate"]);
    await world.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "demo-tls", namespace: "gateway" },
      type: "kubernetes.io/tls",
      data: { "tls.crt": "eA==", "tls.key": "eA==" },
    });
  });

  const answers: { title: string; edge: Edge; bad: string }[] = [
    {
      title: "[A6.3] another name's certificate",
      edge: outside(ADDRESS, page({ certificateNames: ["other.example.org"] })),
      bad: `A6.3 failed: https://${HOST}/: its certificate names other.example.org`,
    },
    {
      title: "[A6.3] an error",
      edge: outside(ADDRESS, page({ status: 503 })),
      bad: `A6.3 failed: https://${HOST}/: answers 503`,
    },
    {
      title: "[A6.3] nothing at all",
      edge: outside(ADDRESS, new Error("connect ECONNREFUSED")),
      bad: `A6.3 failed: https://${HOST}/: connect ECONNREFUSED`,
    },
    {
      title: "[E3.3] plain HTTP with a page",
      edge: outside(ADDRESS, page(), page()),
      bad: `E3.3 failed: http://${HOST}/: answers 200`,
    },
  ];
  for (const { title, edge, bad } of answers)
    it(`fails on ${title}`, async () => {
      expect((await run(edge)).bad).to.deep.equal([bad]);
    });
  it("[A6.3] takes a wildcard certificate of the host's own domain", async () => {
    expect((await run(outside(ADDRESS, page({ certificateNames: ["*.dev.example.org"] })))).bad).to.deep.equal([]);
  });

  it("[A6.5] fails and explains a host that leads elsewhere, or nowhere", async () => {
    const records = () => Promise.resolve([{ name: `${HOST}.`, type: "CNAME", values: ["old.example.net"] }]);
    const elsewhere = await run(outside("old.example.net"), { dnsRecords: records });
    expect(elsewhere.bad[0]).to.contain(
      `A6.5 failed: ${HOST}: resolves to old.example.net, the entry point is ${ADDRESS}`,
    );
    expect(elsewhere.causes).to.deep.equal([`${HOST} points to old.example.net instead of ${ADDRESS}`]);
    const nowhere: Edge = { ...outside(), resolve: () => Promise.resolve([]) };
    expect((await run(nowhere)).causes).to.deep.equal([`no record exists for ${HOST}`]);
  });

  describe("with an address that stays pending [A6.4]", () => {
    let restore: () => Promise<void>;
    before(async () => {
      await world.put(gateway(undefined));
      restore = await world.put(service("envoy", "gateway", { type: "LoadBalancer", ports: [{ port: 443 }] }));
    });
    after(() => restore());
    const causes: { title: string; aws: Partial<AwsReader>; cause: string }[] = [
      {
        title: "no role of the controller",
        aws: { podIdentityAssociations: () => Promise.resolve([]) },
        cause: "the load balancer controller has no AWS role",
      },
      {
        title: "no tagged subnet",
        aws: { subnets: () => Promise.resolve(soundAws().subnets) },
        cause: "no public subnet is tagged for load balancers",
      },
      {
        title: "a used up quota",
        aws: { quota: () => Promise.resolve(0) },
        cause: "the account's quota of 0 network load balancers is used up",
      },
    ];
    for (const { title, aws: changed, cause } of causes)
      it(`explains it by ${title}`, async () => {
        const result = await run(outside(undefined), changed);
        expect(result.bad[0]).to.equal("A6.3 failed: gateway/public: No addresses have been assigned to the Gateway");
        expect(result.causes).to.deep.equal([cause]);
      });
    it("passes on the controller's own event", async () => {
      const remove = await world.put({
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: "envoy.1", namespace: "gateway" },
        type: "Warning",
        reason: "FailedBuildModel",
        message: "Failed build model due to unable to resolve at least one subnet",
        involvedObject: { kind: "Service", name: "envoy", namespace: "gateway" },
      });
      expect((await run(outside(undefined))).causes).to.deep.equal([
        "the controller says: FailedBuildModel Failed build model due to unable to resolve at least one subnet",
      ]);
      await remove();
    });
  });
});
