import { expect } from "chai";
import { charts } from "../../../infra/charts";
import { configOf, type Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 16: chaos", () => {
  const built = async (environment: string, chaos?: ReturnType<typeof configOf>["chaos"]) => {
    const config = configOf(environment);
    return (await recorded(environment, chaos === undefined ? config : { ...config, chaos })).seen;
  };
  const inputsOf = (seen: readonly Registered[], name: string) => seen.find((one) => one.name === name)?.inputs ?? {};

  it("[A16.1] tells Chaos Mesh of containerd, in a privileged namespace of its own", async () => {
    const seen = await built("dev");
    const values = inputsOf(seen, "chaos-mesh")["values"] as Record<string, Record<string, unknown>>;
    expect(values["chaosDaemon"]).to.include({ runtime: "containerd", socketPath: "/run/containerd/containerd.sock" });
    expect(values["dashboard"]).to.deep.equal({ create: false });
    expect(charts["chaos-mesh"].podSecurity).to.equal("privileged");
  });
  it("[A16.3] lets faults in by the annotation of its scope alone", async () => {
    const seen = await built("dev");
    const values = inputsOf(seen, "chaos-mesh")["values"] as Record<string, Record<string, unknown>>;
    expect(values["controllerManager"]).to.include({ enableFilterNamespace: true });
    const patches = seen.filter(({ name }) => name.startsWith("chaos-scope-"));
    expect(patches.map(({ inputs }) => inputs["metadata"])).to.deep.equal([
      { name: "demo", annotations: { "chaos-mesh.org/inject": "enabled" } },
    ]);
  });
  for (const environment of ["staging", "production"])
    it(`[E6.5] makes nothing in ${environment}`, async () => {
      const seen = await built(environment);
      expect(seen.filter(({ name }) => name.startsWith("chaos-"))).to.deep.equal([]);
    });
  it("[A16.1] has AWS Fault Injection Service as the managed way, for machines of this cluster only", async () => {
    const seen = await built("production", { tool: "fault-injection-service", scope: ["shop"] });
    const template = inputsOf(seen, "chaos-nodes");
    const [target] = template["targets"] as { resourceTags: object[]; selectionMode: string }[];
    const tag = "kubernetes.io/cluster/slipway-production";
    expect(target?.resourceTags).to.deep.equal([{ key: tag, value: "owned" }]);
    const role = seen.find(({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name.startsWith("chaos-"));
    expect(String(role?.inputs["policy"])).to.include(`aws:ResourceTag/${tag}`);
    expect(seen.some(({ name }) => name === "chaos-mesh")).to.equal(false);
  });
});
