import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { readinessOf, readyEndpoints } from "../../../../orchestrator/sandbox/kubernetes/readiness";

const object = (path: string, spec: object, status: object = {}, generation = 0): KubeObject => {
  const slash = path.lastIndexOf("/");
  const metadata = { name: "it", namespace: "demo", generation };
  return { apiVersion: path.slice(0, slash), kind: path.slice(slash + 1), metadata, spec, status };
};
const condition = (type: string, status: string, more: object = {}) => ({ conditions: [{ type, status, ...more }] });
const reasons = (one: KubeObject, slices: KubeObject[] = []) => {
  const readiness = readinessOf(one, slices);
  return readiness.ready ? [] : readiness.reasons;
};
const slice = (endpoints: object[], service = "it"): KubeObject => ({
  apiVersion: "discovery.k8s.io/v1",
  kind: "EndpointSlice",
  metadata: { name: "s", namespace: "demo", labels: { "kubernetes.io/service-name": service } },
  endpoints,
  ports: [{ port: 8080 }],
});

describe("readiness as the provider judges it", () => {
  describe("of a Deployment", () => {
    const deployment = (status: object, generation?: number, replicas = 2) =>
      object("apps/v1/Deployment", { replicas }, status, generation);
    const up = { updatedReplicas: 2, availableReplicas: 2, replicas: 2, observedGeneration: 3 };
    it("comes when every replica is new and available", () => {
      expect(reasons(deployment(up, 3))).to.deep.equal([]);
      expect(reasons(deployment({ ...up, availableReplicas: 1 }, 3))).to.deep.equal([
        "Minimum number of live Pods was not attained (1 of 2 available)",
      ]);
      expect(reasons(deployment({ ...up, replicas: 3 }, 3)), "an old one is left").to.have.length(1);
    });
    it("is not read from a status of an older generation", () => expect(reasons(deployment(up, 4))).to.have.length(1));
    it("needs nothing of none", () => expect(reasons(deployment({}, 1, 0))).to.deep.equal([]));
    it("is given up with the deadline, not before", () => {
      const late = condition("Progressing", "False", { reason: "ProgressDeadlineExceeded", message: "too slow" });
      expect(readinessOf(deployment(late), [])).to.deep.equal({
        ready: false,
        hopeless: true,
        reasons: ["[ProgressDeadlineExceeded] too slow"],
      });
      expect(readinessOf(deployment(late, 1), []), "of an older generation").to.not.have.property("hopeless");
    });
    it("says what keeps replicas from being made", () =>
      expect(reasons(deployment(condition("ReplicaFailure", "True", { message: "exceeded quota" })))).to.include(
        "exceeded quota",
      ));
  });
  it("of a StatefulSet and a DaemonSet comes with all their pods", () => {
    const set = (status: object) => object("apps/v1/StatefulSet", { replicas: 3 }, status);
    expect(reasons(set({ readyReplicas: 2, updatedReplicas: 3 }))).to.deep.equal([
      "1 out of 3 replicas succeeded readiness checks",
    ]);
    expect(reasons(set({ readyReplicas: 3, updatedReplicas: 3 }))).to.deep.equal([]);
    const daemon = (numberReady: number) =>
      object("apps/v1/DaemonSet", {}, { desiredNumberScheduled: 3, numberReady, updatedNumberScheduled: 3 });
    expect(reasons(daemon(2))).to.deep.equal(["DaemonSet has 2 of 3 pods ready"]);
    expect(reasons(daemon(3))).to.deep.equal([]);
  });
  it("of a Job comes when it is complete, and never when it failed", () => {
    const job = (status: object) => object("batch/v1/Job", {}, status);
    expect(reasons(job(condition("Complete", "True")))).to.deep.equal([]);
    expect(reasons(job({}))).to.deep.equal(["Job has not completed"]);
    expect(readinessOf(job(condition("Failed", "True", { reason: "BackoffLimitExceeded" })), [])).to.deep.equal({
      ready: false,
      hopeless: true,
      reasons: ["Job failed: BackoffLimitExceeded"],
    });
  });
  it("of a Pod is its own word, or why it has no node", () => {
    const pod = (status: object) => object("v1/Pod", {}, status);
    expect(reasons(pod(condition("Ready", "True")))).to.deep.equal([]);
    expect(reasons(pod({ phase: "Succeeded" }))).to.deep.equal([]);
    expect(reasons(pod(condition("PodScheduled", "False", { message: "0/3 nodes" })))).to.deep.equal(["0/3 nodes"]);
    expect(reasons(pod({}))).to.deep.equal(["Pod is Pending"]);
  });
  describe("of a Service", () => {
    const service = (spec: object, status = {}) => object("v1/Service", spec, status);
    const selector = { app: "demo" };
    it("needs an endpoint that answers, of its own", () => {
      const none = reasons(service({ selector }), [
        slice([{ addresses: ["10.0.0.1"], conditions: { ready: false } }]),
        slice([{ addresses: ["10.0.0.2"] }], "other"),
      ]);
      expect(none[0]).to.include("Service does not target any Pods");
      expect(reasons(service({ selector }), [slice([{ addresses: ["10.0.0.1"] }])])).to.deep.equal([]);
    });
    it("needs none where it selects nothing, is headless or only a name", () => {
      for (const spec of [{}, { selector, clusterIP: "None" }, { selector, type: "ExternalName" }])
        expect(reasons(service(spec))).to.deep.equal([]);
    });
    it("needs an address where it is a load balancer [A6.4]", () => {
      const spec = { type: "LoadBalancer" };
      expect(reasons(service(spec))[0]).to.include("Service was not allocated an IP address");
      expect(reasons(service(spec, { loadBalancer: { ingress: [{ hostname: "x" }] } }))).to.deep.equal([]);
    });
  });
  it("of a definition, a namespace, a claim and an Ingress is what the provider waits for", () => {
    const crd = "apiextensions.k8s.io/v1/CustomResourceDefinition";
    expect(reasons(object(crd, {}))).to.deep.equal(["CustomResourceDefinition is not Established"]);
    expect(reasons(object(crd, {}, condition("Established", "True")))).to.deep.equal([]);
    expect(reasons(object("v1/Namespace", {}, { phase: "Terminating" }))).to.deep.equal(["Namespace is not Active"]);
    expect(reasons(object("v1/PersistentVolumeClaim", {}, { phase: "Pending" })), "first consumer").to.deep.equal([]);
    expect(reasons(object("v1/PersistentVolumeClaim", { volumeName: "v" }, { phase: "Lost" }))).to.have.length(1);
    expect(reasons(object("networking.k8s.io/v1/Ingress", {}))[0]).to.include(".status.loadBalancer");
  });
  it("of a kind without a rule comes with being there", () =>
    expect(reasons(object("cert-manager.io/v1/Certificate", {}))).to.deep.equal([]));
  it("gives the addresses of endpoints with their port", () =>
    expect(readyEndpoints([slice([{ addresses: ["10.0.0.1", "10.0.0.2"] }])], object("v1/Service", {}))).to.deep.equal([
      { address: "10.0.0.1", port: 8080 },
      { address: "10.0.0.2", port: 8080 },
    ]));
});
