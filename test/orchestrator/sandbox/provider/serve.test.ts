import { expect } from "chai";
import { SECRET, SIGNATURE, UNKNOWN, type Properties } from "../../../../orchestrator/engine/builtin/model";
import { ProviderClient } from "../../../../orchestrator/engine/builtin/provider/client";
import { isSecret, revealed, secret } from "../../../../orchestrator/engine/builtin/values";
import { Faults, type FaultRule } from "../../../../orchestrator/sandbox/faults";
import {
  PartlyDone,
  serveProvider,
  type ServedProvider,
  type StandIn,
} from "../../../../orchestrator/sandbox/provider/serve";

const URN = "urn:pulumi:dev::slipway::slipway:phase:Network$aws:ec2/vpc:Vpc::net::work";

describe("a stand-in served to an engine", () => {
  let provider: ServedProvider;
  let client: ProviderClient;
  const open: { close(): unknown }[] = [];
  const serve = async (standIn: Partial<StandIn>, rules: readonly FaultRule[] = []) => {
    const unexpected = (what: string) => () => Promise.reject(new Error(`${what} was not expected`));
    const whole: StandIn = { create: unexpected("create"), delete: unexpected("delete"), ...standIn };
    provider = await serveProvider("1.2.3", whole, new Faults(rules));
    open.push(provider);
    client = await connect();
    return client;
  };
  const connect = async () => {
    const made = await ProviderClient.connect("aws", `127.0.0.1:${provider.port}`, "127.0.0.1:1");
    open.push(made);
    return made;
  };
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });
  const create = (inputs: Properties, preview = false) => client.create(URN, inputs, preview, 30);
  const failing = (attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => error as Error & { details?: string; code?: unknown },
    );
  const rule = (effect: FaultRule["effect"], more: Partial<FaultRule> = {}): FaultRule => ({
    type: "aws:ec2/vpc:Vpc",
    operation: "create",
    nth: 1,
    times: 1,
    effect,
    ...more,
  });

  it("sees type and name of a nested resource, and its values in clear", async () => {
    const seen: unknown[] = [];
    await serve({
      create: ({ urn, type, name }, inputs, preview) => {
        seen.push({ urn, type, name, inputs, preview });
        return Promise.resolve({ id: "vpc-1", outputs: inputs });
      },
    });
    await create({ password: secret("hush"), later: UNKNOWN }, true);
    expect(seen).to.deep.equal([
      {
        urn: URN,
        type: "aws:ec2/vpc:Vpc",
        name: "net::work",
        inputs: { password: "hush", later: UNKNOWN },
        preview: true,
      },
    ]);
  });
  it("gives back as secret what came in as one: at its place where it is the same, else the whole property", async () => {
    await serve({
      create: (_call, inputs) =>
        Promise.resolve({ id: "1", outputs: { ...inputs, changed: { was: "hush" }, open: "open" } }),
    });
    const { outputs } = await create({ same: { deep: secret("hush") }, changed: { is: secret("hush") }, open: "open" });
    expect(outputs["same"]).to.deep.equal({ deep: { [SIGNATURE]: SECRET, value: "hush" } });
    expect(isSecret(outputs["changed"])).to.equal(true);
    expect(revealed(outputs["changed"] ?? null)).to.deep.equal({ was: "hush" });
    expect(outputs["open"]).to.equal("open");
  });
  it("makes outputs secret that are secret by nature", async () => {
    await serve({
      create: () => Promise.resolve({ id: "1", outputs: { result: "drawn", length: 5 } }),
      secretOutputs: (type) => (type === "aws:ec2/vpc:Vpc" ? ["result"] : []),
    });
    const { outputs } = await create({});
    expect(outputs).to.deep.equal({ result: { [SIGNATURE]: SECRET, value: "drawn" }, length: 5 });
  });
  it("keeps a secret secret over an update, a read and a check", async () => {
    await serve({
      check: (_call, _olds, news) => Promise.resolve({ inputs: { ...news, more: 1 } }),
      update: (_call, _old, news) => Promise.resolve(news),
      read: (_call, id, inputs, outputs) => Promise.resolve({ id, inputs, outputs }),
    });
    const given = { password: secret("hush") };
    const checked = await client.check(URN, undefined, given, new Uint8Array());
    expect(checked).to.deep.equal({ inputs: { ...given, more: 1 }, failures: [] });
    expect((await client.update(URN, "1", given, given, given, [], false, 30)).outputs).to.deep.equal(given);
    expect(await client.read(URN, "1", given, given)).to.deep.include({ inputs: given, outputs: given });
  });
  it("reports what a check finds wrong with its property", async () => {
    const failures = [{ property: "cidrBlock", reason: "is no network" }];
    await serve({ check: (_call, _olds, inputs) => Promise.resolve({ inputs, failures }) });
    expect((await client.check(URN, undefined, {}, new Uint8Array())).failures).to.deep.equal(failures);
  });
  it("says of what is gone that it is not there", async () => {
    await serve({ read: () => Promise.resolve(undefined) });
    expect(await client.read(URN, "1", {}, {})).to.equal(undefined);
  });
  it("compares inputs where the stand-in has no opinion", async () => {
    await serve({});
    expect((await client.diff(URN, "1", { a: 1 }, {}, { a: 1 }, [])).changes).to.equal("none");
    expect((await client.diff(URN, "1", { a: 1 }, {}, { a: 2 }, [])).changes).to.equal("some");
  });
  it("hands over what must be replaced, and whether the old one goes first", async () => {
    const told = { changes: true, replaces: ["name"], diffs: ["name", "tags"], deleteBeforeReplace: true };
    await serve({ diff: () => Promise.resolve(told) });
    expect(await client.diff(URN, "1", {}, {}, {}, [])).to.deep.include({ ...told, changes: "some" });
  });
  it("tells its configurations apart by their connection", async () => {
    const peers: string[] = [];
    const callers: string[] = [];
    await serve({
      configure: (_inputs, { peer }) => Promise.resolve(void peers.push(peer)),
      create: (call, outputs) => Promise.resolve({ id: String(callers.push(call.peer)), outputs }),
    });
    const other = await connect();
    for (const each of [client, other]) {
      await each.configure("urn:provider", {});
      await each.create(URN, {}, false, 30);
    }
    expect(new Set(peers).size).to.equal(2);
    expect(callers).to.deep.equal(peers);
  });

  describe("when something goes wrong", () => {
    it("passes on the words of the error and nothing of the stack", async () => {
      await serve({ create: () => Promise.reject(new Error("VpcLimitExceeded: no more")) });
      expect((await failing(create({}))).details).to.equal("VpcLimitExceeded: no more");
    });
    it("hands over a resource that is there but not as it should be, with its secrets and the reasons", async () => {
      await serve({
        create: (_call, inputs) => Promise.reject(new PartlyDone("pod-1", { ...inputs, ready: false }, ["a", "b"])),
      });
      const given = { password: secret("hush") };
      const done = await create(given);
      expect(done).to.deep.include({ id: "pod-1", initErrors: ["a", "b"], inputs: given });
      expect(done.outputs).to.deep.equal({ ...given, ready: false });
    });
    it("cannot update what has no update, and knows no function or component by itself", async () => {
      await serve({});
      expect((await failing(client.update(URN, "1", {}, {}, {}, [], false, 30))).details).to.equal(
        "aws:ec2/vpc:Vpc cannot be updated",
      );
      expect((await failing(client.invoke("aws:index/getRegion:getRegion", {}, false))).details).to.equal(
        "no function aws:index/getRegion:getRegion",
      );
    });
  });

  describe("with faults", () => {
    const made: string[] = [];
    const working: Partial<StandIn> = {
      create: (_call, outputs) => Promise.resolve({ id: String(made.push("made")), outputs }),
      invoke: (token) => Promise.resolve({ token }),
    };
    beforeEach(() => made.splice(0));

    it("fails the call a rule names instead of doing it, and does the next", async () => {
      await serve(working, [rule({ kind: "throttle" })]);
      expect((await failing(create({}))).details).to.equal("api error Throttling: Rate exceeded");
      expect(made).to.deep.equal([]);
      await create({});
      expect(made).to.deep.equal(["made"]);
    });
    it("spares and does not count what a preview asks", async () => {
      await serve(working, [rule({ kind: "fail", message: "no" })]);
      await create({}, true);
      expect((await failing(create({}))).details).to.equal("no");
    });
    it("knows functions by their token", async () => {
      const token = "aws:index/getRegion:getRegion";
      await serve(working, [rule({ kind: "fail", message: "no" }, { type: token, operation: "invoke" })]);
      expect((await failing(client.invoke(token, {}, false))).details).to.equal("no");
      expect(await client.invoke("aws:index/other:other", {}, false)).to.deep.include({
        result: { token: "aws:index/other:other" },
      });
    });
    it("never answers a call that is to hang, and answers others meanwhile", async () => {
      await serve(working, [rule({ kind: "hang" })]);
      const stopping = new AbortController();
      const hanging = failing(client.create(URN, {}, false, 0, stopping.signal));
      await create({});
      expect(made).to.deep.equal(["made"]);
      stopping.abort();
      expect((await hanging).code).to.equal(1);
    });
    it("is gone for good after a crash, as a process that died", async () => {
      await serve(working, [rule({ kind: "crash" })]);
      expect((await failing(create({}))).code).to.equal("provider-gone");
      expect((await failing(create({}))).code).to.equal("provider-gone");
    });
  });

  it("listens on loopback only, on a port of its own", async () => {
    await serve({});
    const second = await serveProvider("1.2.3", { create: () => expect.fail(), delete: () => expect.fail() });
    open.push(second);
    expect(second.port).to.not.equal(provider.port);
  });
});
