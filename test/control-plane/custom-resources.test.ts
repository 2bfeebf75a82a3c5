import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { PlatformConfig } from "../../infra/config";
import { ApiError, KubeApi } from "../../orchestrator/sandbox/kubernetes/api";
import { EmbeddedClusters } from "../../orchestrator/sandbox/cluster/embedded";
import { untilGone, untilReady } from "../../orchestrator/sandbox/kubernetes/await";
import { customKinds } from "../../orchestrator/sandbox/kubernetes/charts/definitions";
import { refOf, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import { customObjects } from "../support/custom-objects";
import { useFolder } from "../support/folder";
import { mutantsOf, type Mutant } from "../support/mutants";
import { configOf, root } from "../support/pulumi";
import { recorded } from "../support/recorded";
import { START_MS, VERSION, usePlane } from "./plane";

/** 205 definitions as their projects publish them; they stand beside the project and do not ship. */
const published = path.join(root, "..", "shared", "crds");
const kinds = customKinds();
const keyOf = (group: string, kind: string) => `${group}/${kind}`;

/** Published definitions by group: some have a megabyte, and objects of one group come by the dozen. */
const read = new Map<string, readonly KubeObject[]>();
function publishedIn(group: string): readonly KubeObject[] {
  const folder = path.join(published, group);
  const files = fs.existsSync(folder) ? fs.readdirSync(folder) : [];
  return files.map((file) => JSON.parse(fs.readFileSync(path.join(folder, file), "utf8")) as KubeObject);
}
/** The published definition of a kind, where the collection has one. */
function publishedOf(group: string, kind: string): KubeObject | undefined {
  const found = read.get(group) ?? publishedIn(group);
  read.set(group, found);
  return found.find((one) => (one["spec"] as { names: { kind: string } }).names.kind === kind);
}
const ownOf = (group: string, kind: string) =>
  kinds.find((one) => keyOf(one.group, one.kind) === keyOf(group, kind))?.definition;

/** Definitions on a cluster, each put there when it is first asked for and taken away at the end. */
class Loaded {
  private readonly loaded = new Map<string, KubeObject>();
  constructor(private readonly api: () => KubeApi) {}

  /** Established, and told by discovery: both come after the definition itself, on a busy machine much later. */
  async put(definition: KubeObject): Promise<void> {
    if (this.loaded.has(definition.metadata.name)) return;
    await untilReady(this.api(), await this.api().create(definition), START_MS / 1000);
    this.loaded.set(definition.metadata.name, definition);
  }
  async clear(): Promise<void> {
    const refs = [...this.loaded.values()].map(refOf);
    for (const ref of refs) await this.api().delete(ref);
    for (const ref of refs) await untilGone(this.api(), ref, START_MS / 1000);
    this.loaded.clear();
  }
}

/** What a server says of an object that is not kept; undefined when it takes it. */
async function verdictOf(api: KubeApi, object: KubeObject): Promise<string | undefined> {
  try {
    await api.apply(object, { manager: "test", dryRun: true, force: true });
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) return error.message;
    throw error;
  }
}
/** Asked side by side: a server is faster than the way to it. */
function verdictsOf(api: KubeApi, mutants: readonly Mutant[]): Promise<(readonly [string, string | undefined])[]> {
  return Promise.all(mutants.map(async ({ what, object }) => [what, await verdictOf(api, object)] as const));
}
async function namespaceOf(api: KubeApi, { metadata: { namespace } }: KubeObject): Promise<void> {
  if (namespace === undefined) return;
  await api.apply(
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    { manager: "test", force: true },
  );
}
const emitted = async (environment: string, change: Partial<PlatformConfig> = {}) =>
  customObjects((await recorded(environment, { ...configOf(environment), ...change })).seen);
/** Kinds that are there anyway, in another form where an option is on. */
const OPTIONS: Readonly<Record<string, Partial<PlatformConfig>>> = {
  staging: { secrets: { files: "none", vault: "vault" } },
};

