import { expect } from "chai";
import { importAll } from "../../../../../orchestrator/engine/builtin/deploy/import-operation";
import type { ProviderRegistry } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { Registration } from "../../../../../orchestrator/engine/builtin/deploy/registration";
import type { ImportRequest, ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import type { Done } from "../../../../../orchestrator/engine/builtin/provider/client";
import { PROVIDER, PROVIDER_URN, registryOf, scripted, staged } from "../../../../support/deployments";
import { stateOf, urnOf } from "../../../../support/states";

const STACK = "pulumi:pulumi:Stack";
const ROOT: ResourceState = {
  urn: urnOf("proj-dev", STACK),
  custom: false,
  type: STACK,
  inputs: {},
  outputs: {},
};
const wanted = (name: string, rest: Partial<ImportRequest> = {}): ImportRequest => ({
  type: "x:y:Thing",
  name,
  id: `i-${name}`,
  protect: true,
  provider: PROVIDER_URN,
  ...rest,
});
const mine: ResourceState = { ...stateOf("mine", {}, { id: "p1", type: "pulumi:providers:x" }), urn: PROVIDER_URN };

describe("pulumi import", () => {
  async function run(imports: ImportRequest[], resources: ResourceState[] = [ROOT, mine], missing: string[] = []) {
    const stage = staged({ kind: "import", resources, options: { imports } });
    const provider = scripted({
      read: (_urn, id): Promise<Done | undefined> =>
        Promise.resolve(
          missing.includes(id) ? undefined : { id, inputs: { size: 1 }, outputs: { size: 1 }, initErrors: [] },
        ),
      check: (_urn, _olds, news) => Promise.resolve({ inputs: news, failures: [] }),
    });
    const asked: string[] = [];
    const registry = registryOf(provider, {
      defaultFor: (pkg) => {
        asked.push(pkg);
        return Promise.resolve(PROVIDER);
      },
    } as Partial<ProviderRegistry>);
    await importAll(stage.deployment, registry, new Registration(stage.deployment, registry));
    const state = (urn: string) => stage.deployment.snapshot.current().resources.find((one) => one.urn === urn);
    return { ...stage, asked, state };
  }

  it("takes a resource in under the root, protected, wanting nothing of it but what it is", async () => {
    const { state, finished, asked } = await run([wanted("a")]);
    expect(state(urnOf("a"))).to.deep.include({
      id: "i-a",
      importID: "i-a",
      parent: ROOT.urn,
      protect: true,
      inputs: { size: 1 },
      outputs: { size: 1 },
      provider: PROVIDER,
    });
    expect(finished()).to.deep.equal(["import a"]);
    expect(asked).to.deep.equal([]);
  });

  it("makes the root first where there is none, and asks for the package's default provider where none is named", async () => {
    const { state, asked } = await run([wanted("a", { provider: undefined, protect: false })], []);
    expect(state(ROOT.urn)?.custom).to.equal(false);
    expect(state(urnOf("a"))?.protect).to.equal(undefined);
    expect(asked).to.deep.equal(["x"]);
  });

  it("puts a child into its parent's type chain", async () => {
    const box = { ...stateOf("box"), urn: urnOf("box", "x:y:Box"), type: "x:y:Box" };
    const { state } = await run([wanted("a", { parent: box.urn })], [ROOT, mine, box]);
    expect(state(urnOf("a", "x:y:Box$x:y:Thing"))?.parent).to.equal(box.urn);
  });

  it("refuses what the state has already, and leaves it as it is", async () => {
    const old = stateOf("a", { size: 7 }, { provider: PROVIDER });
    const { deployment, errors } = await run([wanted("a")], [ROOT, mine, old]);
    expect(errors()).to.deep.equal([`resource '${old.urn}' already exists`]);
    expect(deployment.runner.failed).to.equal(true);
    expect(deployment.snapshot.current().resources).to.include(old);
  });

  it("refuses to stand on a parent or a provider the stack does not have, and leaves the state valid", async () => {
    for (const rest of [{ parent: urnOf("nowhere") }, { provider: urnOf("nowhere", "pulumi:providers:x") }]) {
      const { errors, deployment } = await run([wanted("a", rest)]);
      expect(errors()[0]).to.contain("nowhere' is not in the stack");
      expect(deployment.snapshot.current().resources).to.deep.equal([ROOT, mine]);
    }
  });

  it("names what does not exist and keeps what does", async () => {
    const { errors, state, deployment } = await run([wanted("a"), wanted("b")], [ROOT, mine], ["i-b"]);
    expect(errors()).to.deep.equal(["resource 'i-b' does not exist"]);
    expect(state(urnOf("a"))?.id).to.equal("i-a");
    expect(state(urnOf("b"))).to.equal(undefined);
    expect(deployment.runner.failed).to.equal(true);
  });
});
