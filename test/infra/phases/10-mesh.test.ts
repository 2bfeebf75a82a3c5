import { expect } from "chai";
import { charts } from "../../../infra/charts";
import type { PlatformConfig } from "../../../infra/config";
import { meshPolicy } from "../../../infra/mesh/istio";
import { render } from "../../../orchestrator/sandbox/kubernetes/charts";
import { at, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { configOf, valueOf, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

const ofMesh = ({ name }: Registered) => name === "mesh" || name.startsWith("mesh-");
const built = async (environment: string, mesh?: Partial<PlatformConfig["mesh"]>) => {
  const config = configOf(environment);
  const given = { ...config, mesh: { ...config.mesh, ...mesh } };
  const { seen, result } = await recorded(environment, given);
  return { seen: seen.filter(ofMesh), output: await valueOf(result.mesh) };
};
const metadataOf = ({ inputs }: Registered) => inputs["metadata"] as { name: string; labels?: object };
/** Objects of a chart with the values that the platform gives it. */
const rendered = ({ inputs }: Registered): KubeObject[] => [
  ...render({
    chart: String(inputs["chart"]),
    version: String(inputs["version"]),
    release: String(inputs["name"]),
    namespace: "n",
    values: inputs["values"] as never,
  }).objects,
];

describe("phase 10: service mesh", () => {
  it("[A10.1] is off by default: a component and nothing in it", async () => {
    const { seen, output } = await built("dev");
    expect(seen.map(({ name }) => name)).to.deep.equal(["mesh"]);
    expect(output).to.deep.equal({ kind: "none", namespace: "", agents: [], namespaces: [], callers: [] });
  });

  describe("as Istio without sidecars", () => {
    let seen: Registered[];
    let output: unknown;
    before(async () => {
      ({ seen, output } = await built("production", { kind: "istio-ambient", namespaces: ["demo", "shop"] }));
    });
    const releases = () => seen.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");

    it("[A10.1] is four charts at one pinned version, in a privileged namespace of its own", () => {
      expect(releases().map(({ inputs }) => inputs["name"])).to.deep.equal([
        "istio-base",
        "istiod",
        "istio-cni",
        "ztunnel",
      ]);
      expect(new Set(releases().map(({ inputs }) => inputs["version"]))).to.deep.equal(
        new Set([charts.istiod.version]),
      );
      const home = seen.find(({ type }) => type === "kubernetes:core/v1:Namespace") as Registered;
      expect(metadataOf(home).name).to.equal("istio-system");
      expect(metadataOf(home).labels).to.include({
        "pod-security.kubernetes.io/enforce": "privileged",
      });
    });
    it("[A10.1] has two control planes with a budget, and limits on every container (A10.5)", () => {
      const objects = releases().flatMap(rendered);
      const istiod = objects.find(({ kind }) => kind === "Deployment");
      expect(at(istiod, "spec", "replicas")).to.equal(2);
      expect(objects.some(({ kind }) => kind === "PodDisruptionBudget")).to.equal(true);
      for (const set of objects.filter(({ kind }) => ["Deployment", "DaemonSet"].includes(kind))) {
        const limits = at(set, "spec", "template", "spec", "containers", 0, "resources", "limits") as object;
        expect(limits, set.metadata.name).to.have.all.keys("cpu", "memory");
      }
      // Nobody may read every Secret for a cluster that is not there.
      expect(objects.some(({ metadata }) => metadata.name === "istio-reader-service-account")).to.equal(false);
    });
    it("[A10.2] lets callers join first, then one namespace after the other", () => {
      const joins = seen.filter(({ type }) => type.endsWith(":NamespacePatch")).map((one) => metadataOf(one).name);
      expect(joins).to.deep.equal(["envoy-gateway-system", "monitoring", "demo", "shop"]);
      expect(output).to.deep.include({ namespaces: ["demo", "shop"], callers: ["envoy-gateway-system", "monitoring"] });
    });
    it("[A10.1] refuses plain text in the namespaces of applications, not in those of callers", () => {
      const strict = seen.filter(({ type }) => type.includes("security.istio.io"));
      expect(
        strict.map(({ inputs }) => [(inputs["metadata"] as { namespace: string }).namespace, inputs["spec"]]),
      ).to.deep.equal([
        ["demo", { mtls: { mode: "STRICT" } }],
        ["shop", { mtls: { mode: "STRICT" } }],
      ]);
    });
    it("[A10.1] opens the mesh's port to the namespace itself and its callers, and to nobody else", () => {
      const { ingress, egress } = meshPolicy("demo");
      expect(JSON.stringify(ingress[0])).to.include("15008").and.include("envoy-gateway-system").and.include('"demo"');
      expect(JSON.stringify(ingress[0])).not.to.include('namespaceSelector":{}');
      expect(JSON.stringify(ingress[1])).to.include("169.254.7.127/32");
      expect(egress[0]?.to).to.have.length(1);
      expect(meshPolicy("monitoring", ["demo"]).egress[0]?.to).to.have.length(2);
    });
  });

  describe("as Linkerd", () => {
    let seen: Registered[];
    let output: unknown;
    before(async () => {
      ({ seen, output } = await built("production", { kind: "linkerd", namespaces: ["demo", "shop"] }));
    });
    const releases = () => seen.filter(({ type }) => type === "kubernetes:helm.sh/v3:Release");
    const objects = () => releases().flatMap(rendered);
    const custom = (kind: string) => seen.filter(({ inputs }) => inputs["kind"] === kind).map(({ inputs }) => inputs);

    it("[A10.1] is its pinned edge release, with its network plugin in a privileged namespace apart", () => {
      expect(releases().map(({ inputs }) => `${String(inputs["name"])} ${String(inputs["version"])}`)).to.have.members([
        "trust-manager v0.24.0",
        "linkerd-crds 2026.6.3",
        "linkerd2-cni 2026.6.3",
        "linkerd-control-plane 2026.6.3",
      ]);
      const levels = seen
        .filter(({ type }) => type === "kubernetes:core/v1:Namespace")
        .map((one) => [
          metadataOf(one).name,
          (metadataOf(one).labels as Record<string, string>)["pod-security.kubernetes.io/enforce"],
        ]);
      expect(Object.fromEntries(levels)).to.deep.equal({ linkerd: "restricted", "linkerd-cni": "privileged" });
      expect(output).to.deep.include({ agents: ["linkerd-cni/linkerd-cni"], callers: [] });
    });
    it("[A10.1] [A14.1] has three copies with budgets, no container that changes the network, limits on all (A10.5)", () => {
      const deployments = objects().filter(({ kind, metadata }) => kind === "Deployment" && metadata.namespace === "n");
      const control = deployments.filter(({ metadata }) => metadata.name.startsWith("linkerd-"));
      expect(control.map((one) => at(one, "spec", "replicas"))).to.deep.equal([3, 3, 3]);
      expect(objects().filter(({ kind }) => kind === "PodDisruptionBudget")).to.have.length(4);
      expect(JSON.stringify(control)).not.to.include("NET_ADMIN");
      for (const one of control)
        for (const container of at(one, "spec", "template", "spec", "containers") as {
          name: string;
          resources: object;
        }[])
          expect(container.resources, container.name).to.have.nested.property("limits.memory");
    });
    it("[A10.1] has its authority from cert-manager: no private key passes through the program", () => {
      const certificates = custom("Certificate").map(({ spec }) => (spec as { secretName: string }).secretName);
      expect(certificates).to.have.members([
        "linkerd-trust-anchor",
        "linkerd-identity-issuer",
        "linkerd-proxy-injector-k8s-tls",
        "linkerd-sp-validator-k8s-tls",
        "linkerd-policy-validator-k8s-tls",
      ]);
      const [issuer] = custom("Certificate").filter(({ spec }) => "renewBefore" in (spec as object));
      // [H1.2] Day 2 tells of whatever ends within 14 days; its issuer never does.
      expect(issuer?.["spec"]).to.include({ duration: "2160h", renewBefore: "720h" });
      const [bundle] = custom("Bundle");
      expect(bundle?.["spec"]).to.deep.include({
        sources: [{ secret: { name: "linkerd-trust-anchor", key: "tls.crt" } }],
      });
      expect(JSON.stringify(seen)).not.to.match(/PRIVATE KEY|keyPEM/);
    });
    it("[A10.2] lets one namespace join after the other, and makes the example's pods again", () => {
      const patches = seen.filter(({ type }) => type.endsWith("Patch"));
      expect(patches.map((one) => [one.type.split(":").at(-1), metadataOf(one).name])).to.deep.equal([
        ["NamespacePatch", "demo"],
        ["DeploymentPatch", "demo"],
        ["NamespacePatch", "shop"],
      ]);
    });
    it("[A10.1] holds up no pod of the platform's own when the injector is gone", () => {
      const { values } = releases().find(({ inputs }) => inputs["name"] === "linkerd-control-plane")?.inputs as {
        values: { webhookFailurePolicy: string; proxyInjector: { namespaceSelector: object } };
      };
      expect(values.webhookFailurePolicy).to.equal("Fail");
      expect(JSON.stringify(values.proxyInjector.namespaceSelector))
        .to.include("kube-system")
        .and.include("monitoring");
    });
  });
});
