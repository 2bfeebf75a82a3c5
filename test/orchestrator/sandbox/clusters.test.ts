import path from "node:path";
import { expect } from "chai";
import { Account } from "../../../orchestrator/sandbox/aws/account";
import { openClusters, recordsOf } from "../../../orchestrator/sandbox/clusters";
import type { ClusterHost } from "../../../orchestrator/sandbox/cluster/host";
import { KubeApi } from "../../../orchestrator/sandbox/kubernetes/api";
import { createKubernetesStandIn } from "../../../orchestrator/sandbox/kubernetes/provider";
import { useFolder } from "../../support/folder";
import { call, FakeCloud, nodes, until } from "./kubernetes/fixture";
import { acme, certificate, is, issuer, ref, RELEASE, route53 } from "./operators/fixture";

const NAME = "slipway-test";

describe("the clusters of an environment", () => {
  const folder = useFolder();
  let account: Account;
  const open: { close(): unknown }[] = [];
  const opened = async (more: Partial<Parameters<typeof openClusters>[0]> = {}): Promise<ClusterHost> => {
    const clusters = await openClusters({
      directory: path.join(folder(), "clusters"),
      cloud: new FakeCloud(),
      account,
      kind: "embedded",
      variables: {},
      ...more,
    });
    open.push(clusters);
    return clusters;
  };
  /** Installs a chart as the engine would. */
  const install = async (clusters: ClusterHost, chart: string, namespace: string, values: object) => {
    const standIn = createKubernetesStandIn({ clusters, awaitSeconds: 10 });
    open.push(standIn);
    const { kubeconfig = "" } = clusters.get(NAME) ?? {};
    await standIn.configure?.({ kubeconfig }, { peer: call(RELEASE).peer, urn: "urn:provider" });
    const given = { name: chart, namespace, chart, createNamespace: true, values: values as never };
    const { inputs } = (await standIn.check?.(call(RELEASE), undefined, given)) ?? { inputs: given };
    await standIn.create(call(RELEASE), inputs, false);
  };
  beforeEach(() => {
    account = new Account(folder(), "111122223333", "eu-central-1");
  });
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
    account.close();
  });

  it("are none at first, and come back as they were when last closed", async () => {
    const first = await opened();
    expect(first.get(NAME)).to.equal(undefined);
    const { token } = await first.ensure(NAME, "1.36");
    await open.pop()?.close();
    expect((await opened()).get(NAME)?.token).to.equal(token);
  });
  it("resolve names by the records of the account", () => {
    const inputs = { zoneId: "Z1", name: "a.example.org", type: "CNAME", values: ["b.example.net"] };
    account.put({ id: "a", type: "slipway:dns/record", urn: "", inputs, outputs: {} });
    account.put({ id: "vpc", type: "aws:ec2/vpc:Vpc", urn: "", inputs: {}, outputs: {} });
    expect(recordsOf(account)).to.deep.equal([{ name: "a.example.org", type: "CNAME", values: ["b.example.net"] }]);
  });
  it("say once what an operator cannot do, and name it and its cluster", async () => {
    const told: string[] = [];
    const first = Promise.withResolvers<undefined>();
    class Broken extends FakeCloud {
      override podIdentityRole(): never {
        throw new Error("the account does not answer");
      }
    }
    const clusters = await opened({
      cloud: new Broken(),
      warn: (text) => {
        told.push(text);
        first.resolve(undefined);
      },
    });
    const access = await clusters.ensure(NAME, "1.36");
    await clusters.setNodes(NAME, "system", nodes(3));
    await install(clusters, "aws-load-balancer-controller", "kube-system", {
      clusterName: NAME,
      serviceAccount: { name: "aws-load-balancer-controller" },
    });
    const api = new KubeApi(access);
    open.push(api);
    const service = (name: string) =>
      api.apply(
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name, namespace: "default" },
          spec: { type: "LoadBalancer", loadBalancerClass: "service.k8s.aws/nlb", ports: [{ port: 80 }] },
        },
        { manager: "test" },
      );
    await service("one");
    await first.promise;
    await service("two");
    await service("three");
    expect(told).to.deep.equal([`rehearsal: aws-load-balancer-controller in ${NAME}: the account does not answer`]);
  });
  it("have a certificate authority that refuses by the rules of the rehearsal [A5.4]", async () => {
    const asked: string[] = [];
    const cloud = new FakeCloud();
    cloud.roles.set("cert-manager/cert-manager", ["route53:*"]);
    const clusters = await opened({
      cloud,
      acmeRefusal: (names) => {
        asked.push(names.join());
        return "429 urn:ietf:params:acme:error:rateLimited: no more";
      },
    });
    const access = await clusters.ensure(NAME, "1.36");
    await clusters.setNodes(NAME, "system", nodes(3));
    const api = new KubeApi(access);
    open.push(api);
    for (const name of ["cert-manager", "demo"])
      await api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } }, { manager: "test" });
    await install(clusters, "cert-manager", "cert-manager", { crds: { enabled: true } });
    const wanted = certificate("limited", "dns");
    await api.apply(issuer("dns", acme(route53)), { manager: "test" });
    await api.apply(wanted, { manager: "test" });
    const request = { ...ref(wanted), kind: "CertificateRequest", name: "limited-1" };
    const failed = await until({ api }, request, (one) =>
      JSON.stringify(one?.["status"] ?? {}).includes("rateLimited"),
    );
    expect(is("Ready", "False")(failed)).to.equal(true);
    expect(asked).to.have.length(1);
  });
});
