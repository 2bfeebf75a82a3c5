import { expect } from "chai";
import { parseConfig, type PlatformConfig } from "../../infra/config";
import { controllers } from "../../infra/gateways";
import { GATEWAY_API_VERSION } from "../../infra/gateway-api";
import { render } from "../../orchestrator/sandbox/kubernetes/charts";
import { at, listAt, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../orchestrator/sandbox/provider/serve";
import { unknownKeys } from "../support/published";
import { rawConfig, type Registered } from "../support/pulumi";
import { recorded } from "../support/recorded";

/** Production with Traefik at its entry. */
function withTraefik(): PlatformConfig {
  const raw = rawConfig("production");
  return parseConfig({ ...raw, entryPoint: { ...(raw["entryPoint"] as object), controller: "traefik" } }, "production");
}

describe("Traefik as the controller of the entry point [A6.1]", () => {
  let seen: Registered[];
  const of = (type: string) => seen.filter((one) => one.type === `kubernetes:${type}`);
  const named = (type: string, name: string) => of(type).find((one) => one.name === name)?.inputs;
  const release = () => named("helm.sh/v3:Release", "entry-point-traefik");
  let objects: readonly KubeObject[];
  const the = (kind: string) => objects.find((one) => one.kind === kind);
  before(async () => {
    ({ seen } = await recorded("production", withTraefik()));
    objects = render({
      chart: String(release()?.["chart"]),
      version: String(release()?.["version"]),
      release: "traefik",
      namespace: "traefik",
      values: release()?.["values"] as Properties,
    }).objects;
  });

  it("is installed instead of Envoy Gateway, and nothing of Envoy's kinds is written", () => {
    expect(release()).to.deep.include({ chart: "oci://ghcr.io/traefik/helm/traefik", version: "41.3.0" });
    expect(named("helm.sh/v3:Release", "entry-point-envoy-gateway")).to.equal(undefined);
    expect(seen.filter(({ type }) => type.includes("gateway.envoyproxy.io"))).to.deep.equal([]);
    expect(JSON.stringify(seen.map(({ inputs }) => inputs))).not.to.include("envoy-gateway-system");
  });
  it("brings the Gateway API's definitions, which its chart does not, approved and of the one version", () => {
    const definitions = of("apiextensions.k8s.io/v1:CustomResourceDefinition").map(({ inputs }) => inputs);
    const kinds = definitions.map((one) => at(one as unknown as KubeObject, "spec", "names", "kind"));
    expect(kinds).to.include.members(["GatewayClass", "Gateway", "HTTPRoute", "ReferenceGrant", "BackendTLSPolicy"]);
    for (const { metadata } of definitions as unknown as { metadata: { annotations: object } }[])
      expect(metadata.annotations)
        .to.deep.include({ "gateway.networking.k8s.io/bundle-version": GATEWAY_API_VERSION })
        .and.to.have.property("api-approved.kubernetes.io");
  });
  it("serves one class by its own name, on listeners where its pods listen", () => {
    expect(named("gateway.networking.k8s.io/v1:GatewayClass", "entry-point-class")?.["spec"]).to.deep.equal({
      controllerName: "traefik.io/gateway-controller",
    });
    const { listeners } = named("gateway.networking.k8s.io/v1:Gateway", "entry-point-gateway")?.["spec"] as {
      listeners: { port: number }[];
    };
    const ports = listAt<{ containerPort: number }>(
      the("Deployment"),
      "spec",
      "template",
      "spec",
      "containers",
      0,
      "ports",
    ).map(({ containerPort }) => containerPort);
    expect(ports).to.include.members(listeners.map(({ port }) => port));
    // No other way in than routes of the Gateway API.
    expect(objects.filter(({ kind }) => ["Gateway", "GatewayClass", "IngressClass"].includes(kind))).to.deep.equal([]);
  });
  it("runs three restricted copies with a budget, from a registry that is known [B2.4, E2.9]", () => {
    const pod = at(the("Deployment"), "spec", "template", "spec") as {
      containers: { image: string; resources: { limits: object }; securityContext: object }[];
    };
    expect(at(the("Deployment"), "spec", "replicas")).to.equal(3);
    expect(at(the("PodDisruptionBudget"), "spec", "maxUnavailable")).to.equal(1);
    expect(pod.containers[0]?.image).to.equal("public.ecr.aws/docker/library/traefik:v3.7.11");
    expect(pod.containers[0]?.resources.limits).to.have.keys("cpu", "memory");
    expect(pod.containers[0]?.securityContext).to.deep.include({ runAsNonRoot: true, readOnlyRootFilesystem: true });
  });
  it("is given keys that its published chart has", () => {
    // What stands below service.spec becomes the Service's spec, key by key.
    const keys = unknownKeys(release()?.["values"] as Properties, "traefik") ?? [];
    expect(keys.filter((key) => !key.startsWith("service.spec."))).to.deep.equal([]);
  });
  it("asks for a load balancer by class, open to whom the configuration says [B3.1]", () => {
    expect(at(the("Service"), "spec")).to.deep.include({
      type: "LoadBalancer",
      loadBalancerClass: "service.k8s.aws/nlb",
      loadBalancerSourceRanges: ["0.0.0.0/0"],
    });
    expect(the("Service")?.metadata.annotations).to.deep.include({
      "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
      "service.beta.kubernetes.io/aws-load-balancer-target-group-attributes": "preserve_client_ip.enabled=true",
    });
  });
  it("is guarded in a namespace of its own, which environments let in", () => {
    expect(named("core/v1:Namespace", "network-policy-traefik")).not.to.equal(undefined);
    const spec = (name: string) => JSON.stringify(named("networking.k8s.io/v1:NetworkPolicy", name)?.["spec"]);
    for (const port of controllers.traefik.fromAnywhere)
      expect(spec("network-policy-traefik-allow-world")).to.include(`"port":${port}`);
    expect(spec("network-policy-demo-allow-gateway")).to.include('"kubernetes.io/metadata.name":"traefik"');
    expect(spec("network-policy-traefik-allow-environments")).to.include("slipway.dev/environment");
  });
  it("is measured in the place of Envoy [A19.1]", () => {
    const monitors = of("monitoring.coreos.com/v1:PodMonitor").map(({ name }) => name);
    expect(monitors).to.include("slos-watch-traefik").and.not.include("slos-watch-envoy");
  });
});
