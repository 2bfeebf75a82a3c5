import { CoreV1Api, KubeConfig, type KubernetesObject, type V1Namespace, type V1Pod } from "@kubernetes/client-node";
import { expect } from "chai";
import type { WaitUntil } from "../../../orchestrator/checks/check";
import { viewCluster, type ClusterView } from "../../../orchestrator/checks/cluster-view";
import { attemptFrom, inProbeNamespace, listen } from "../../../orchestrator/checks/probe";
import { strict } from "../../support/rollout";
import { once } from "../../support/world";
import { open } from "../sandbox/kubernetes/fixture";

/** A cluster that keeps what it is given; its pods end as the test says. */
class FakeView {
  readonly log: string[] = [];
  readonly created: KubernetesObject[] = [];
  namespaces: V1Namespace[] = [];
  podStatus: V1Pod["status"] | undefined = { phase: "Succeeded" };

  readonly view = strict<ClusterView>("cluster", {
    list: () => Promise.resolve(this.namespaces as never),
    get: () => Promise.resolve({ status: this.podStatus } as never),
    create: (object) => {
      this.created.push(object);
      this.log.push(`create ${object.kind}`);
      return Promise.resolve(object);
    },
    remove: ({ kind, metadata }) => {
      this.log.push(`remove ${kind} ${metadata.name}`);
      return Promise.resolve();
    },
  });
}
const namespace = (name: string, more: object = {}): V1Namespace => ({
  metadata: { name, labels: { "slipway.dev/probe": "true" }, ...more },
});

