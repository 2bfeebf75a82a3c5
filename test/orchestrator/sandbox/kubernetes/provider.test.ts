import { expect } from "chai";
import { UNKNOWN } from "../../../../orchestrator/engine/builtin/model";
import { PartlyDone, type Properties } from "../../../../orchestrator/sandbox/provider/serve";
import { CLUSTER, call, open, type Fixture } from "./fixture";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const CONFIG_MAP = "kubernetes:core/v1:ConfigMap";
const SERVICE = "kubernetes:core/v1:Service";
const NAMESPACE = "kubernetes:core/v1:Namespace";

function deployment(
  name: string | undefined,
  more: { replicas?: number; nodeSelector?: Record<string, string>; image?: string } = {},
): Properties {
  const labels = { app: name ?? "app" };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { ...(name !== undefined && { name }), namespace: "apps" },
    spec: {
      replicas: more.replicas ?? 2,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          ...(more.nodeSelector && { nodeSelector: more.nodeSelector }),
          containers: [{ name: "app", image: more.image ?? "app:1", ports: [{ containerPort: 8080 }] }],
        },
      },
    },
  };
}
const configMap = (name: string | undefined, data: Record<string, string>, more: Properties = {}): Properties => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { ...(name !== undefined && { name }), namespace: "apps", ...more },
  data,
});
async function failure(attempt: Promise<unknown>): Promise<Error> {
  return attempt.then(
    () => expect.fail("it succeeded"),
    (error: unknown) => error as Error,
  );
}

