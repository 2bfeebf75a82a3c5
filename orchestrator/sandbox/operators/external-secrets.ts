import { at, conditionOf, listAt, selects, type Condition, type KubeObject } from "../kubernetes/object";
import { message, noCredentials, rightsOf, tell, type Operator, type OperatorContext } from "./operator";
import { vaultProblem } from "./vault";
import { withConditions } from "./world";

const API = "external-secrets.io/v1";
const MANAGER = "external-secrets";
/** Refresh when an ExternalSecret does not say (its definition's default). */
const REFRESH_SECONDS = 3600;

/** External Secrets: judges stores and keeps Secrets equal to what the central store holds. */
export const externalSecrets: Operator = {
  name: "external-secrets",
  deployment: { "app.kubernetes.io/name": "external-secrets" },
  kinds: [
    { apiVersion: API, kind: "ClusterSecretStore" },
    { apiVersion: API, kind: "ExternalSecret" },
    { apiVersion: "v1", kind: "Secret" },
    { apiVersion: "v1", kind: "Namespace" },
  ],
  async reconcile(context) {
    const { world } = context;
    if (!this.kinds.every((kind) => world.knows(kind))) return true;
    let blocked = false;
    for (const store of world.list(API, "ClusterSecretStore")) blocked = !(await judgeStore(context, store)) || blocked;
    for (const wanted of world.list(API, "ExternalSecret"))
      if (wanted.metadata.deletionTimestamp === undefined) blocked = !(await sync(context, wanted)) || blocked;
    return blocked;
  },
};

const ready = (status: "True" | "False", reason: string, text: string): Condition => ({
  type: "Ready",
  status,
  reason,
  message: text,
});

/** A store is valid when the controller has credentials; what they allow shows at the first read. */
async function judgeStore(context: OperatorContext, store: KubeObject): Promise<boolean> {
  const provider = (name: string) => at(store, "spec", "provider", name);
  const problem =
    provider("vault") !== undefined
      ? await vaultProblem(context.world.api, provider("vault"))
      : provider("aws") === undefined
        ? "the rehearsal plays the providers aws and vault"
        : rightsOf(context) === undefined
          ? `unable to validate store: ${noCredentials("STS: GetCallerIdentity")}`
          : undefined;
  const condition =
    problem === undefined ? ready("True", "Valid", "store validated") : ready("False", "ValidationFailed", problem);
  await context.world.status(store, {
    capabilities: "ReadWrite",
    conditions: withConditions(store["status"], [condition], () => context.now()),
  });
  return problem === undefined;
}

/** Brings one Secret to what its source says; false while it cannot. */
async function sync(context: OperatorContext, wanted: KubeObject): Promise<boolean> {
  if (isCurrent(context, wanted)) return true;
  try {
    requireStore(context, wanted);
    await store(context, wanted, await valuesOf(context, wanted));
    await say(context, wanted, ready("True", "SecretSynced", "secret synced"), {
      refreshTime: context.now(),
      syncedResourceVersion: versionOf(wanted),
      binding: { name: targetOf(wanted) },
    });
    return true;
  } catch (error) {
    await say(
      context,
      wanted,
      ready("False", "SecretSyncedError", `could not get secret data from provider: ${message(error)}`),
    );
    await tell(context, wanted, "Warning", "UpdateFailed", message(error));
    return false;
  }
}

const versionOf = (wanted: KubeObject): string => String(wanted.metadata.generation ?? 1);
const targetOf = (wanted: KubeObject): string => {
  const name = at(wanted, "spec", "target", "name");
  return typeof name === "string" ? name : wanted.metadata.name;
};

/** Read again when the Secret is gone, the wish has changed or its time has come. */
function isCurrent({ world, now }: OperatorContext, wanted: KubeObject): boolean {
  const { namespace } = wanted.metadata;
  const refreshed = at(wanted, "status", "refreshTime");
  const secret = world.get({ apiVersion: "v1", kind: "Secret", name: targetOf(wanted), namespace });
  if (secret === undefined || typeof refreshed !== "string") return false;
  if (conditionOf(wanted, "Ready")?.status !== "True") return false;
  if (at(wanted, "status", "syncedResourceVersion") !== versionOf(wanted)) return false;
  const interval = seconds(at(wanted, "spec", "refreshInterval"));
  return interval === 0 || Date.parse(refreshed) + interval * 1000 > Date.parse(now());
}