describe("a probe", () => {
  let world: FakeView;
  beforeEach(() => (world = new FakeView()));
  const failure = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => (error as Error).message,
    );
  const pod = () => world.created.at(-1) as V1Pod;
  const dial = (waitUntil = once) =>
    attemptFrom(world.view, waitUntil, "ns", "client", { app: "a" }, { kind: "tcp", host: "10.0.0.1", port: 8080 });

  describe("has a namespace of its own", () => {
    it("that is restricted like an application's, and goes when it is done", async () => {
      const name = await inProbeNamespace(world.view, once, (given) => Promise.resolve(given));
      expect(name).to.match(/^slipway-probe-[0-9a-f]{8}$/);
      expect(world.created[0]?.metadata).to.deep.equal({
        name,
        labels: { "slipway.dev/probe": "true", "pod-security.kubernetes.io/enforce": "restricted" },
      });
      expect(world.log).to.deep.equal(["create Namespace", `remove Namespace ${name}`]);
    });
    it("that goes when the attempt fails too", async () => {
      const message = await failure(inProbeNamespace(world.view, once, () => Promise.reject(new Error("no"))));
      expect(message).to.equal("no");
      expect(world.log.at(-1)).to.match(/^remove Namespace slipway-probe-/);
    });
    it("and takes away what a killed run left, but nobody else's and nothing that is going already", async () => {
      world.namespaces = [
        namespace("left"),
        namespace("going", { deletionTimestamp: new Date(0) }),
        { metadata: { name: "demo" } },
      ];
      await inProbeNamespace(world.view, once, () => Promise.resolve());
      expect(world.log.slice(0, 2)).to.deep.equal(["remove Namespace left", "create Namespace"]);
    });
    it("and begins when the namespace has its default account, without which no pod is taken", async () => {
      let there = false;
      const later: WaitUntil = async ({ reason, attempt }) => {
        expect(reason).to.match(/^the default account of slipway-probe-/);
        expect((await attempt()).done).to.equal(false);
        there = true;
        return attempt();
      };
      const view = { ...world.view, get: () => Promise.resolve((there ? {} : undefined) as never) };
      expect(await inProbeNamespace(view, later, () => Promise.resolve(there))).to.equal(true);
    });
    it("under another name each time", async () => {
      const names = [1, 2, 3].map(() => inProbeNamespace(world.view, once, (given) => Promise.resolve(given)));
      expect(new Set(await Promise.all(names)).size).to.equal(3);
    });
  });

  it("gets through when its pod ends well, and does not when it fails", async () => {
    expect(await dial()).to.equal(true);
    world.podStatus = { phase: "Failed" };
    expect(await dial()).to.equal(false);
  });
  it("is undecided, and says so, when its pod does not end in two minutes", async () => {
    world.podStatus = { phase: "Pending" };
    expect(await failure(dial())).to.equal("probe pod ns/client did not end within 120 s (phase Pending)");
    world.podStatus = undefined;
    expect(await failure(dial())).to.include("(phase none)");
    const asked: number[] = [];
    const waitUntil: WaitUntil = ({ deadlineSeconds, attempt }) => {
      asked.push(deadlineSeconds);
      return attempt();
    };
    await failure(dial(waitUntil));
    expect(asked).to.deep.equal([120]);
  });
  it("tries what it is told from under the labels it is told, once", async () => {
    await dial();
    expect(pod().metadata).to.deep.include({
      labels: { app: "a" },
      annotations: { "slipway.dev/probe": "tcp://10.0.0.1:8080" },
    });
    expect(pod().spec?.containers[0]?.command).to.deep.equal(["nc", "-z", "-w", "5", "10.0.0.1", "8080"]);
    expect(pod().spec?.restartPolicy).to.equal("Never");
    await attemptFrom(world.view, once, "ns", "client", {}, { kind: "dns", name: "kubernetes.default" });
    expect(pod().spec?.containers[0]?.command).to.deep.equal(["nslookup", "kubernetes.default"]);
    expect(pod().metadata?.annotations).to.deep.equal({ "slipway.dev/probe": "dns://kubernetes.default" });
  });
  it("[A10.4] is let in only when it is answered: a proxy takes a connection before it knows", async () => {
    const target = { kind: "answer", host: "10.0.0.1", port: 8080 } as const;
    const marks = { labels: { mesh: "in" }, annotations: { note: "in" } };
    await attemptFrom(world.view, once, "ns", "client", { app: "a" }, target, marks);
    expect(pod().spec?.containers[0]?.command?.[2]).to.equal('test "$(nc -w 5 10.0.0.1 8080 </dev/null)" = slipway');
    expect(pod().metadata).to.deep.include({
      labels: { app: "a", mesh: "in" },
      annotations: { "slipway.dev/probe": "tcp://10.0.0.1:8080", note: "in" },
    });
  });
  it("may run where only restricted pods may [E2.1]", async () => {
    await dial();
    expect(pod().spec).to.deep.include({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 65534, seccompProfile: { type: "RuntimeDefault" } },
    });
    expect(pod().spec?.containers[0]?.securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
    });
    expect(pod().spec?.containers[0]?.resources?.limits).to.deep.equal({ cpu: "10m", memory: "16Mi" });
  });

  it("is let into a restricted namespace by an API server that judges pods [E2.1]", async () => {
    const cluster = await open();
    try {
      const config = new KubeConfig();
      config.loadFromString(cluster.access.kubeconfig);
      const view = await viewCluster({ config, core: config.makeApiClient(CoreV1Api) });
      const made = await inProbeNamespace(view, once, async (given) => {
        await attemptFrom(view, once, given, "client", {}, { kind: "tcp", host: "10.0.0.1", port: 1 }).catch(
          (error: Error) => expect(error.message).to.include("did not end"),
        );
        return view.get("v1", "Pod", "client", given);
      });
      expect(made).to.have.nested.property("metadata.name", "client");
    } finally {
      await cluster.close();
    }
  });

  describe("that listens", () => {
    const ready = { conditions: [{ type: "Ready", status: "True" }], podIP: "10.0.0.9" };
    const serve = () => listen(world.view, once, "ns", "server", {}, 8080);
    it("answers with its address once it is ready", async () => {
      world.podStatus = ready;
      expect(await serve()).to.equal("10.0.0.9");
      expect(pod().spec?.containers[0]).to.deep.include({
        command: ["nc", "-lk", "-p", "8080", "-e", "echo", "slipway"],
        ports: [{ containerPort: 8080 }],
      });
    });
    it("is an error when it never is, with or without an address", async () => {
      for (const status of [{ ...ready, conditions: [] }, { conditions: ready.conditions }]) {
        world.podStatus = status;
        expect(await failure(serve())).to.equal("probe pod ns/server did not become Ready within 120 s");
      }
    });
  });
});
