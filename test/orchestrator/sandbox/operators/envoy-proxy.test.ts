import { expect } from "chai";
import { at, listAt, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import {
  containerPort,
  isProxy,
  proxyName,
  proxyObjects,
} from "../../../../orchestrator/sandbox/operators/envoy-proxy";

const gateway = (name = "public", ...ports: number[]): KubeObject => ({
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "Gateway",
  metadata: { name, namespace: "edge" },
  spec: { listeners: ports.map((port) => ({ name: `l-${port}`, port, protocol: port === 443 ? "HTTPS" : "HTTP" })) },
});
const settings = (kubernetes: object): KubeObject => ({
  apiVersion: "gateway.envoyproxy.io/v1alpha1",
  kind: "EnvoyProxy",
  metadata: { name: "public", namespace: "edge" },
  spec: { provider: { type: "Kubernetes", kubernetes } },
});
const made = (kind: string, proxy?: KubeObject, ...ports: number[]) =>
  proxyObjects(gateway("public", ...ports), proxy, "system").find((one) => one.kind === kind);

describe("what serves a Gateway", () => {
  it("is named after it, in the length that names may have, and never like another's", () => {
    expect(proxyName(gateway())).to.match(/^envoy-edge-public-[0-9a-f]{8}$/);
    const long = proxyName(gateway("p".repeat(100)));
    expect(long.length).to.be.at.most(63);
    expect(long).to.not.equal(proxyName(gateway("p".repeat(101))));
  });
  it("lives beside the controller and is known by its labels", () => {
    const objects = proxyObjects(gateway("public", 80), undefined, "system");
    expect(objects.map(({ kind }) => kind)).to.deep.equal(["ServiceAccount", "Deployment", "Service"]);
    for (const object of objects) {
      expect(object.metadata.namespace).to.equal("system");
      expect(isProxy(object)).to.equal(true);
    }
    expect(isProxy(gateway())).to.equal(false);
  });
  it("listens once per port, above those that only root may have", () => {
    const ports = listAt(made("Service", undefined, 80, 443, 8080, 443), "spec", "ports");
    expect(ports.map((port) => [at(port, "port"), at(port, "targetPort")])).to.deep.equal([
      [80, 10080],
      [443, 10443],
      [8080, 8080],
    ]);
    expect([containerPort(1023), containerPort(1024)]).to.deep.equal([11023, 1024]);
  });
  it("sees the caller's address behind a load balancer, and needs none inside", () => {
    expect(made("Service")?.["spec"]).to.include({ type: "LoadBalancer", externalTrafficPolicy: "Local" });
    const inside = made("Service", settings({ envoyService: { type: "ClusterIP" } }));
    expect(inside?.["spec"]).to.include({ type: "ClusterIP" }).and.not.have.property("externalTrafficPolicy");
  });
  it("follows its settings: replicas, annotations, class and disruptions [A6.4]", () => {
    const proxy = settings({
      envoyDeployment: { replicas: 3, pod: { nodeSelector: { role: "ingress" }, labels: { team: "a" } } },
      envoyService: { loadBalancerClass: "service.k8s.aws/nlb", annotations: { a: "b" } },
      envoyPDB: { maxUnavailable: 1 },
    });
    const deployment = made("Deployment", proxy);
    expect(at(deployment, "spec", "replicas")).to.equal(3);
    expect(at(deployment, "spec", "template", "spec", "nodeSelector")).to.deep.equal({ role: "ingress" });
    expect(at(deployment, "spec", "template", "metadata", "labels")).to.include({ team: "a" });
    expect(made("Service", proxy)?.metadata.annotations).to.deep.equal({ a: "b" });
    expect(made("Service", proxy)?.["spec"]).to.include({ loadBalancerClass: "service.k8s.aws/nlb" });
    expect(made("PodDisruptionBudget", proxy)?.["spec"]).to.include({ maxUnavailable: 1 });
    expect(made("PodDisruptionBudget")).to.equal(undefined);
  });
  it("may run where only restricted pods may [E2.1]", () => {
    const containers = listAt(made("Deployment"), "spec", "template", "spec", "containers");
    expect(containers).to.have.length(2);
    for (const container of containers)
      expect(at(container, "securityContext")).to.deep.include({
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ["ALL"] },
        seccompProfile: { type: "RuntimeDefault" },
      });
  });
});
