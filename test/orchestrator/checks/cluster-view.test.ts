import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { CoreV1Api, KubeConfig, type V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import type { Kubernetes } from "../../../orchestrator/checks/check";
import {
  isTooEarly,
  condition,
  nameOf,
  podProblem,
  viewCluster,
  type ClusterView,
} from "../../../orchestrator/checks/cluster-view";
import { serverIdentity } from "../../../orchestrator/sandbox/cluster/certificates";
import { useFolder } from "../../support/folder";
import { open, type Fixture } from "../sandbox/kubernetes/fixture";

const kubernetes = (kubeconfig: string): Kubernetes => {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  return { config, core: config.makeApiClient(CoreV1Api) };
};
const failure = (attempt: Promise<unknown>) =>
  attempt.then(
    () => expect.fail("it succeeded"),
    (error: unknown) => error as Error & { code?: number },
  );

describe("a cluster as checks see it", () => {
  let world: Fixture;
  let view: ClusterView;
  before(async () => {
    world = await open();
    view = await viewCluster(kubernetes(world.access.kubeconfig));
  });
  after(() => world.close());
  const settings = (name: string, namespace = "default") => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace },
    data: { a: "1" },
  });

  it("lists a kind in all namespaces or in one", async () => {
    await view.create(settings("one"));
    await view.create(settings("two", "kube-system"));
    const names = async (namespace?: string) =>
      (await view.list("v1", "ConfigMap", namespace)).map(({ metadata }) => metadata?.name);
    expect(await names()).to.include.members(["one", "two"]);
    expect(await names("default"))
      .to.include("one")
      .and.not.include("two");
  });
  it("tries a write without keeping it, and says why it would be refused", async () => {
    expect(await view.tryCreate(settings("tried"))).to.equal(undefined);
    expect(await view.get("v1", "ConfigMap", "tried", "default")).to.equal(undefined);
    expect(await view.tryCreate(settings("one"))).to.equal('configmaps "one" already exists');
    expect(await view.tryCreate(settings("tried", "nowhere"))).to.equal('namespaces "nowhere" not found');
    for (const apiVersion of ["cert-manager.io/v1", "apps/v1"])
      expect(await view.tryCreate({ ...settings("tried"), apiVersion, kind: "Certificate" })).to.equal(
        'no matches for kind "Certificate"',
      );
  });
  it("reads what is there, and says nothing of what is not", async () => {
    expect(await view.get("v1", "ConfigMap", "one", "default")).to.deep.include({ data: { a: "1" } });
    expect(await view.get("v1", "ConfigMap", "none", "default")).to.equal(undefined);
    expect(await view.get("v1", "Namespace", "default")).to.have.nested.property("metadata.name", "default");
  });
  it("takes a kind that is not served for empty: its chart is not installed [A5.1]", async () => {
    expect(await view.list("cert-manager.io/v1", "Certificate")).to.deep.equal([]);
    expect(await view.get("cert-manager.io/v1", "Certificate", "x", "default")).to.equal(undefined);
    await view.remove({ apiVersion: "cert-manager.io/v1", kind: "Certificate", metadata: { name: "x" } });
  });
  it("removes once and for all", async () => {
    await view.create(settings("short"));
    await view.remove(settings("short"));
    await view.remove(settings("short"));
    expect(await view.get("v1", "ConfigMap", "short", "default")).to.equal(undefined);
  });
  it("does not take a refusal for an absence", async () => {
    const stranger = await viewCluster(kubernetes(world.access.kubeconfig.replace(/token: .*/, "token: wrong")));
    expect((await failure(stranger.list("v1", "ConfigMap"))).code).to.equal(401);
    expect((await failure(stranger.get("v1", "ConfigMap", "one", "default"))).code).to.equal(401);
    expect((await failure(stranger.remove(settings("one")))).code).to.equal(401);
  });
  it("passes on why an object was refused", async () => {
    const error = await failure(view.create(settings("one")));
    expect(error.code).to.equal(409);
    expect(error.message).to.include("already exists");
  });
  it("finds a healthy control plane healthy [A2.3]", async () =>
    expect(await view.failingHealthChecks()).to.deep.equal([]));

  describe("the control plane's own health [A2.3]", () => {
    const folder = useFolder();
    let server: https.Server | undefined;
    afterEach(() => new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined))));
    /** What the view makes of an answer of `/readyz?verbose`. */
    const healthOf = async (status: number, body: string) => {
      const { key, certificate, authority } = await serverIdentity(folder());
      const asked: string[] = [];
      server = https.createServer({ key, cert: certificate }, ({ url = "" }, response) => {
        asked.push(url);
        response.writeHead(status, { connection: "close" }).end(body);
      });
      await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
      const config = new KubeConfig();
      config.loadFromClusterAndUser(
        {
          name: "c",
          server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
          caData: Buffer.from(authority).toString("base64"),
          skipTLSVerify: false,
        },
        { name: "u", token: "t" },
      );
      const seen = await viewCluster({ config, core: config.makeApiClient(CoreV1Api) });
      return seen.failingHealthChecks().finally(() => expect(asked).to.deep.equal(["/readyz?verbose"]));
    };

    it("is what it says of each check, a failed one by its name", async () => {
      const body = "[+]ping ok\n[-]etcd failed: reason withheld\n[+]log ok\nreadyz check failed\n";
      expect(await healthOf(500, body)).to.deep.equal(["etcd failed: reason withheld"]);
    });
    it("is not good because nothing can be read", async () => {
      for (const body of ["", "<html>gateway timeout</html>"]) {
        const error = await failure(healthOf(200, body));
        expect(error.message).to.include("/readyz answered nothing that can be read");
        await new Promise((resolve) => server?.close(resolve));
        server = undefined;
      }
    });
    it("cannot be asked of a kubeconfig without a cluster", async () => {
      const empty = await viewCluster({ config: new KubeConfig() } as Kubernetes).catch((error: Error) => error);
      const error = empty instanceof Error ? empty : await failure(empty.failingHealthChecks());
      expect(error.message).to.match(/no (active )?cluster/i);
    });
  });
});

