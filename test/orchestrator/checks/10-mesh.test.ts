import { expect } from "chai";
import { meshPolicy } from "../../../infra/mesh/istio";
import { baseValues, cniValues, istiodValues, ztunnelValues } from "../../../infra/mesh/istio-values";
import { proxyPolicy } from "../../../infra/mesh/linkerd";
import * as linkerdValues from "../../../infra/mesh/linkerd-values";
import { CALLERS, MESH_POLICY } from "../../../infra/mesh/names";
import { meshCheck } from "../../../orchestrator/checks/10-mesh";
import { createClients } from "../../../orchestrator/checks/clients";
import { gatewayDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { configOf } from "../../support/pulumi";
import { awsReader, soundAws } from "../../support/world";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const none = { kind: "none" as const, namespace: "", agents: [], namespaces: [], callers: [] };
const ambient = (namespaces: string[] = ["shop"]) => ({
  kind: "istio-ambient" as const,
  namespace: "istio-system",
  agents: ["istio-system/istio-cni-node", "istio-system/ztunnel"],
  namespaces,
  callers: namespaces.length === 0 ? [] : [...CALLERS],
});
const config = { environment: "dev" as const, highAvailability: false };
const off = { mesh: { kind: "none" as const, namespaces: [], demands: [] } };
const namespace = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
const port = (of: string): KubeObject => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: MESH_POLICY, namespace: of },
  spec: meshPolicy(of),
});
const peers = (of: string, mode: string): KubeObject => ({
  apiVersion: "security.istio.io/v1",
  kind: "PeerAuthentication",
  metadata: { name: "default", namespace: of },
  spec: { mtls: { mode } },
});
const pod = (name: string, of: string, image = "app:1"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: of, labels: { app: name } },
  spec: { containers: [{ name: "app", image }] },
});

