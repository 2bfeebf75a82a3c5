import { createHash, randomUUID } from "node:crypto";
import type { Properties, ProviderLocator, ResourceState } from "../model";
import { UNKNOWN } from "../model";
import { ProviderClient, type CheckFailure, type Diff, type Done } from "../provider/client";
import { containsUnknown, equal } from "../values";
import type { Goal } from "./goal";
import { packageOf, parseReference, writeReference } from "./urn";

/** What the steps of a custom resource need of its provider. */
export interface Provider {
  check(
    urn: string,
    olds: Properties | undefined,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: CheckFailure[] }>;
  diff(urn: string, old: ResourceState, news: Properties, ignoreChanges: readonly string[]): Promise<Diff>;
  create(urn: string, inputs: Properties, preview: boolean, timeoutSeconds: number, signal: AbortSignal): Promise<Done>;
  update(
    urn: string,
    old: ResourceState,
    news: Properties,
    ignoreChanges: readonly string[],
    preview: boolean,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<Done>;
  delete(old: ResourceState, timeoutSeconds: number, signal: AbortSignal): Promise<void>;
  read(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
    signal: AbortSignal,
  ): Promise<Done | undefined>;
}

/** The stable part of autonaming: the same resource gets the same random bytes in preview and update. */
function seedOf(urn: string): Uint8Array {
  return createHash("sha256").update(urn).digest();
}

/** A configured connection; one whose configuration is not known yet answers a preview with unknowns. */
export class ConnectedProvider implements Provider {
  constructor(
    readonly client: ProviderClient,
    readonly inputs: Properties,
    private readonly configured: boolean,
  ) {}

  async check(urn: string, olds: Properties | undefined, news: Properties) {
    return this.configured ? this.client.check(urn, olds, news, seedOf(urn)) : { inputs: news, failures: [] };
  }
  async diff(urn: string, old: ResourceState, news: Properties, ignoreChanges: readonly string[]): Promise<Diff> {
    if (!this.configured) return { changes: "unknown", replaces: [], deleteBeforeReplace: false, diffs: [] };
    return this.client.diff(urn, old.id ?? "", old.inputs, old.outputs, news, ignoreChanges);
  }
  async create(
    urn: string,
    inputs: Properties,
    preview: boolean,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<Done> {
    if (!this.configured && preview) return { id: "", outputs: {}, initErrors: [] };
    return this.client.create(urn, inputs, preview, timeoutSeconds, signal);
  }
  async update(
    urn: string,
    old: ResourceState,
    news: Properties,
    ignoreChanges: readonly string[],
    preview: boolean,
    timeoutSeconds: number,
    signal: AbortSignal,
  ): Promise<Done> {
    if (!this.configured && preview) return { id: old.id ?? "", outputs: {}, initErrors: [] };
    return this.client.update(
      urn,
      old.id ?? "",
      old.inputs,
      old.outputs,
      news,
      ignoreChanges,
      preview,
      timeoutSeconds,
      signal,
    );
  }
  delete(old: ResourceState, timeoutSeconds: number, signal: AbortSignal): Promise<void> {
    return this.client.delete(old.urn, old.id ?? "", old.inputs, old.outputs, timeoutSeconds, signal);
  }
  async read(
    urn: string,
    id: string,
    inputs: Properties,
    outputs: Properties,
    signal: AbortSignal,
  ): Promise<Done | undefined> {
    if (!this.configured) return { id, outputs: {}, initErrors: [] };
    return this.client.read(urn, id, inputs, outputs, signal);
  }
  async invoke(token: string, args: Properties, preview: boolean) {
    return this.configured ? this.client.invoke(token, args, preview) : undefined;
  }
}

/**
 * All providers of one operation by reference. Provider resources are registered like any other resource; to create
 * one is to connect and configure it.
 */
export class ProviderRegistry {
  private readonly byReference = new Map<string, Promise<ConnectedProvider>>();
  private readonly clients = new Set<ProviderClient>();
  private readonly defaults = new Map<string, Promise<string>>();
  private engineAddress = "";

  constructor(
    private readonly locator: ProviderLocator,
    /** Provider resources of the base snapshot, by URN. */
    private readonly olds: ReadonlyMap<string, ResourceState>,
    private readonly registerDefault: (goal: Goal) => Promise<string>,
  ) {}

  serving(engineAddress: string): void {
    this.engineAddress = engineAddress;
  }