describe("custom resources of the platform, judged by a real API server with the published definitions", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  const loaded = new Loaded(() => plane().api);
  before(function () {
    if (!fs.existsSync(published)) this.skip();
  });
  after(() => loaded.clear());

  for (const environment of ["dev", "staging", "production"]) {
    it(`takes every one of ${environment}${environment in OPTIONS ? ", with a Vault too" : ""}`, async () => {
      const objects = await emitted(environment, OPTIONS[environment]);
      expect(objects.map(({ object }) => object.kind)).to.include.members(["NodePool", "Certificate", "Gateway"]);
      const refused: string[] = [];
      for (const { group, object } of objects) {
        const what = `${object.kind} ${object.metadata.name}`;
        // Kinds of an EKS add-on are in no collection: ours alone judge.
        const definition = publishedOf(group, object.kind) ?? ownOf(group, object.kind);
        if (definition === undefined) {
          refused.push(`${what}: no definition, published or ours`);
          continue;
        }
        await loaded.put(definition);
        await namespaceOf(plane().api, object);
        const said = await verdictOf(plane().api, object);
        if (said !== undefined) refused.push(`${what}: ${said}`);
      }
      expect(refused).to.deep.equal([]);
    });
  }
});

describe("our own definitions of custom kinds", function () {
  this.timeout(START_MS);
  const plane = usePlane();
  const folder = useFolder();
  const loaded = new Loaded(() => plane().api);
  afterEach(() => loaded.clear());

  it("are taken by a real API server, every one of them", async () => {
    const refused: string[] = [];
    for (const { definition } of kinds) {
      const said = await verdictOf(plane().api, definition);
      if (said !== undefined) refused.push(said);
    }
    expect(refused).to.deep.equal([]);
  });

  it("take what the platform writes, and nothing that the published ones refuse, however it is mutated", async function () {
    // Some two thousand objects, each judged three times.
    this.timeout(3 * START_MS);
    if (!fs.existsSync(published)) this.skip();
    const { api } = plane();
    // One object of each kind, the one with most in it.
    const largest = new Map<string, { group: string; object: KubeObject }>();
    const size = (one: object | undefined) => JSON.stringify(one ?? "").length;
    for (const environment of ["dev", "production"])
      for (const { group, object } of await emitted(environment))
        if (size(object) > size(largest.get(keyOf(group, object.kind))?.object))
          largest.set(keyOf(group, object.kind), { group, object });
    const judged = [...largest.values()].filter(({ group, object }) => publishedOf(group, object.kind) !== undefined);
    expect(judged.length).to.be.greaterThan(10);

    /** Verdicts of one set of definitions: on each object, then on each of its mutants. */
    const verdicts = async (definitionOf: typeof publishedOf): Promise<Map<string, string | undefined>> => {
      const all = new Map<string, string | undefined>();
      for (const { group, object } of judged) {
        await loaded.put(definitionOf(group, object.kind) as KubeObject);
        await namespaceOf(api, object);
        all.set(object.kind, await verdictOf(api, object));
        const said = await verdictsOf(api, mutantsOf(object));
        for (const [what, one] of said) all.set(`${object.kind}: ${what}`, one);
      }
      await loaded.clear();
      return all;
    };
    const theirs = await verdicts(publishedOf);
    const ours = await verdicts(ownOf);
    const untouched = [...ours].filter(([what, said]) => !what.includes(":") && said !== undefined);
    expect(untouched, "what the platform writes").to.deep.equal([]);
    const refused = [...theirs].filter(([, said]) => said !== undefined);
    expect(refused.length, "mutants that are refused").to.be.greaterThan(500);
    expect(
      refused.flatMap(([what, said]) => (ours.get(what) === undefined ? [`${what}: ${said ?? ""}`] : [])),
    ).to.deep.equal([], "ours take what the published ones refuse");

    // The embedded API knows the same schemas; it evaluates no rules in CEL, whose words are rules' own.
    const rules = (message: string) => SCHEMA_WORDS.some((words) => message.includes(words));
    const clusters = new EmbeddedClusters(folder());
    const embedded = new KubeApi(await clusters.ensure("one", VERSION));
    try {
      for (const { definition } of kinds) await untilReady(embedded, await embedded.create(definition), 10);
      const missed: string[] = [];
      for (const { object } of judged) {
        await namespaceOf(embedded, object);
        for (const [what, said] of await verdictsOf(embedded, mutantsOf(object))) {
          const real = ours.get(`${object.kind}: ${what}`);
          if (real !== undefined && rules(real) && said === undefined) missed.push(`${object.kind}: ${what}: ${real}`);
          if (real === undefined && said !== undefined)
            missed.push(`${object.kind}: ${what}: only the embedded: ${said}`);
        }
      }
      expect(missed).to.deep.equal([]);
    } finally {
      embedded.close();
      await clusters.close();
    }
  });
});

/** Words in which a schema refuses, beside a rule's own. */
const SCHEMA_WORDS = ["field not declared in schema", "Required value", "must be of type", "Unsupported value"];
