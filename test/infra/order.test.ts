import { getMonitor } from "@pulumi/pulumi/runtime/settings";
import { expect } from "chai";
import { buildPlatform } from "../../infra/platform";
import { render } from "../../orchestrator/sandbox/kubernetes/charts";
import { at, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../orchestrator/sandbox/provider/serve";
import { configOf, record } from "../support/pulumi";

/** A registration with what it waits for. */
interface Step {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Record<string, unknown>;
  readonly after: readonly string[];
}
interface Request {
  getType(): string;
  getName(): string;
  getParent(): string;
  getDependenciesList(): string[];
}
type Answer = (error: Error | null, response: { getUrn(): string }) => void;

/** The platform's registrations in their order, with their dependencies: mocks alone tell nothing of those. */
async function steps(environment: string): Promise<Step[]> {
  const waits = new Map<string, { urn: string; after: string[] }>();
  const { seen } = await record(environment, () => {
    const monitor = getMonitor() as unknown as { registerResource(request: Request, answer: Answer): unknown };
    const register = monitor.registerResource.bind(monitor);
    monitor.registerResource = (request, answer) =>
      register(request, (error, response) => {
        const key = `${request.getType()} ${request.getName()}`;
        if (error === null)
          waits.set(key, { urn: response.getUrn(), after: [...request.getDependenciesList(), request.getParent()] });
        answer(error, response);
      });
    return buildPlatform(configOf(environment));
  });
  return seen.map(({ type, name, inputs }) => {
    const known = waits.get(`${type} ${name}`);
    if (known === undefined) throw new Error(`${type} ${name} was registered past the monitor`);
    return { type, name, inputs, ...known };
  });
}

const RELEASE = "kubernetes:helm.sh/v3:Release";
const ADDON = "aws:eks/addon:Addon";
/** Definitions that an EKS add-on brings: group → add-on. */
const OF_ADDONS: Readonly<Record<string, string>> = { "snapshot.storage.k8s.io": "snapshot-controller" };

/** `group/Kind` of what a release defines. */
function defined({ inputs }: Step): string[] {
  const { objects, definitions } = render({
    chart: String(inputs["chart"]),
    version: String(inputs["version"]),
    release: String(inputs["name"]),
    namespace: String(inputs["namespace"]),
    values: (inputs["values"] ?? {}) as Properties,
  });
  const custom = [...definitions, ...objects].filter(({ kind }) => kind === "CustomResourceDefinition");
  return custom.map(
    (one: KubeObject) => `${String(at(one, "spec", "group"))}/${String(at(one, "spec", "names", "kind"))}`,
  );
}

for (const environment of ["dev", "staging", "production"] as const) {
  describe(`the order in which ${environment} comes about`, () => {
    let all: Step[];
    let byUrn: Map<string, Step>;
    before(async () => {
      all = await steps(environment);
      byUrn = new Map(all.map((step) => [step.urn, step]));
    });
    /** Everything that is there before a step begins. */
    const before$ = (step: Step, found = new Set<string>()): Set<string> => {
      for (const urn of step.after) {
        if (found.has(urn)) continue;
        found.add(urn);
        const earlier = byUrn.get(urn);
        if (earlier !== undefined) before$(earlier, found);
      }
      return found;
    };

    it("puts definitions, and the webhooks that come with them, before their users", () => {
      const makers = new Map<string, Step[]>();
      for (const release of all.filter(({ type }) => type === RELEASE))
        for (const kind of defined(release)) makers.set(kind, [...(makers.get(kind) ?? []), release]);
      let users = 0;
      for (const step of all.filter(({ type }) => type !== RELEASE)) {
        const [, group = "", kind = ""] = /^kubernetes:([^/]+\.[^/]+)\/[^:]+:(\w+)$/.exec(step.type) ?? [];
        const addon = OF_ADDONS[group];
        const wanted =
          addon === undefined
            ? makers.get(`${group}/${kind}`)
            : all.filter(({ type, inputs }) => type === ADDON && inputs["addonName"] === addon);
        if (wanted === undefined) {
          // A group with a company's name is nobody's built-in: somebody must have defined it.
          expect(group, `${step.type} ${step.name}: nothing defines it`).to.match(/^$|\.k8s\.io$/);
          continue;
        }
        users++;
        const earlier = before$(step);
        expect(
          wanted.some(({ urn }) => earlier.has(urn)),
          `${step.name} does not wait for ${wanted.map(({ name }) => name).join(" or ")}, which defines ${kind}`,
        ).to.equal(true);
      }
      expect(users).to.be.above(10);
    });
    it("has certificates before the balancer controller, which asks for none of cert-manager's", () => {
      const release = (chart: string) =>
        all.find(({ type, inputs }) => type === RELEASE && String(inputs["chart"]).endsWith(chart)) as Step;
      const balancer = release("aws-load-balancer-controller");
      const values = balancer.inputs["values"] as Record<string, unknown>;
      // With it, every Service of the cluster waits for the controller, those of cert-manager among them.
      expect(values["enableServiceMutatorWebhook"]).to.equal(false);
      // With it, the controller waits for a certificate, whose webhook may wait for the controller.
      expect(values["enableCertManager"] ?? false).to.equal(false);
      expect(before$(release("cert-manager")).has(balancer.urn)).to.equal(false);
    });
    it("has the balancer controller before the namespace of the entry point, and so until its last balancer is gone [A6.1]", () => {
      const balancer = all.find(
        ({ type, inputs }) => type === RELEASE && String(inputs["chart"]) === "aws-load-balancer-controller",
      ) as Step;
      const namespace = all.find(
        ({ type, name }) => type === "kubernetes:core/v1:Namespace" && name === "network-policy-envoy-gateway-system",
      ) as Step;
      expect(before$(namespace).has(balancer.urn)).to.equal(true);
    });
    it("waits for nothing that waits for it", () => {
      for (const step of all) expect(before$(step).has(step.urn), step.name).to.equal(false);
    });
  });
}
