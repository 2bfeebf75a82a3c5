import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { buildPlatform } from "../../infra/platform";
import { ApiError } from "../../orchestrator/sandbox/kubernetes/api";
import { untilReady } from "../../orchestrator/sandbox/kubernetes/await";
import { snapshotDefinitions } from "../../orchestrator/sandbox/kubernetes/charts/definitions/snapshot-controller";
import type { KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { configOf, record, root } from "../support/pulumi";
import { START_MS, until, usePlane } from "./plane";

/** 205 definitions as their projects publish them; they stand beside the project and do not ship. */
const published = path.join(root, "..", "shared", "crds");
/** Groups that come with an EKS add-on, not with a chart: the collection has none of them, ours judges alone. */
const OWN_ONLY = new Set(["snapshot.storage.k8s.io"]);
/** A type token of a custom resource: `kubernetes:cert-manager.io/v1:Certificate`. */
const CUSTOM = /^kubernetes:([a-z0-9.-]+\.[a-z0-9.-]+)\/(v[0-9a-z]+):(\w+)$/;

describe("custom resources of the platform, judged by a real API server with the published definitions", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  before(function () {
    if (!fs.existsSync(published)) this.skip();
  });
  const loaded = new Set<string>();

  /** Loads the published definition of a kind and waits until it is served; false when there is none. */
  async function load(group: string, kind: string): Promise<boolean> {
    const { api } = plane();
    const folder = path.join(published, group);
    const known = OWN_ONLY.has(group)
      ? (snapshotDefinitions as unknown as KubeObject[])
      : fs.existsSync(folder)
        ? fs
            .readdirSync(folder)
            .map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as KubeObject)
        : [];
    const definition = known.find((one) => (one["spec"] as { names: { kind: string } }).names.kind === kind);
    if (definition === undefined) return false;
    if (!loaded.has(definition.metadata.name)) {
      // Established, and told by discovery: both come after the definition itself, on a busy machine much later.
      await untilReady(api, await api.create(definition), START_MS / 1000);
      loaded.add(definition.metadata.name);
    }
    return true;
  }
  after(async () => {
    for (const name of loaded)
      await plane().api.delete({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", name });
  });

  /** What the server says of an object that is not kept; undefined when it takes it. */
  async function verdict(object: KubeObject): Promise<string | undefined> {
    // A kind that is served may still lack its schema for a moment.
    return until(async () => {
      try {
        await plane().api.apply(object, { manager: "test", dryRun: true, force: true });
        return { said: undefined };
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        return error.code === 404 ? undefined : { said: error.message };
      }
    }).then(({ said }) => said);
  }

  for (const environment of ["dev", "staging", "production"]) {
    it(`takes every one of ${environment}`, async () => {
      const { seen } = await record(environment, () => buildPlatform(configOf(environment)));
      const objects = seen.flatMap(({ type, name, inputs }) => {
        const [, group = "", version = "", kind = ""] = CUSTOM.exec(type) ?? [];
        if (kind === "" || group.endsWith("helm.sh") || BUILT_IN.test(group)) return [];
        const { metadata = {}, ...rest } = inputs as { metadata?: Record<string, unknown> };
        const given = { namespace: undefined, name: name.toLowerCase(), ...metadata } as KubeObject["metadata"];
        return [{ group, object: { ...rest, apiVersion: `${group}/${version}`, kind, metadata: given } as KubeObject }];
      });
      expect(objects.map(({ object }) => object.kind)).to.include.members(["NodePool", "Certificate", "Gateway"]);
      const refused: string[] = [];
      for (const { group, object } of objects) {
        const what = `${object.kind} ${object.metadata.name}`;
        if (!(await load(group, object.kind))) {
          refused.push(`${what}: no published definition`);
          continue;
        }
        const namespace = object.metadata.namespace;
        if (namespace !== undefined) {
          const wanted = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
          await plane().api.apply(wanted, { manager: "test", force: true });
        }
        const said = await verdict(object);
        if (said !== undefined) refused.push(`${what}: ${said}`);
      }
      expect(refused).to.deep.equal([]);
    });
  }

  it("refuses the same with one field misspelt", async () => {
    const { seen } = await record("dev", () => buildPlatform(configOf("dev")));
    const pool = seen.find(({ type }) => type === "kubernetes:karpenter.sh/v1:NodePool");
    const { spec } = pool?.inputs as { spec: object };
    await load("karpenter.sh", "NodePool");
    const object = { apiVersion: "karpenter.sh/v1", kind: "NodePool", metadata: { name: "pool" } };
    expect(await verdict({ ...object, spec })).to.equal(undefined);
    expect(await verdict({ ...object, spec: { ...spec, wieght: 10 } })).to.include("wieght");
    expect(await verdict({ ...object, spec: { ...spec, weight: 1000 } })).to.include("less than or equal to 100");
  });
});

/** Groups below k8s.io that Kubernetes itself serves. */
const BUILT_IN =
  /^(admissionregistration|apiextensions|apiregistration|authentication|authorization|certificates|coordination|discovery|events|flowcontrol\.apiserver|networking|node|rbac\.authorization|resource|scheduling|storage)\.k8s\.io$/;