describe("the kubernetes provider stand-in", () => {
  let world: Fixture;
  before(async () => {
    world = await open({ awaitSeconds: 5 });
    await world.make(NAMESPACE, "apps", { apiVersion: "v1", kind: "Namespace", metadata: { name: "apps" } });
  });
  after(() => world.close());

  describe("check", () => {
    const check = async (type: string, name: string, olds: Properties | undefined, news: Properties) => {
      const checked = await world.standIn.check?.(call(type, name), olds, news);
      if (checked === undefined) throw new Error("no check");
      return checked;
    };

    it("names what has no name after its resource, and keeps that name", async () => {
      const first = await check(CONFIG_MAP, "settings", undefined, configMap(undefined, {}));
      const name = (first.inputs["metadata"] as { name: string }).name;
      expect(name).to.match(/^settings-[0-9a-f]{8}$/);
      const again = await check(CONFIG_MAP, "settings", first.inputs, configMap(undefined, { a: "b" }));
      expect((again.inputs["metadata"] as { name: string }).name).to.equal(name);
    });

    it("gives a namespace to kinds that have one, and to no other", async () => {
      const pod = await check(SERVICE, "s", undefined, { apiVersion: "v1", kind: "Service", metadata: { name: "s" } });
      expect(pod.inputs["metadata"]).to.deep.equal({ name: "s", namespace: "default" });
      const cluster = await check(NAMESPACE, "n", undefined, {
        apiVersion: "v1",
        kind: "Namespace",
        metadata: { name: "n" },
      });
      expect(cluster.inputs["metadata"]).to.deep.equal({ name: "n" });
    });

    it("refuses lists and objects without a kind", async () => {
      const list = await check("kubernetes:core/v1:ConfigMapList", "l", undefined, {
        apiVersion: "v1",
        kind: "ConfigMapList",
        items: [],
      });
      expect(list.failures?.[0]?.reason).to.contain("is a list as the API returns it and cannot be created");
      const none = await check(CONFIG_MAP, "l", undefined, { apiVersion: "v1", metadata: { name: "x" } });
      expect(none.failures).to.deep.include({ property: "kind", reason: "object has no kind" });
    });
  });

  describe("diff", () => {
    const diff = async (type: string, olds: Properties, news: Properties) => {
      const answer = await world.standIn.diff?.(call(type), { id: "x", inputs: olds, outputs: {} }, news);
      if (answer === undefined) throw new Error("no diff");
      return answer;
    };
    const cases: {
      title: string;
      type: string;
      olds: Properties;
      news: Properties;
      changes: boolean;
      replaces: string[];
      first: boolean;
    }[] = [
      {
        title: "sees no change where there is none",
        type: DEPLOYMENT,
        olds: deployment("a"),
        news: deployment("a"),
        changes: false,
        replaces: [],
        first: false,
      },
      {
        title: "updates an image in place",
        type: DEPLOYMENT,
        olds: deployment("a"),
        news: deployment("a", { image: "app:2" }),
        changes: true,
        replaces: [],
        first: false,
      },
      {
        title: "replaces a Deployment whose selector changes, the old one first since the name is fixed",
        type: DEPLOYMENT,
        olds: { ...deployment("a"), spec: { selector: { matchLabels: { app: "x" } } } },
        news: { ...deployment("a"), spec: { selector: { matchLabels: { app: "y" } } } },
        changes: true,
        replaces: ["spec.selector.matchLabels.app"],
        first: true,
      },
      {
        title: "replaces what gets another name, the new one first",
        type: CONFIG_MAP,
        olds: configMap("a", {}),
        news: configMap("b", {}),
        changes: true,
        replaces: ["metadata.name"],
        first: false,
      },
      {
        title: "replaces a ConfigMap with other data",
        type: CONFIG_MAP,
        olds: configMap("a", { k: "1" }),
        news: configMap("a", { k: "2" }),
        changes: true,
        replaces: ["data.k"],
        first: true,
      },
      {
        title: "replaces a Job with another template",
        type: "kubernetes:batch/v1:Job",
        olds: { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" }, spec: { template: { a: 1 } } },
        news: { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" }, spec: { template: { a: 2 } } },
        changes: true,
        replaces: ["spec.template.a"],
        first: true,
      },
    ];
    for (const { title, type, olds, news, changes, replaces, first } of cases)
      it(title, async () => {
        const answer = await diff(type, olds, news);
        expect(answer.changes).to.equal(changes);
        expect(answer.replaces).to.deep.equal(replaces);
        expect(answer.deleteBeforeReplace).to.equal(first);
      });

    it("does not take a new address of the same cluster for a change", () => {
      const moved = world.access.kubeconfig.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1");
      expect(world.standIn.diffConfig?.({ kubeconfig: world.access.kubeconfig }, { kubeconfig: moved })).to.deep.equal({
        changes: false,
        diffs: [],
        replaces: [],
      });
      const other = world.access.kubeconfig.replaceAll(CLUSTER, "elsewhere");
      expect(
        world.standIn.diffConfig?.({ kubeconfig: world.access.kubeconfig }, { kubeconfig: other })?.replaces,
      ).to.deep.equal(["kubeconfig"]);
    });
  });

  describe("create, update and delete", () => {
    it("makes a Deployment and returns once its pods are available", async () => {
      const made = await world.make(DEPLOYMENT, "web", deployment("web"));
      expect(made.id).to.equal("apps/web");
      expect((made.outputs["status"] as { availableReplicas?: number }).availableReplicas).to.equal(2);
      expect(made.outputs["__fieldManager"]).to.match(/^pulumi-kubernetes-[0-9a-f]{8}$/);
    });

    it("says why a Deployment does not come up, and keeps what it made", async () => {
      const attempt = world.make(DEPLOYMENT, "stuck", {
        ...deployment("stuck", { nodeSelector: { "node-role": "nowhere" } }),
        metadata: { name: "stuck", namespace: "apps", annotations: { "pulumi.com/timeoutSeconds": "1" } },
      });
      const error = (await failure(attempt)) as PartlyDone;
      expect(error).to.be.instanceOf(PartlyDone);
      expect(error.id).to.equal("apps/stuck");
      expect(error.message).to.contain(
        'the Kubernetes API server reported that "apps/stuck" failed to fully initialize or become live',
      );
      expect(error.message).to.contain("nodes are available");
      await world.standIn.delete(call(DEPLOYMENT), "apps/stuck", error.outputs);
    });

    it("does not wait for what says that it need not be waited for", async () => {
      const made = await world.make(SERVICE, "lonely", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "lonely", namespace: "apps", annotations: { "pulumi.com/skipAwait": "true" } },
        spec: { selector: { app: "nobody" }, ports: [{ port: 80 }] },
      });
      expect(made.id).to.equal("apps/lonely");
    });

    it("waits until a Service has somebody to send to", async () => {
      const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] };
      const made = await world.make(SERVICE, "web", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "web", namespace: "apps" },
        spec,
      });
      expect((made.outputs["spec"] as { clusterIP: string }).clusterIP).to.match(/^\d+\./);
      const empty = world.make(SERVICE, "empty", {
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "empty", namespace: "apps", annotations: { "pulumi.com/timeoutSeconds": "0.3" } },
        spec: { selector: { app: "nobody" }, ports: [{ port: 80 }] },
      });
      expect((await failure(empty)).message).to.contain("Service does not target any Pods");
    });

    it("drops a field that a program no longer declares, and leaves other managers' fields alone", async () => {
      const made = await world.make(CONFIG_MAP, "shared", configMap("shared", { a: "1", b: "2" }));
      await world.api.apply(
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "shared", namespace: "apps" }, data: { theirs: "3" } },
        { manager: "other" },
      );
      await world.standIn.update?.(
        call(CONFIG_MAP),
        { id: made.id, inputs: made.inputs, outputs: made.outputs },
        configMap("shared", { a: "1" }),
        false,
      );
      const live = await world.api.get({ apiVersion: "v1", kind: "ConfigMap", name: "shared", namespace: "apps" });
      expect(live?.["data"]).to.deep.equal({ a: "1", theirs: "3" });
    });

    it("tells of a conflict with another manager, unless told to win it", async () => {
      await world.api.apply(
        {
          apiVersion: "v1",
          kind: "ConfigMap",
          metadata: { name: "contested", namespace: "apps" },
          data: { k: "theirs" },
        },
        { manager: "other" },
      );
      const error = await failure(world.make(CONFIG_MAP, "contested", configMap("contested", { k: "ours" })));
      expect(error.message).to.contain("Server-Side Apply field conflict detected");
      const forced = await world.make(
        CONFIG_MAP,
        "contested",
        configMap("contested", { k: "ours" }, { annotations: { "pulumi.com/patchForce": "true" } }),
      );
      expect((forced.outputs["data"] as { k: string }).k).to.equal("ours");
    });

    it("passes on what the API server refuses, with the object's name", async () => {
      const error = await failure(
        world.make(CONFIG_MAP, "lost", { ...configMap("lost", {}), metadata: { name: "lost", namespace: "nowhere" } }),
      );
      expect(error.message).to.contain(
        "resource nowhere/lost was not successfully created by the Kubernetes API server",
      );
      expect(error.message).to.contain('namespaces "nowhere" not found');
    });

    it("returns from a deletion when the object is gone, also the second time", async () => {
      const made = await world.make(CONFIG_MAP, "brief", configMap("brief", {}));
      await world.standIn.delete(call(CONFIG_MAP), made.id, made.outputs);
      expect(await world.api.get({ apiVersion: "v1", kind: "ConfigMap", name: "brief", namespace: "apps" })).to.equal(
        undefined,
      );
      await world.standIn.delete(call(CONFIG_MAP), made.id, made.outputs);
    });

    it("patches what is there, and gives its fields back when the patch goes", async () => {
      await world.api.apply(
        { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "given", namespace: "apps" }, data: { k: "v" } },
        { manager: "owner" },
      );
      const type = "kubernetes:core/v1:ConfigMapPatch";
      const made = await world.make(type, "patch", configMap("given", { more: "x" }));
      const ref = { apiVersion: "v1", kind: "ConfigMap", name: "given", namespace: "apps" };
      expect((await world.api.get(ref))?.["data"]).to.deep.equal({ k: "v", more: "x" });
      await world.standIn.delete(call(type), made.id, made.outputs);
      expect((await world.api.get(ref))?.["data"]).to.deep.equal({ k: "v" });
    });

    it("refuses while the cluster does not answer", async () => {
      const far = { ...call(CONFIG_MAP), peer: "127.0.0.1:2" };
      await world.standIn.configure?.(
        { kubeconfig: world.access.kubeconfig.replaceAll(CLUSTER, "gone") },
        { peer: far.peer, urn: "u" },
      );
      expect((await failure(world.standIn.create(far, configMap("x", {}), false))).message).to.contain(
        "configured Kubernetes cluster is unreachable",
      );
    });
  });

  describe("preview", () => {
    it("asks the server, which answers with defaults and changes nothing", async () => {
      const { outputs } = await world.standIn.create(
        call(SERVICE),
        {
          apiVersion: "v1",
          kind: "Service",
          metadata: { name: "dry", namespace: "apps" },
          spec: { ports: [{ port: 80 }] },
        },
        true,
      );
      expect((outputs["spec"] as { type?: string }).type).to.equal("ClusterIP");
      expect(await world.api.get({ apiVersion: "v1", kind: "Service", name: "dry", namespace: "apps" })).to.equal(
        undefined,
      );
    });
    it("keeps unknowns unknown", async () => {
      const inputs = configMap("later", { k: UNKNOWN });
      expect((await world.standIn.create(call(CONFIG_MAP), inputs, true)).outputs).to.deep.equal(inputs);
    });
    it("forgives a namespace or a kind that the same run will make", async () => {
      const inputs = { ...configMap("x", {}), metadata: { name: "x", namespace: "to-come" } };
      expect((await world.standIn.create(call(CONFIG_MAP), inputs, true)).outputs).to.deep.equal(inputs);
      const kind = { apiVersion: "example.org/v1", kind: "Thing", metadata: { name: "x", namespace: "apps" } };
      expect((await world.standIn.create(call("kubernetes:example.org/v1:Thing"), kind, true)).outputs).to.deep.equal(
        kind,
      );
    });
  });

  describe("read", () => {
    it("finds what drifted at the places the program speaks of", async () => {
      const made = await world.make(CONFIG_MAP, "drift", configMap("drift", { k: "v" }));
      await world.api.merge(
        { apiVersion: "v1", kind: "ConfigMap", name: "drift", namespace: "apps" },
        { data: { k: "changed", extra: "1" } },
      );
      const read = await world.standIn.read?.(call(CONFIG_MAP), made.id, made.inputs, made.outputs);
      expect(read?.inputs["data"]).to.deep.equal({ k: "changed" });
    });
    it("imports by id alone", async () => {
      const read = await world.standIn.read?.(call(DEPLOYMENT), "apps/web", {}, {});
      expect(read?.inputs["kind"]).to.equal("Deployment");
      expect(read?.inputs).not.to.have.property("status");
    });
    it("knows when it is gone", async () => {
      expect(await world.standIn.read?.(call(CONFIG_MAP), "apps/never", configMap("never", {}), {})).to.equal(
        undefined,
      );
    });
  });
});
