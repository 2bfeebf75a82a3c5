import type { V1Node, V1Pod } from "@kubernetes/client-node";
import type { PlatformOutputs } from "../../infra/outputs";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { condition, nameOf, podProblem, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";

type Vault = PlatformOutputs["secrets"]["vault"];

/** Images are pulled, volumes attached and members unsealed by their key within this. */
const START_SECONDS = 300;
/** External Secrets looks at a store again every five minutes (its flag store-requeue-interval). */
const CONNECT_SECONDS = 420;
const ISSUE_SECONDS = 300;
const NOT_INITIALISED = "waits to be initialised, which is a person's act";
const SEALED = "is sealed";
const ZONE = "topology.kubernetes.io/zone";

/**
 * Findings about Vault; none where there is none (A12.1). One that nobody has initialised fails, at once and without a
 * wait: it holds nothing and gives nothing, and a run that passed would say that applications have a store. What it needs
 * is in the diagnosis; the next bootstrap goes on from here.
 */
export async function vault(context: CheckContext, view: ClusterView): Promise<Finding[]> {
  const { vault } = context.outputs.secrets;
  if (vault.name === "") return [];
  const certificate = await outside(context, issued(context, view));
  const open = await outside(context, unsealed(context, view));
  const connects = outside(context, connected(context, view, open.verdict === "passed"));
  return [certificate, open, ...(vault.members > 1 ? [await apart(context, view)] : []), await connects];
}

const promise = (title: string) => ({ requirement: "A12.1", title });

function issued({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(promise("Vault serves TLS, by the internal authority"), async () => {
    const { certificate, namespace } = outputs.secrets.vault;
    const { value } = await waitUntil({
      reason: `certificate ${certificate} to be issued`,
      deadlineSeconds: ISSUE_SECONDS,
      attempt: async () => {
        const ready = condition(await view.get("cert-manager.io/v1", "Certificate", certificate, namespace), "Ready");
        const done = ready?.status === "True";
        return { done, value: done ? undefined : (ready?.message ?? "is not issued") };
      },
    });
    const subject = `${namespace}/${certificate}`;
    return { looked: 1, wrong: value === undefined ? [] : [{ subject, reason: value }], detail: subject };
  });
}

function unsealed({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(promise("every member of Vault is initialised and unsealed"), async () => {
    const { vault } = outputs.secrets;
    const { value } = await waitUntil({
      reason: "members of Vault to be unsealed",
      deadlineSeconds: START_SECONDS,
      attempt: async () => {
        const pods = await membersOf(view, vault);
        const wrong = each(pods, nameOf, memberProblem);
        for (let index = pods.length; index < vault.members; index++)
          wrong.push({
            subject: `${vault.namespace}/${vault.name}`,
            reason: `a member is missing, of ${vault.members}`,
          });
        const turn = untouched(pods, vault);
        return { done: wrong.length === 0 || turn, value: { looked: vault.members, wrong } };
      },
    });
    return { ...value, detail: `${vault.members} of ${vault.members}` };
  });
}

/** Volumes are of one zone: members in one zone are lost with it. */
function apart({ outputs }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(promise("members of Vault are in different zones"), async () => {
    const [pods, nodes] = await Promise.all([membersOf(view, outputs.secrets.vault), view.list<V1Node>("v1", "Node")]);
    const zoneOf = (pod: V1Pod) =>
      nodes.find(({ metadata }) => metadata?.name === pod.spec?.nodeName)?.metadata?.labels?.[ZONE];
    const zones = pods.map(zoneOf);
    const wrong = each(pods, nameOf, (pod) => {
      const zone = zoneOf(pod);
      if (zone === undefined) return "is on no node of a known zone";
      return zones.filter((other) => other === zone).length > 1 ? `shares ${zone} with another member` : undefined;
    });
    return { looked: pods.length, wrong, detail: [...new Set(zones)].sort().join(", ") };
  });
}

function connected({ outputs, waitUntil }: CheckContext, view: ClusterView, open: boolean): Promise<Finding> {
  return examine(promise("External Secrets is connected to Vault"), async () => {
    const { store } = outputs.secrets.vault;
    const { value } = await waitUntil({
      reason: `store ${store} to be validated`,
      deadlineSeconds: CONNECT_SECONDS,
      attempt: async () => {
        const found = await view.get("external-secrets.io/v1", "ClusterSecretStore", store);
        const ready = condition(found, "Ready");
        const reason = ready?.message ?? (found === undefined ? "does not exist" : "has no Ready condition");
        const done = ready?.status === "True";
        // A Vault that does not open connects to nobody, however long one waits.
        return { done: done || !open, value: done ? undefined : reason };
      },
    });
    return { looked: 1, wrong: value === undefined ? [] : [{ subject: store, reason: value }], detail: store };
  });
}

async function membersOf(view: ClusterView, { namespace, name }: Vault): Promise<V1Pod[]> {
  const pods = await view.list<V1Pod>("v1", "Pod", namespace);
  return pods.filter(
    ({ metadata }) =>
      metadata?.labels?.["app.kubernetes.io/name"] === name && metadata.labels["component"] === "server",
  );
}

const isReady = (pod: V1Pod) =>
  pod.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true;

/** A member is ready when `vault status` says unsealed; the rest it says of itself in labels (service_registration). */
function memberProblem(pod: V1Pod): string | undefined {
  if (isReady(pod)) return undefined;
  const labels = pod.metadata?.labels ?? {};
  if (labels["vault-initialized"] === "false") return NOT_INITIALISED;
  if (labels["vault-sealed"] === "true") return SEALED;
  return podProblem(pod) ?? "is not ready, and does not say why";
}

/** All of them are there and none was ever initialised: nothing moves until somebody does it. */
const untouched = (pods: readonly V1Pod[], { members }: Vault) =>
  pods.length >= members && pods.every((pod) => memberProblem(pod) === NOT_INITIALISED);

/** What a person runs once, in a shell of the first member; the same is in docs/phases/12-secrets.md. */
export function setUpCommands({ engine, prefix }: Pick<Vault, "engine" | "prefix">): string[] {
  const policy = `path "${engine}/data/${prefix}*" { capabilities = ["read"] }`;
  return [
    "vault login",
    "vault audit enable file file_path=/vault/audit/audit.log",
    "vault audit enable -path=stdout file file_path=stdout",
    `vault secrets enable -path=${engine} -version=2 kv`,
    "vault auth enable kubernetes",
    "vault write auth/kubernetes/config kubernetes_host=https://kubernetes.default.svc",
    `echo '${policy}' | vault policy write external-secrets -`,
    "vault write auth/kubernetes/role/external-secrets bound_service_account_names=external-secrets " +
      "bound_service_account_namespaces=external-secrets audience=vault policies=external-secrets ttl=1h",
    "vault token revoke -self",
  ];
}

/** Why Vault does not open, or External Secrets does not get into it. */
export async function vaultCauses({ outputs, clients }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { vault } = outputs.secrets;
  if (vault.name === "") return [];
  const pods = await membersOf(view, vault);
  const shell = `kubectl -n ${vault.namespace} exec -it ${vault.name}-0 -- `;
  const setUp = `${shell}sh, and in it: ${setUpCommands(vault).join("; ")}`;
  const fresh = untouched(pods, vault);
  const closed = fresh ? [] : pods.filter((pod) => !isReady(pod));
  const known = (await clients.aws.podIdentityAssociations(outputs.cluster.name)).some(
    (one) => one.namespace === vault.namespace && one.serviceAccount === vault.name,
  );
  const store = await view.get("external-secrets.io/v1", "ClusterSecretStore", vault.store);
  const unconnected = condition(store, "Ready")?.status !== "True" && pods.some(isReady);
  return [
    ...diagnosis(
      "A12.1",
      "nobody has initialised Vault yet: its recovery keys are for people, so that no program does it",
      `${shell}vault operator init -recovery-shares=5 -recovery-threshold=3 (a key for each of five people, none in a file); ` +
        `then ${setUp}; then slipway bootstrap again, which goes on from here`,
      fresh ? pods.map(nameOf) : [],
    ),
    ...diagnosis(
      "A12.5",
      `Vault cannot use its key: ${vault.namespace}/${vault.name} has no role by Pod Identity`,
      "run the update of this phase again (slipway bootstrap), which creates the association, then restart its pods",
      known ? [] : closed.map(nameOf),
    ),
    ...diagnosis(
      "A12.1",
      "members stay closed though their role is there: the key may be disabled, or they have not joined the others",
      `look at kubectl -n ${vault.namespace} logs and at the key ${vault.keyArn}; a disabled one is enabled with aws kms enable-key`,
      known ? closed.map(nameOf) : [],
    ),
    ...diagnosis(
      "A12.5",
      "Vault is open and does not know External Secrets: authentication, policy or role is missing in it",
      setUp,
      unconnected ? [vault.store] : [],
    ),
  ];
}
