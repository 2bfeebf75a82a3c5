import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { serverIdentity } from "../../../../orchestrator/sandbox/cluster/certificates";
import { ApiError, described, KubeApi, UnknownKind } from "../../../../orchestrator/sandbox/kubernetes/api";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { useFolder } from "../../../support/folder";
import { CLUSTER, open, until, type Fixture } from "./fixture";

const settings = (name: string, data: Record<string, string> = {}, namespace = "default"): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace },
  data,
});
const ref = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", name, namespace: "default" });

describe("the calls of a Kubernetes API", () => {
  let world: Fixture;
  const folder = useFolder();
  before(async () => {
    world = await open();
  });
  after(() => world.close());
  const failure = <T extends Error>(attempt: Promise<unknown>) =>
    attempt.then(
      () => expect.fail("it succeeded"),
      (error: unknown) => error as T,
    );

  it("know what the cluster serves, and learn of a definition that comes later", async () => {
    expect(await world.api.serves("apps/v1", "Deployment")).to.deep.equal({ plural: "deployments", namespaced: true });
    expect(await world.api.serves("v1", "Node")).to.deep.equal({ plural: "nodes", namespaced: false });
    expect(await world.api.serves("example.org/v1", "Thing")).to.equal(undefined);
    const names = { plural: "things", singular: "thing", kind: "Thing", listKind: "ThingList" };
    await world.api.apply(
      {
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "things.example.org" },
        spec: {
          group: "example.org",
          names,
          scope: "Namespaced",
          versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: { type: "object" } } }],
        },
      },
      { manager: "test" },
    );
    await until(
      world,
      { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name: "things.example.org" },
      (one) => JSON.stringify(at(one, "status", "conditions") ?? "").includes("Established"),
    );
    expect(await world.api.serves("example.org/v1", "Thing")).to.deep.equal({ plural: "things", namespaced: true });
  });
  it("read one object, and nothing of one that is not there or of a kind that is not served", async () => {
    await world.api.create(settings("one", { a: "1" }));
    expect(await world.api.get(ref("one"))).to.deep.include({ data: { a: "1" } });
    expect(await world.api.get(ref("none"))).to.equal(undefined);
    expect(await world.api.get({ apiVersion: "no/v1", kind: "No", name: "x" })).to.equal(undefined);
  });
  it("list with the type on each item, which the API leaves out", async () => {
    const { items, version } = await world.api.list("v1", "Namespace");
    expect(items.map(({ kind }) => kind)).to.include("Namespace");
    expect(Number(version)).to.be.greaterThan(0);
    const error = await failure<UnknownKind>(world.api.list("no/v1", "No"));
    expect(error).to.be.instanceOf(UnknownKind);
    expect(error.message).to.equal('no matches for kind "No" in version "no/v1"');
  });
  it("apply as a manager, and conflict with another unless forced", async () => {
    await world.api.apply(settings("shared", { a: "1" }), { manager: "first" });
    const error = await failure<ApiError>(world.api.apply(settings("shared", { a: "2" }), { manager: "second" }));
    expect(error).to.be.instanceOf(ApiError);
    expect(error).to.include({ code: 409, reason: "Conflict" });
    await world.api.apply(settings("shared", { a: "2" }), { manager: "second", force: true });
    expect((await world.api.get(ref("shared")))?.["data"]).to.deep.equal({ a: "2" });
  });
  it("try an apply without doing it", async () => {
    const tried = await world.api.apply(settings("dry", { a: "1" }), { manager: "test", dryRun: true });
    expect(tried["data"]).to.deep.equal({ a: "1" });
    expect(await world.api.get(ref("dry"))).to.equal(undefined);
  });
  it("merge into an object, and take away what is null", async () => {
    await world.api.create(settings("merged", { a: "1", b: "2" }));
    const merged = await world.api.merge(ref("merged"), { data: { a: null, c: "3" } });
    expect(merged["data"]).to.deep.equal({ b: "2", c: "3" });
  });
  it("delete once and for all", async () => {
    await world.api.create(settings("short"));
    for (let time = 0; time < 2; time++) await world.api.delete(ref("short"));
    await world.api.delete({ apiVersion: "no/v1", kind: "No", name: "x" });
    expect(await world.api.get(ref("short"))).to.equal(undefined);
  });
  it("follow a kind: first all of it, then each change, until told to stop", async () => {
    await world.api.create(settings("watched", { a: "0" }));
    const ending = new AbortController();
    const seen: string[] = [];
    const gone = new Promise<void>((resolve, reject) => {
      world.api
        .follow(
          { apiVersion: "v1", kind: "ConfigMap", namespace: "default" },
          {
            reset: (items) => seen.push(`all ${items.some(({ metadata }) => metadata.name === "watched")}`),
            event: ({ type, object }) => {
              if (object.metadata.name !== "watched") return;
              seen.push(`${type} ${String(at(object, "data", "a"))}`);
              if (type === "DELETED") resolve();
            },
          },
          ending.signal,
        )
        .then(async () => {
          await world.api.merge(ref("watched"), { data: { a: "1" } });
          await world.api.delete(ref("watched"));
        })
        .catch(reject);
    });
    await gone;
    ending.abort();
    expect(seen).to.deep.equal(["all true", "MODIFIED 1", "DELETED 1"]);
  });
  describe("meet a definition whose handler is not there yet", () => {
    /** A server that tells of a kind from the start and answers for it from the third question on. */
    const serving = async (tells: boolean, attempt: (api: KubeApi, asked: () => number) => Promise<void>) => {
      let asked = 0;
      const identity = await serverIdentity(folder());
      const server = https.createServer({ cert: identity.certificate, key: identity.key }, ({ url }, response) => {
        if (url === "/apis/example.org/v1")
          return response.end(
            JSON.stringify({
              resources: tells || asked === 0 ? [{ name: "things", kind: "Thing", namespaced: true }] : [],
            }),
          );
        asked += 1;
        if (asked < 3) return response.writeHead(404, { "content-type": "text/plain" }).end("404 page not found\n");
        return response.end(JSON.stringify({ items: [] }));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const { authority } = identity;
      const api = new KubeApi({
        ...world.access,
        endpoint: `https://127.0.0.1:${port}`,
        certificateAuthority: authority,
      });
      try {
        await attempt(api, () => asked);
      } finally {
        api.close();
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    };
    it("and ask again as long as the server tells of the kind", () =>
      serving(true, async (api, asked) => {
        expect((await api.list("example.org/v1", "Thing")).items).to.deep.equal([]);
        expect(asked()).to.equal(3);
      }));
    it("and give up at once where it no longer does", () =>
      serving(false, async (api, asked) => {
        expect(await failure<ApiError>(api.list("example.org/v1", "Thing"))).to.include({ code: 404 });
        expect(asked()).to.equal(1);
      }));
  });
  it("pass on the server's own words, and say so where there are none", async () => {
    const stranger = new KubeApi({ ...world.access, token: "wrong" });
    const error = await failure<ApiError>(stranger.list("v1", "ConfigMap"));
    expect(error).to.include({ code: 401, reason: "Unauthorized", name: "ApiError" });
    stranger.close();
  });
  it("trust only the cluster's own authority", async () => {
    const { certificateAuthority: _authority, ...rest } = world.access;
    const stranger = new KubeApi({ ...rest, certificateAuthority: "" });
    const error = await failure<Error & { code: string }>(stranger.list("v1", "ConfigMap"));
    expect(error.code).to.match(/SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER_CERT_LOCALLY|VERIFY_LEAF_SIGNATURE)/);
    stranger.close();
  });
  it("know their cluster, and name objects as errors do", () => {
    expect(world.api.cluster).to.equal(CLUSTER);
    expect(described(settings("one"))).to.equal("default/one");
  });
});
