import { expect } from "chai";
import { at, conditionOf, listAt, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { START_MS, namespaceIn, node, pod, until, usePlane } from "./plane";

const REPLICAS = 3;
const NEXT = "registry.k8s.io/pause:3.10";

describe("a rolling update on a real control plane", function () {
  this.timeout(START_MS);
  const plane = usePlane();

  it("[C5.2] with maxSurge 1 and maxUnavailable 0 never shows fewer Ready pods than promised", async () => {
    const { api, host, access } = plane();
    const namespace = await namespaceIn(api);
    await host.setNodes(access.name, "rolling", [node("rolling-1"), node("rolling-2")]);
    const ending = new AbortController();
    try {
      const ref = { apiVersion: "apps/v1", kind: "Deployment", name: "app", namespace };
      const labels = { app: "rolling" };
      const [container] = listAt(pod(namespace, "x"), "spec", "containers");
      const deployment = (image: string): KubeObject => ({
        apiVersion: ref.apiVersion,
        kind: ref.kind,
        metadata: { name: ref.name, namespace },
        spec: {
          replicas: REPLICAS,
          selector: { matchLabels: labels },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          template: { metadata: { labels }, spec: { containers: [{ ...container, image }] } },
        },
      });
      const rolledOut = async () => {
        const live = await api.get(ref);
        const behind = at(live, "status", "observedGeneration") !== live?.metadata.generation;
        const counts = ["updatedReplicas", "availableReplicas", "replicas"].map((key) => at(live, "status", key));
        return !behind && counts.every((count) => count === REPLICAS);
      };
      await api.apply(deployment("registry.k8s.io/pause:3.9"), { manager: "test" });
      await until(rolledOut);

      const pods = new Map<string, KubeObject>();
      const seen: { ready: number; all: number }[] = [];
      const look = () => {
        const there = [...pods.values()].filter((one) => one.metadata.deletionTimestamp === undefined);
        const ready = there.filter((one) => conditionOf(one, "Ready")?.status === "True").length;
        seen.push({ ready, all: there.length });
      };
      await api.follow(
        { apiVersion: "v1", kind: "Pod", namespace },
        {
          reset: (items) => {
            pods.clear();
            for (const one of items) pods.set(one.metadata.name, one);
            look();
          },
          event: ({ type, object }) => {
            if (type === "DELETED") pods.delete(object.metadata.name);
            else pods.set(object.metadata.name, object);
            look();
          },
        },
        ending.signal,
      );
      await until(() => Promise.resolve(seen.length > 0));
      await api.apply(deployment(NEXT), { manager: "test" });
      await until(rolledOut);
      // The watch may be behind the answers.
      const image = (one: KubeObject) => at(listAt(one, "spec", "containers")[0], "image");
      await until(() => {
        const there = [...pods.values()].filter((one) => one.metadata.deletionTimestamp === undefined);
        return Promise.resolve(there.length === REPLICAS && there.every((one) => image(one) === NEXT));
      });
      expect(seen.length, "every change was seen").to.be.greaterThan(2 * REPLICAS);
      expect(Math.min(...seen.map(({ ready }) => ready))).to.equal(REPLICAS);
      expect(Math.max(...seen.map(({ all }) => all))).to.equal(REPLICAS + 1);
    } finally {
      ending.abort();
      await host.setNodes(access.name, "rolling", []);
    }
  });
});