/** Go's durations: `1h`, `1h30m`, `45s`. */
function seconds(duration: unknown): number {
  if (typeof duration !== "string") return REFRESH_SECONDS;
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[unit as string] as number),
    0,
  );
}

/** The store an ExternalSecret names has to be there, valid and open to its namespace. */
function requireStore({ world }: OperatorContext, wanted: KubeObject): void {
  const name = String(at(wanted, "spec", "secretStoreRef", "name"));
  const kind = at(wanted, "spec", "secretStoreRef", "kind");
  if (kind !== "ClusterSecretStore") throw new Error("the rehearsal plays ClusterSecretStores");
  const found = world.get({ apiVersion: API, kind, name });
  if (found === undefined) throw new Error(`could not get ClusterSecretStore "${name}", not found`);
  if (!admits(world.get({ apiVersion: "v1", kind: "Namespace", name: wanted.metadata.namespace ?? "" }), found))
    throw new Error(
      `using cluster store "${name}" is not allowed from namespace "${wanted.metadata.namespace ?? ""}": denied by spec.condition`,
    );
  if (at(found, "spec", "provider", "aws") === undefined)
    throw new Error("the rehearsal's Vault holds no secrets: only what a person put there could be read");
  if (conditionOf(found, "Ready")?.status !== "True") throw new Error(`ClusterSecretStore "${name}" is not ready`);
}

/** Any one of a store's conditions is enough; without any, every namespace may. */
function admits(namespace: KubeObject | undefined, store: KubeObject): boolean {
  const conditions = listAt(store, "spec", "conditions");
  if (conditions.length === 0) return true;
  const name = namespace?.metadata.name ?? "";
  return conditions.some((condition) => {
    const selector = at(condition, "namespaceSelector", "matchLabels");
    return (
      listAt<string>(condition, "namespaces").includes(name) ||
      listAt<string>(condition, "namespaceRegexes").some((expression) => new RegExp(expression).test(name)) ||
      (selector !== undefined && selects(selector, namespace?.metadata.labels))
    );
  });
}

async function valuesOf(context: OperatorContext, wanted: KubeObject): Promise<Record<string, string>> {
  const rights = rightsOf(context);
  if (rights === undefined) throw new Error(noCredentials("Secrets Manager: GetSecretValue"));
  const data: Record<string, string> = {};
  const read = new Map<string, string>();
  for (const entry of listAt(wanted, "spec", "data")) {
    const name = String(at(entry, "remoteRef", "key"));
    const value = read.get(name) ?? (await context.cloud.readSecret({ roleArn: rights.roleArn, name }));
    read.set(name, value);
    data[String(entry["secretKey"])] = Buffer.from(
      propertyOf(name, value, at(entry, "remoteRef", "property")),
    ).toString("base64");
  }
  return data;
}

/** The whole value, or one field of a JSON object. */
function propertyOf(name: string, value: string, property: unknown): string {
  if (typeof property !== "string") return value;
  let found: unknown;
  try {
    found = at(JSON.parse(value), property);
  } catch {
    found = undefined;
  }
  if (found === undefined) throw new Error(`key ${property} does not exist in secret ${name}`);
  return typeof found === "string" ? found : JSON.stringify(found);
}

async function store({ world }: OperatorContext, wanted: KubeObject, data: Record<string, string>): Promise<void> {
  const { name, namespace = "", uid = "" } = wanted.metadata;
  const owned = (at(wanted, "spec", "target", "creationPolicy") ?? "Owner") === "Owner";
  await world.ensure(
    {
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: targetOf(wanted),
        namespace,
        labels: { "reconcile.external-secrets.io/managed": "true" },
        ...(owned && {
          ownerReferences: [
            { apiVersion: API, kind: "ExternalSecret", name, uid, controller: true, blockOwnerDeletion: true },
          ],
        }),
      },
      type: "Opaque",
      data,
    },
    MANAGER,
  );
}

async function say(
  { world, now }: OperatorContext,
  wanted: KubeObject,
  condition: Condition,
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await world.status(wanted, { ...more, conditions: withConditions(wanted["status"], [condition], now) });
}
