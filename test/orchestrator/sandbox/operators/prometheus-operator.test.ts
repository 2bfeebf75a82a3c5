import { expect } from "chai";
import { at, conditionOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { open, until, type Fixture } from "../kubernetes/fixture";

const API = "monitoring.coreos.com/v1";

describe("the Prometheus operator of a rehearsal", () => {
  let world: Fixture;
  before(async () => {
    world = await open({ operators: {} });
    await world.api.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: "watch" } }, { manager: "test" });
    await world.make("kubernetes:helm.sh/v3:Release", "kube-prometheus-stack", {
      name: "kube-prometheus-stack",
      chart: "kube-prometheus-stack",
      version: "88.5.3",
      namespace: "watch",
      values: {
        prometheusOperator: { prometheusConfigReloader: { resources: { limits: { cpu: "100m" } } } },
        prometheus: {
          prometheusSpec: {
            replicas: 2,
            retention: "7d",
            retentionSize: "16GiB",
            podAntiAffinity: "hard",
            storageSpec: { volumeClaimTemplate: { spec: { resources: { requests: { storage: "20Gi" } } } } },
          },
        },
      },
    });
  });
  after(() => world.close());
  const get = (kind: string, name: string, apiVersion = "apps/v1") =>
    world.api.get({ apiVersion, kind, name, namespace: "watch" }) as Promise<KubeObject>;

  it("runs a StatefulSet with the retention, the volume and the spread of its object", async () => {
    const set = await get("StatefulSet", "prometheus-kube-prometheus-stack-prometheus");
    const pod = at(set, "spec", "template", "spec");
    expect(at(set, "spec", "replicas")).to.equal(2);
    expect(at(pod, "containers", 0, "args")).to.deep.equal([
      "--storage.tsdb.retention.time=7d",
      "--storage.tsdb.retention.size=16GiB",
    ]);
    expect(at(pod, "containers", 1, "resources", "limits")).to.deep.equal({ cpu: "100m" });
    expect(at(pod, "affinity", "podAntiAffinity")).to.not.equal(undefined);
    const claim = "prometheus-kube-prometheus-stack-prometheus-db-prometheus-kube-prometheus-stack-prometheus-1";
    expect(at(await get("PersistentVolumeClaim", claim, "v1"), "status", "phase")).to.equal("Bound");
  });
  it("keeps data in an emptyDir where there is no claim", async () => {
    const set = await get("StatefulSet", "alertmanager-kube-prometheus-stack-alertmanager");
    expect(at(set, "spec", "template", "spec", "volumes", 0, "emptyDir")).to.deep.equal({});
  });
  it("says on its object that it is available", async () => {
    const ref = { apiVersion: API, kind: "Prometheus", name: "kube-prometheus-stack-prometheus", namespace: "watch" };
    const ready = await until(world, ref, (one) => conditionOf(one, "Available")?.status === "True");
    expect(at(ready, "status", "availableReplicas")).to.equal(2);
  });
});