describe("check 10 mesh", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    for (const name of ["shop", "store", ...CALLERS]) await world.put(namespace(name));
  });
  after(() => world.fixture.close());
  const run = (mesh: ReturnType<typeof ambient> | typeof none) =>
    world.run(meshCheck, { mesh } as never, {
      config: { ...config, mesh: { ...off.mesh, kind: mesh.kind } } as never,
    });
  const admitted = async (namespaces: string[], kind: "istio-ambient" | "linkerd" | "none" = "istio-ambient") => {
    const clients = await createClients({
      target: "rehearsal",
      outputs: { kubeconfig: world.fixture.access.kubeconfig } as never,
      aws: awsReader(soundAws(), {}),
    });
    const mesh = { kind, namespaces, demands: [] };
    return meshCheck.admit?.({ outputs: {}, config: { ...config, mesh }, clients, waitUntil: impatient } as never);
  };

  it("[A10.3] says that it is off by configuration, and what the advisor says", async () => {
    const { findings, bad } = await run(none);
    expect(bad).to.deep.equal([]);
    expect(findings).to.have.length(1);
    expect(findings[0]).to.include({ state: "off by configuration", requirement: "A10.3" });
    expect(findings[0]?.detail).to.equal(
      "off by configuration; the advisor says no: 0 services: below 20 a mesh costs more than it brings",
    );
  });
  it("[A10.4] fails where a mesh should be and is not", async () => {
    const { bad } = await run(ambient());
    expect(bad.join("\n"))
      .to.include("istio-system/ztunnel: does not exist")
      .and.include("shop: has not joined")
      .and.include("A10.4 inconclusive");
  });

  describe("with Istio", () => {
    before(async () => {
      await world.put(namespace("istio-system"));
      const install = (name: string, chart: string, values: object) =>
        world.fixture.make("kubernetes:helm.sh/v3:Release", name, {
          name,
          chart,
          version: "1.31.1",
          namespace: "istio-system",
          values,
        } as never);
      await install("istio-base", "base", baseValues());
      await install("istiod", "istiod", istiodValues(configOf("dev")));
      await install("istio-cni", "cni", cniValues());
      await install("ztunnel", "ztunnel", ztunnelValues());
      for (const name of ["shop", ...CALLERS]) {
        await world.put(namespace(name, { "istio.io/dataplane-mode": "ambient" }));
        await world.put(port(name));
      }
      await world.put(peers("shop", "STRICT"));
    });

    it("[A10.2] [A10.4] passes: agents everywhere, the namespace is in, a pair speaks TLS, by computation", async () => {
      const { bad, diagnoses, findings } = await run(ambient());
      expect([bad, diagnoses]).to.deep.equal([[], []]);
      const pair = findings.find(({ title }) => title.startsWith("two pods"));
      expect(pair).to.include({ proof: "computed", detail: "answered a pod of the mesh, refused one outside" });
    });
    it("[A10.3] fails where one is there although none was chosen", async () => {
      const { bad } = await run(none);
      expect(bad.join("\n"))
        .to.include("istio-system/ztunnel: is there although")
        .and.include("shop: is marked for a mesh that is not there");
    });
    it("[A10.2] fails for a namespace that nobody named, lacks its port, or takes plain text", async () => {
      expect((await run(ambient([]))).bad.join("\n")).to.include(
        "shop: has joined, but the configuration does not name it",
      );
      const back = await world.put(namespace("store", { "istio.io/dataplane-mode": "ambient" }));
      expect((await run(ambient(["shop", "store"]))).bad.join("\n")).to.include(
        "store: no network policy lets the mesh's port 15008 in",
      );
      await world.put(port("store"));
      await world.put(peers("store", "PERMISSIVE"));
      expect((await run(ambient(["shop", "store"]))).bad.join("\n")).to.include("store: takes plain text");
      await world.put(peers("store", "STRICT"));
      expect((await run(ambient(["shop", "store"]))).bad).to.deep.equal([]);
      await world.put(namespace("store", { "istio.io/dataplane-mode": "none" }));
      expect(back).to.be.a("function");
    });
    it("[A10.4] fails when plain text is answered: the proxies of the nodes are gone", async () => {
      await world.fixture.api.merge(
        { apiVersion: "apps/v1", kind: "DaemonSet", name: "ztunnel", namespace: "istio-system" },
        { spec: { template: { spec: { nodeSelector: { no: "such-node" } } } } },
      );
      const { bad } = await run(ambient());
      expect(bad.join("\n"))
        .to.include("a pod outside the mesh was answered in plain text")
        .and.include("is wanted on 0 of");
      await world.fixture.api.merge(
        { apiVersion: "apps/v1", kind: "DaemonSet", name: "ztunnel", namespace: "istio-system" },
        { spec: { template: { spec: { nodeSelector: { no: null } } } } },
      );
    });
    it("[A10.5] fails and explains a proxy without a limit", async () => {
      const away = await world.put({
        ...pod("stray", "istio-system"),
        metadata: { name: "stray", namespace: "istio-system", labels: { app: "ztunnel" } },
      });
      const { bad, causes } = await run(ambient());
      expect(bad.join("\n")).to.include("istio-system/stray: its proxy has no limit of cpu");
      expect(causes.join("\n")).to.include("the proxies' share is too large");
      await away();
    });

    describe("when one joins after the other", () => {
      it("[A10.6] refuses two new namespaces in one step, and takes one", async () => {
        expect((await admitted(["shop", "store", "other"]))?.reason).to.equal(
          "many rules enabled in one step: store, other would join the mesh at once (A10.6)",
        );
        expect(await admitted(["shop", "store"])).to.equal(undefined);
        expect(await admitted(["shop"])).to.equal(undefined);
        expect(await admitted([], "none")).to.equal(undefined);
      });
      it("[A10.2] refuses a mesh beside another", async () => {
        expect((await admitted(["shop"], "linkerd"))?.reason).to.include("is in another mesh (istio-ambient)");
      });
      it("[A10.2] [A10.6] holds the next back, and says so, while the last is not healthy", async () => {
        const away = await world.put({
          ...pod("sick", "shop"),
          spec: { nodeSelector: { no: "such-node" }, containers: [{ name: "app", image: "app:1" }] },
        });
        expect((await admitted(["shop", "store"]))?.reason).to.include(
          "store would join the mesh while the last is not healthy",
        );
        expect((await run(ambient())).causes).to.deep.equal(["the namespace that joined last is not healthy"]);
        expect((await run(ambient(["shop", "store"]))).causes.join("\n")).to.include("many rules enabled in one step");
        await away();
      });
    });
  });

  describe("with Linkerd", () => {
    const sidecars = {
      kind: "linkerd" as const,
      namespace: "linkerd",
      agents: ["linkerd-cni/linkerd-cni"],
      namespaces: ["meshed"],
      callers: [],
    };
    const proxied = { "linkerd.io/control-plane-ns": "linkerd" };
    const withProxy = (request: string, limit: object) => ({
      ...pod("web", "meshed"),
      metadata: { name: "web", namespace: "meshed", labels: proxied },
      spec: {
        containers: [
          { name: "app", image: "app:1", resources: { requests: { cpu: "50m", memory: "64Mi" } } },
          {
            name: "linkerd-proxy",
            image: "proxy:1",
            resources: { requests: { cpu: request, memory: "20Mi" }, limits: limit },
          },
        ],
      },
    });
    const limits = { cpu: "250m", memory: "250Mi" };
    before(async () => {
      for (const name of ["linkerd", "linkerd-cni"]) await world.put(namespace(name));
      await world.put({
        ...namespace("meshed"),
        metadata: { name: "meshed", annotations: { "linkerd.io/inject": "enabled" } },
      });
      await world.put({ ...port("meshed"), spec: proxyPolicy("meshed") });
      for (const one of gatewayDefinitions) await world.put(one);
      const install = (name: string, home: string, values: object) =>
        world.fixture.make("kubernetes:helm.sh/v3:Release", name, {
          name,
          chart: name,
          version: "2026.6.3",
          namespace: home,
          values,
        } as never);
      await install("linkerd-crds", "linkerd", linkerdValues.crdsValues());
      await install("linkerd2-cni", "linkerd-cni", linkerdValues.cniValues());
      await install("linkerd-control-plane", "linkerd", linkerdValues.controlPlaneValues(configOf("dev")));
    });
    const judged = () => run(sidecars as never);

    it("[A10.2] [A10.4] passes: agents everywhere, every pod with its proxy, a pair speaks TLS", async () => {
      const away = await world.put(withProxy("20m", limits));
      const { bad, diagnoses } = await judged();
      expect([bad, diagnoses]).to.deep.equal([[], []]);
      await away();
    });
    it("[A10.2] fails for a pod that was there before its namespace joined, and says to restart it", async () => {
      const away = await world.put(pod("old", "meshed"));
      const { bad, causes } = await judged();
      expect(bad.join("\n")).to.include("meshed/old: has no proxy");
      expect(causes.join("\n")).to.include("a proxy comes only into new ones");
      await away();
    });
    it("[A10.5] fails and explains a proxy that takes more than its application, or has no limit", async () => {
      const heavy = await world.put(withProxy("100m", limits));
      const { bad, diagnoses } = await judged();
      expect(bad.join("\n")).to.include("meshed/web: its proxy takes more cpu than the application");
      expect(diagnoses).to.deep.equal(["A10.5 meshed/web"]);
      await heavy();
      const endless = await world.put(withProxy("20m", {}));
      expect((await judged()).bad.join("\n")).to.include("has no limit of memory");
      await endless();
    });
    it("[A10.1] fails for a route that Linkerd 2.20 would ignore in silence", async () => {
      const away = await world.put({
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "TCPRoute",
        metadata: { name: "split", namespace: "meshed" },
        spec: { parentRefs: [{ group: "", kind: "Service", name: "db" }], rules: [] },
      });
      expect((await judged()).bad.join("\n")).to.include("meshed/split: is for a Service");
      await away();
    });
  });
});