describe("what a pod says of itself", () => {
  const pod = (status: V1Pod["status"]): V1Pod => ({ status }) as V1Pod;
  const not = (type: string, more: object) => ({ type, status: "False", ...more });

  it("is nothing when it is ready, or has finished well", () => {
    expect(podProblem(pod({ conditions: [{ type: "Ready", status: "True" }] }))).to.equal(undefined);
    expect(podProblem(pod({ phase: "Succeeded", conditions: [not("Ready", {})] }))).to.equal(undefined);
  });
  it("is what its container waits for before anything else", () => {
    const containerStatuses = [{ state: { waiting: { reason: "ImagePullBackOff" } } }] as never;
    expect(
      podProblem(pod({ conditions: [not("Ready", { reason: "ContainersNotReady" })], containerStatuses })),
    ).to.equal("ImagePullBackOff");
  });
  it("is why no node takes it", () => {
    const message = "0/3 nodes are available: 3 Insufficient cpu.";
    expect(podProblem(pod({ phase: "Pending", conditions: [not("PodScheduled", { message })] }))).to.equal(message);
  });
  it("is its reason, else its phase, and never nothing", () => {
    expect(podProblem(pod({ conditions: [not("Ready", { reason: "ContainersNotReady" })] }))).to.equal(
      "ContainersNotReady",
    );
    expect(podProblem(pod({ phase: "Failed" }))).to.equal("phase Failed");
    expect(podProblem({})).to.equal("phase unknown");
  });
});

describe("names and conditions of objects", () => {
  it("are written as people write them", () => {
    expect(nameOf({ metadata: { namespace: "demo", name: "web" } })).to.equal("demo/web");
    expect(nameOf({ metadata: { name: "node-1" } })).to.equal("node-1");
  });
  it("are found by type, and not where there are none", () => {
    const ready = { type: "Ready", status: "True" };
    expect(condition({ status: { conditions: [ready] } } as never, "Ready")).to.deep.equal(ready);
    expect(condition({ status: { conditions: [ready] } } as never, "Synced")).to.equal(undefined);
    expect(condition({}, "Ready")).to.equal(undefined);
    expect(condition(undefined, "Ready")).to.equal(undefined);
  });
  it("tells an answer that comes too early from every other", () => {
    const answer = (code: number) => Object.assign(new Error("storage is (re)initializing"), { code });
    expect(isTooEarly(answer(429))).to.equal(true);
    for (const other of [answer(500), answer(404), new Error("429"), { code: 429 }])
      expect(isTooEarly(other)).to.equal(false);
  });
});
