/* eslint-disable @typescript-eslint/no-explicit-any, @typescript-eslint/no-require-imports -- protocol edge: the published messages are untyped */
import * as grpc from "@grpc/grpc-js";
import { expect } from "chai";
import { REFERENCE, SIGNATURE, UNKNOWN, type Properties } from "../../../../../orchestrator/engine/builtin/model";
import { ProviderClient } from "../../../../../orchestrator/engine/builtin/provider/client";
import { ProviderGone } from "../../../../../orchestrator/engine/builtin/provider/connection";
import { empty, toStruct } from "../../../../../orchestrator/engine/builtin/struct";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { providerService, rawProvider, sent, type Abilities, type RawProvider } from "../../../../support/raw-provider";
import { refusal } from "../../../../support/refusal";
import { useServers } from "../../../../support/servers";
import { urnOf } from "../../../../support/states";

const messages = require("@pulumi/pulumi/proto/provider_pb") as any;
const status = require("@pulumi/pulumi/proto/status_pb") as any;
const { Any } = require("google-protobuf/google/protobuf/any_pb") as any;

const URN = urnOf("a");
const none: Abilities = { secrets: false, references: false };

const checked = (request: any, failures: [string, string][] = []) => {
  const reply = new messages.CheckResponse();
  reply.setInputs(request.getNews());
  reply.setFailuresList(
    failures.map(([property, reason]) => {
      const failure = new messages.CheckFailure();
      failure.setProperty(property);
      failure.setReason(reason);
      return failure;
    }),
  );
  return reply;
};
const created = (id: string, outputs: Properties) => {
  const reply = new messages.CreateResponse();
  reply.setId(id);
  reply.setProperties(toStruct(outputs));
  return reply;
};
/** The error by which a provider says that the resource is there, but not as it should be. */
function partly(id: string, outputs: Properties, reasons: string[]): Partial<grpc.ServiceError> {
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(toStruct(outputs));
  detail.setReasonsList(reasons);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const rich = new status.Status();
  rich.setDetailsList([packed]);
  const metadata = new grpc.Metadata();
  metadata.set("grpc-status-details-bin", Buffer.from(rich.serializeBinary()));
  return Object.assign(new Error("half done"), { code: grpc.status.UNKNOWN, details: "half done", metadata });
}

