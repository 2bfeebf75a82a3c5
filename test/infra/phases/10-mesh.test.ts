import { expect } from "chai";
import { charts } from "../../../infra/charts";
import type { PlatformConfig } from "../../../infra/config";
import { meshPolicy } from "../../../infra/mesh/istio";
import { buildPlatform } from "../../../infra/platform";
import { render } from "../../../orchestrator/sandbox/kubernetes/charts";
import { at, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { configOf, record, valueOf, type Registered } from "../../support/pulumi";

const ofMesh = ({ name }: Registered) => name === "mesh" || name.startsWith("mesh-");
const built = async (environment: string, mesh?: Partial<PlatformConfig["mesh"]>) => {
  const config = configOf(environment);
  const given = { ...config, mesh: { ...config.mesh, ...mesh } };
  const { seen, result } = await record(environment, () => buildPlatform(given));
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
});
