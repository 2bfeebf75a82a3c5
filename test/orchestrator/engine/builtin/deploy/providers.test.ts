/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import { expect } from "chai";
import type { Goal } from "../../../../../orchestrator/engine/builtin/deploy/goal";
import { ProviderRegistry } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { writeReference } from "../../../../../orchestrator/engine/builtin/deploy/urn";
import { UNKNOWN, type Properties, type ResourceState } from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { PROVIDER, PROVIDER_URN } from "../../../../support/deployments";
import { providerService, rawProvider, sent } from "../../../../support/raw-provider";
import { useServers } from "../../../../support/servers";
import { stateOf, urnOf } from "../../../../support/states";

const messages = require("@pulumi/pulumi/proto/provider_pb") as any;
const signal = new AbortController().signal;

describe("the providers of an operation", () => {
  const serve = useServers();
  const registries: ProviderRegistry[] = [];
  afterEach(() => Promise.all(registries.splice(0).map((registry) => registry.close())));

  async function world(olds: ResourceState[] = []) {
    const configured: Properties[] = [];
    const provider = rawProvider({
      configure: (request) => {
        configured.push(sent(request, "getArgs"));
        return new messages.ConfigureResponse();
      },
      checkConfig: (request) => {
        const reply = new messages.CheckResponse();
        reply.setInputs(request.getNews());
        return reply;
      },
    });
    const address = await serve(providerService, provider.handlers);
    const located: string[] = [];
    const goals: Goal[] = [];
    const registry: ProviderRegistry = new ProviderRegistry(
      {
        locate: (pkg) => {
          located.push(pkg);
          return Promise.resolve(address);
        },
      },
      new Map(olds.map((state) => [state.urn, state])),
      (goal) => {
        goals.push(goal);
        return Promise.resolve(writeReference({ urn: urnOf(goal.name, goal.type), id: "d1" }));
      },
    );
    registry.serving("127.0.0.1:9");
    registries.push(registry);
    return { registry, provider, configured, located, goals };
  }
  const stored = (inputs: Properties) => ({ ...stateOf("mine", inputs, { id: "p1" }), urn: PROVIDER_URN });

  it("have one default per package and version, registered when first asked for, however many ask at once", async () => {
    const { registry, goals } = await world();
    const references = await Promise.all(
      [undefined, "", "1.2.3-rc.1", "1.2.3-rc.1"].map((version) => registry.defaultFor("x", version)),
    );
    expect(goals.map(({ type, name, properties }) => [type, name, properties])).to.deep.equal([
      ["pulumi:providers:x", "default", {}],
      ["pulumi:providers:x", "default_1_2_3_rc_1", { version: "1.2.3-rc.1" }],
    ]);
    expect(references[0]).to.equal(references[1]);
    expect(references[2]).to.equal(references[3]);
    expect(references[0]).to.not.equal(references[2]);
  });

  it("of the state are connected and configured with their secrets when they are first needed, once", async () => {
    const { registry, configured, located } = await world([stored({ region: "here", key: secret("k") })]);
    expect(located).to.deep.equal([]);
    const [one, two] = await Promise.all([registry.get(PROVIDER), registry.get(PROVIDER)]);
    expect(one).to.equal(two);
    expect(configured).to.deep.equal([{ region: "here", key: secret("k") }]);
    expect(located).to.deep.equal(["x"]);
  });

  it("that are neither registered nor in the state are refused by name", async () => {
    const { registry } = await world();
    const error = await registry.get(PROVIDER).catch((reason: Error) => reason.message);
    expect(error).to.contain(PROVIDER).and.to.contain("neither registered nor in the state");
  });

  it("are made over the connection that checked them, under a new id that then finds them", async () => {
    const { registry, provider, located } = await world();
    const { management } = registry;
    const { inputs } = await management.check(PROVIDER_URN, undefined, { region: "here" });
    const { id, outputs } = await management.create(PROVIDER_URN, inputs, false, 0, signal);
    expect(outputs).to.deep.equal({ region: "here" });
    expect(provider.calls).to.deep.equal(["handshake", "attach", "getPluginInfo", "checkConfig", "configure"]);
    expect(new Set(provider.peers).size).to.equal(1);
    expect((await registry.get(writeReference({ urn: PROVIDER_URN, id }))).inputs).to.deep.equal(inputs);
    expect(located).to.have.length(1);
    expect((await management.create(PROVIDER_URN, inputs, true, 0, signal)).id).to.equal(UNKNOWN);
  });

  it("are told apart by a connection each", async () => {
    const { registry, provider } = await world();
    for (const name of ["one", "two"])
      await registry.configure(urnOf(name, "pulumi:providers:x"), `id-${name}`, { name });
    expect(new Set(provider.peers).size).to.equal(2);
  });

  it("compare their configuration only when it differs, and are configured anew when they have no opinion", async () => {
    const { registry, provider } = await world();
    const old = stored({ region: "here" });
    expect((await registry.management.diff(PROVIDER_URN, old, { region: "here" }, [])).changes).to.equal("none");
    expect(provider.calls).to.deep.equal([]);
    expect(
      await registry.management.update(PROVIDER_URN, old, { region: "there" }, [], false, 0, signal),
    ).to.deep.equal({
      id: "p1",
      outputs: { region: "there" },
      initErrors: [],
    });
    const diff = await registry.management.diff(PROVIDER_URN, old, { region: "there" }, []);
    expect([diff.changes, diff.replaces]).to.deep.equal(["some", []]);
  });

  it("whose configuration is not known yet are not configured, and answer a preview with what is known", async () => {
    const { registry, configured, provider } = await world();
    await registry.configure(PROVIDER_URN, "p1", { region: UNKNOWN });
    const connected = await registry.get(PROVIDER);
    const urn = urnOf("a");
    const inputs = { size: 1 };
    expect(await connected.check(urn, undefined, inputs)).to.deep.equal({ inputs, failures: [] });
    expect((await connected.diff(urn, stateOf("a"), inputs, [])).changes).to.equal("unknown");
    expect(await connected.create(urn, inputs, true, 0, signal)).to.deep.equal({ id: "", outputs: {}, initErrors: [] });
    expect(await connected.invoke("x:y:get", {}, true)).to.equal(undefined);
    expect(configured).to.deep.equal([]);
    expect(provider.calls).to.deep.equal(["handshake", "attach", "getPluginInfo"]);
  });

  it("get the same seed for the same resource in every run, another for another", async () => {
    const seeds: string[] = [];
    const check = (request: any) => {
      seeds.push(Buffer.from(request.getRandomseed_asU8()).toString("hex"));
      const reply = new messages.CheckResponse();
      reply.setInputs(request.getNews());
      return reply;
    };
    for (const name of ["a", "a", "b"]) {
      const provider = rawProvider({ check, configure: () => new messages.ConfigureResponse() });
      const address = await serve(providerService, provider.handlers);
      const registry = new ProviderRegistry({ locate: () => Promise.resolve(address) }, new Map(), () =>
        Promise.reject(new Error("unexpected default provider")),
      );
      registries.push(registry);
      await registry.configure(PROVIDER_URN, "p1", {});
      await (await registry.get(PROVIDER)).check(urnOf(name), undefined, {});
    }
    expect(seeds[0]).to.match(/^[0-9a-f]{64}$/);
    expect(seeds[0]).to.equal(seeds[1]);
    expect(seeds[0]).to.not.equal(seeds[2]);
  });
});