describe("a provider client", () => {
  const serve = useServers();
  const open: ProviderClient[] = [];
  afterEach(() => open.splice(0).forEach((client) => client.close()));

  async function connected(answers: Parameters<typeof rawProvider>[0] = {}, abilities?: Abilities) {
    const provider: RawProvider = rawProvider(answers, abilities);
    const client = await ProviderClient.connect("x", await serve(providerService, provider.handlers), "127.0.0.1:9");
    open.push(client);
    return { client, provider };
  }
  const create = (client: ProviderClient, inputs: Properties = {}, preview = false) =>
    client.create(URN, inputs, preview, 0);

  it("greets, attaches and introduces itself with the engine's address", async () => {
    const { provider } = await connected();
    expect(provider.calls).to.deep.equal(["handshake", "attach", "getPluginInfo"]);
    expect(provider.last("handshake").getEngineAddress()).to.equal("127.0.0.1:9");
    expect(provider.last("attach").getAddress()).to.equal("127.0.0.1:9");
  });

  it("keeps secrets wrapped for who accepts them; from others they come back secret under their key", async () => {
    const inputs = { password: secret("hush"), size: 1 };
    const echo = { create: (request: any) => created("i", sent(request, "getProperties")) };
    const open = await connected(echo);
    expect((await create(open.client, inputs)).outputs).to.deep.equal(inputs);
    expect(sent(open.provider.last("create"), "getProperties")).to.deep.equal(inputs);
    const plain = await connected(echo, none);
    expect((await create(plain.client, inputs)).outputs).to.deep.equal(inputs);
    expect(sent(plain.provider.last("create"), "getProperties")).to.deep.equal({ password: "hush", size: 1 });
  });

  it("marks what a function answers secret where its arguments were, if the provider knows no secrets", async () => {
    const invoke = () => {
      const reply = new messages.InvokeResponse();
      reply.setReturn(toStruct({ found: "x" }));
      return reply;
    };
    const { client } = await connected({ invoke }, none);
    expect((await client.invoke("x:y:get", { key: secret("hush") }, false)).result).to.deep.equal({
      found: secret("x"),
    });
    expect((await client.invoke("x:y:get", { key: "open" }, false)).result).to.deep.equal({ found: "x" });
  });

  it("sends references as their id to who does not know them, unknown while there is none", async () => {
    const reference = (id: string) => ({ [SIGNATURE]: REFERENCE, urn: urnOf("b"), id });
    const { client, provider } = await connected({ check: (request) => checked(request) }, none);
    await client.check(URN, undefined, { made: reference("i"), planned: reference("") }, new Uint8Array([1]));
    expect(sent(provider.last("check"), "getNews")).to.deep.equal({ made: "i", planned: UNKNOWN });
    expect(provider.last("check").hasOlds()).to.equal(false);
  });

  it("names every refused property, and takes a missing Check or Diff for one without an opinion", async () => {
    const { client } = await connected({ check: (request) => checked(request, [["size", "too small"]]) });
    const { failures } = await client.check(URN, {}, { size: 0 }, new Uint8Array());
    expect(failures).to.deep.equal([{ property: "size", reason: "too small" }]);
    const { client: silent } = await connected();
    const inputs = { size: 1 };
    expect(await silent.check(URN, {}, inputs, new Uint8Array())).to.deep.equal({ inputs, failures: [] });
    expect((await silent.diff(URN, "i", {}, {}, inputs, [])).changes).to.equal("unknown");
  });

  it("reads a diff with its details", async () => {
    const diff = () => {
      const reply = new messages.DiffResponse();
      reply.setChanges(2);
      reply.setReplacesList(["size"]);
      reply.setDeletebeforereplace(true);
      reply.setDiffsList(["size"]);
      reply.setHasdetaileddiff(true);
      const detail = new messages.PropertyDiff();
      detail.setKind(5);
      detail.setInputdiff(true);
      reply.getDetaileddiffMap().set("size", detail);
      return reply;
    };
    const { client, provider } = await connected({ diff });
    expect(await client.diff(URN, "i", { size: 1 }, { size: 1 }, { size: 2 }, ["tag"])).to.deep.equal({
      changes: "some",
      replaces: ["size"],
      deleteBeforeReplace: true,
      diffs: ["size"],
      detailed: { size: { kind: 5, inputDiff: true } },
    });
    expect(provider.last("diff").getIgnorechangesList()).to.deep.equal(["tag"]);
  });

  it("plans with the inputs, without a call, for a provider that has no previews", async () => {
    const unimplemented = () => {
      throw Object.assign(new Error("no"), { code: grpc.status.UNIMPLEMENTED });
    };
    const { client, provider } = await connected({ handshake: unimplemented });
    expect(await create(client, { size: 1 }, true)).to.deep.equal({ id: "", outputs: { size: 1 }, initErrors: [] });
    expect((await client.update(URN, "i", {}, {}, { size: 2 }, [], true, 0)).outputs).to.deep.equal({ size: 2 });
    expect(provider.calls).to.not.include("create");
  });

  it("configures with text variables in clear, and learns then what the provider accepts", async () => {
    const configure = () => {
      const reply = new messages.ConfigureResponse();
      reply.setAcceptsecrets(true);
      return reply;
    };
    const echo = (request: any) => created("i", sent(request, "getProperties"));
    const { client, provider } = await connected({ configure, create: echo }, none);
    await client.configure(urnOf("p", "pulumi:providers:x"), {
      region: "here",
      tags: { a: 1 },
      key: secret("k"),
      version: "1",
    });
    expect(provider.last("configure").getVariablesMap().toObject()).to.have.deep.members([
      ["x:config:region", "here"],
      ["x:config:tags", '{"a":1}'],
      ["x:config:key", "k"],
    ]);
    await create(client, { password: secret("hush") });
    expect(sent(provider.last("create"), "getProperties")).to.deep.equal({ password: secret("hush") });
  });

  it("takes a partial failure for a result with reasons, and an empty id for a provider's mistake", async () => {
    const { client } = await connected({
      create: () => {
        throw partly("i-1", { half: true }, ["not ready"]);
      },
    });
    expect(await create(client)).to.deep.equal({ id: "i-1", outputs: { half: true }, initErrors: ["not ready"] });
    const { client: careless } = await connected({ create: () => created("", {}) });
    const error = await create(careless).catch((reason: Error) => reason.message);
    expect(error).to.contain("empty id").and.to.contain(URN);
  });

  it("tells what is gone from what is there", async () => {
    const { client } = await connected({ read: () => new messages.ReadResponse() });
    expect(await client.read(URN, "i", {}, {})).to.equal(undefined);
  });

  it("says of a provider that ends in the middle of a call that it is gone, of one that refuses what it said", async () => {
    const { client } = await connected({
      create: () => new Promise(() => serve.end()),
      delete: () => {
        throw new Error("still in use");
      },
    });
    const refused = await client.delete(URN, "i", {}, {}, 0).catch((error: grpc.ServiceError) => error);
    expect((refused as grpc.ServiceError).details).to.equal("still in use");
    expect(refused).to.not.be.instanceOf(ProviderGone);
    const gone = await refusal(() => create(client));
    expect([gone.code, gone.kind, gone instanceof ProviderGone]).to.deep.equal(["provider-gone", "engine", true]);
  });

  it("gives up a call past the resource's own timeout, or when the run is given up", async () => {
    const { client } = await connected({ create: () => new Promise(() => undefined) });
    const late = await refusal(() => client.create(URN, {}, false, 0.05));
    expect(late.code).to.equal("provider-timeout");
    expect(late.message).to.contain("create").and.to.contain("0.05 s");
    const stop = new AbortController();
    const waiting = client.create(URN, {}, false, 0, stop.signal).catch((error: grpc.ServiceError) => error);
    stop.abort();
    expect(await waiting).to.not.be.instanceOf(ProviderGone);
  });

  it("does not wait for an answer to cancel, and needs none", async () => {
    const { client } = await connected({ cancel: () => Promise.reject(new Error("cannot")) });
    await client.cancel();
    const { client: fine, provider } = await connected({ cancel: empty });
    await fine.cancel();
    expect(provider.calls.at(-1)).to.equal("cancel");
  });

  it("names a provider nobody serves, and where it was looked for", async () => {
    const now = Date.now;
    // As if almost all of the time a provider has to come up had passed already.
    Date.now = () => now() - 9_950;
    const connecting = ProviderClient.connect("x", "127.0.0.1:1", "127.0.0.1:9");
    Date.now = now;
    const error = await refusal(() => connecting);
    expect([error.code, error.kind]).to.deep.equal(["provider-unreachable", "engine"]);
    expect(error.message).to.contain("x provider").and.to.contain("127.0.0.1:1");
  });
});