  /** The connection behind a reference; one from the base state is connected when it is first needed. */
  get(reference: string): Promise<ConnectedProvider> {
    const known = this.byReference.get(reference);
    if (known !== undefined) return known;
    const { urn } = parseReference(reference);
    const old = this.olds.get(urn);
    if (old === undefined)
      return Promise.reject(new Error(`unknown provider ${reference}: it is neither registered nor in the state`));
    const connected = this.connect(urn, old.inputs);
    this.byReference.set(reference, connected);
    return connected;
  }

  /** The default provider of a package and version, registered when a resource first asks for it. */
  defaultFor(pkg: string, version: string | undefined): Promise<string> {
    const name = version === undefined || version === "" ? "default" : `default_${version.replace(/[.+-]/g, "_")}`;
    const key = `${pkg}/${name}`;
    let reference = this.defaults.get(key);
    if (reference === undefined) {
      const inputs: Properties = version ? { version } : {};
      reference = this.registerDefault(providerGoal(pkg, name, inputs));
      this.defaults.set(key, reference);
    }
    return reference;
  }

  /** Provider resources are checked, diffed and made through this face of the registry. */
  readonly management: Provider = {
    check: async (urn, olds, news) => (await this.unconfigured(urn)).checkConfig(urn, olds, news),
    diff: async (urn, old, news) => {
      if (equal(old.inputs, news)) return { changes: "none", replaces: [], deleteBeforeReplace: false, diffs: [] };
      const diff = await (await this.unconfigured(urn)).diffConfig(urn, old.inputs, old.outputs, news);
      // A provider without an opinion on its configuration is simply configured anew.
      return diff.changes === "unknown" ? { ...diff, changes: "some" } : diff;
    },
    create: async (urn, inputs, preview) => {
      const id = preview ? UNKNOWN : randomUUID();
      await this.configure(urn, id, inputs);
      return { id, outputs: inputs, initErrors: [] };
    },
    update: async (urn, old, news) => {
      await this.configure(urn, old.id ?? "", news);
      return { id: old.id ?? "", outputs: news, initErrors: [] };
    },
    delete: () => Promise.resolve(),
    read: (urn) => Promise.reject(new Error(`provider resources cannot be read: ${urn}`)),
  };

  /** Unchanged provider resources are configured too: the connection is new in every run. */
  async configure(urn: string, id: string, inputs: Properties): Promise<void> {
    const reference = writeReference({ urn, id });
    const connected = this.connect(urn, inputs);
    this.byReference.set(reference, connected);
    await connected;
  }

  private async connect(urn: string, inputs: Properties): Promise<ConnectedProvider> {
    const client = await this.unconfigured(urn);
    const known = !containsUnknown(inputs);
    if (known) await client.configure(urn, inputs);
    this.checked.delete(urn);
    return new ConnectedProvider(client, inputs, known);
  }

  /** One connection serves CheckConfig, DiffConfig and Configure of a provider resource. */
  private readonly checked = new Map<string, Promise<ProviderClient>>();
  private unconfigured(urn: string): Promise<ProviderClient> {
    let client = this.checked.get(urn);
    if (client === undefined) {
      client = this.open(urn);
      this.checked.set(urn, client);
    }
    return client;
  }
  private async open(urn: string): Promise<ProviderClient> {
    const type = urn.split("::")[2] ?? "";
    const pkg = packageOf(type.slice(type.lastIndexOf("$") + 1));
    const client = await ProviderClient.connect(pkg, await this.locator.locate(pkg, undefined), this.engineAddress);
    this.clients.add(client);
    return client;
  }

  async cancel(): Promise<void> {
    await Promise.all([...this.clients].map((client) => client.cancel()));
  }
  async close(): Promise<void> {
    await this.cancel();
    this.clients.forEach((client) => client.close());
  }
}

function providerGoal(pkg: string, name: string, properties: Properties): Goal {
  return {
    ...emptyGoal(`pulumi:providers:${pkg}`, name),
    properties,
    propertyDependencies: Object.fromEntries(Object.keys(properties).map((key) => [key, []])),
  };
}

/** A goal that says nothing beyond type and name. */
export function emptyGoal(type: string, name: string): Goal {
  return {
    type,
    name,
    custom: true,
    remote: false,
    parent: undefined,
    properties: {},
    dependencies: [],
    propertyDependencies: {},
    provider: undefined,
    providers: {},
    version: undefined,
    protect: undefined,
    retainOnDelete: undefined,
    deleteBeforeReplace: undefined,
    ignoreChanges: [],
    replaceOnChanges: [],
    additionalSecretOutputs: [],
    hideDiffs: [],
    aliases: [],
    importId: "",
    customTimeouts: {},
    deletedWith: "",
    replaceWith: [],
    replacementTrigger: undefined,
    sourcePosition: "",
    transforms: [],
  };
}
