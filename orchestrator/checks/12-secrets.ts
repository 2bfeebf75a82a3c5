import { randomBytes } from "node:crypto";
import type { CoreV1Event, KubernetesObject, V1Pod, V1Secret } from "@kubernetes/client-node";
import { deploymentsAvailable } from "./available";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, each, examine, outside } from "./finding";
import { logShipping, logShippingCauses } from "./log-shipping";
import { attemptFrom } from "./probe";
import { secretFiles, secretFilesCauses } from "./secret-files";
import { secretReadsCauses, secretReadsReviewed } from "./secret-review";
import { vault, vaultCauses } from "./vault";
import { diagnoseWebhooks, webhooksAnswer, type Specimen } from "./webhooks";

const API = "external-secrets.io/v1";
/** The first sync waits for the controller's start and its webhook's certificate. */
const SYNC_SECONDS = 300;
/** CloudTrail shows an event within about five minutes, and says fifteen at most. */
const AUDIT_SECONDS = 900;
/** A12.3: once an hour, or more often. */
const REFRESH_SECONDS = 3600;
const SERVICE_ACCOUNT = "external-secrets";
const PROBE = { "slipway.dev/probe": "true" };

interface ExternalSecret extends KubernetesObject {
  spec?: { refreshInterval?: string; target?: { name?: string; creationPolicy?: string } };
}

interface SecretStore extends KubernetesObject {
  spec?: { provider?: { aws?: object } };
}

/** Phase 12: the store is valid, Secrets follow it, a pod reads one, and the audit log says who read the source. */
export const secretsCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const { namespace } = context.outputs.secrets;
    const available = deploymentsAvailable(
      view,
      "A12.1",
      "External Secrets runs, where availability counts with a second replica of each part",
      namespace,
      context.config.highAvailability,
    );
    const answering = webhooksAnswer(context, view, "A12.1", "External Secrets", specimens(context));
    const standing = await Promise.all([available, answering, outside(context, storeValid(context, view))]);
    return [
      ...standing,
      await outside(context, synced(context, view)),
      ...(await logShipping(context, view)),
      ...(await secretFiles(context, view)),
      ...(await vault(context, view)),
      ...(await Promise.all([outside(context, readByPod(context, view)), outside(context, readAudited(context))])),
      // After the log has shown one: it is late.
      await secretReadsReviewed(context),
    ];
  },

  async diagnose(context, findings) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await unknownAccount(context, view)),
      ...(await sourceProblems(view)),
      ...(await logShippingCauses(context, view)),
      ...(await secretFilesCauses(context, view)),
      ...(await vaultCauses(context, view)),
      ...(await secretReadsCauses(context)),
      ...diagnoseWebhooks("A12.1", findings),
    ];
  },
};

/** One of each kind that the webhook judges and the platform writes. */
function specimens({ outputs, config }: CheckContext): Specimen[] {
  const metadata = { name: "slipway-webhook" };
  const store = { kind: "ClusterSecretStore", name: outputs.secrets.store };
  const provider = { aws: { service: "SecretsManager", region: config.region } };
  const remoteRef = { key: `${outputs.secrets.prefix}webhook` };
  const wanted = { secretStoreRef: store, target: metadata, data: [{ secretKey: "key", remoteRef }] };
  return [
    { apiVersion: API, kind: "ClusterSecretStore", metadata, spec: { provider } },
    { apiVersion: API, kind: "ExternalSecret", metadata: { ...metadata, namespace: "default" }, spec: wanted },
  ];
}

function storeValid({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A12.1", title: "the central store is connected" }, async () => {
    const { store } = outputs.secrets;
    const { value } = await waitUntil({
      reason: `store ${store} to be validated`,
      deadlineSeconds: SYNC_SECONDS,
      attempt: async () => {
        const found = await view.get(API, "ClusterSecretStore", store);
        const ready = condition(found, "Ready");
        const reason = ready?.message ?? (found === undefined ? "does not exist" : "has no Ready condition");
        return { done: ready?.status === "True", value: ready?.status === "True" ? undefined : reason };
      },
    });
    return { looked: 1, wrong: value === undefined ? [] : [{ subject: store, reason: value }], detail: store };
  });
}

function synced({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A12.3", title: "every external secret is in sync, refreshed hourly and owns its Secret" },
    async () => {
      const { example } = outputs.secrets;
      const { value } = await waitUntil({
        reason: "external secrets to be in sync",
        deadlineSeconds: SYNC_SECONDS,
        attempt: async () => {
          const [wanted, secrets] = await Promise.all([
            view.list<ExternalSecret>(API, "ExternalSecret"),
            view.list<V1Secret>("v1", "Secret", example.namespace),
          ]);
          const wrong = each(wanted, nameOf, (one) => outOfSync(one));
          const name = `${example.namespace}/${example.name}`;
          if (!wanted.some((one) => nameOf(one) === name)) wrong.push({ subject: name, reason: "does not exist" });
          const secret = secrets.find((one) => one.metadata?.name === example.secret);
          const owner = secret?.metadata?.ownerReferences?.some(({ name: by }) => by === example.name) ?? false;
          if (!owner)
            wrong.push({
              subject: `${example.namespace}/${example.secret}`,
              reason:
                secret === undefined ? "there is no such Secret" : "belongs to nobody: it would outlive its source",
            });
          return { done: wrong.length === 0, value: { looked: wanted.length, wrong } };
        },
      });
      return { ...value, detail: `${value.looked} in sync` };
    },
  );
}

function outOfSync(wanted: ExternalSecret): string | undefined {
  const ready = condition(wanted, "Ready");
  if (ready?.status !== "True") return ready?.message ?? "External Secrets has not picked it up";
  const interval = seconds(wanted.spec?.refreshInterval ?? "1h");
  return interval > 0 && interval <= REFRESH_SECONDS
    ? undefined
    : `refreshed every ${wanted.spec?.refreshInterval ?? ""}, and a rotated value has to arrive within 1h`;
}

/** Go's durations: `1h`, `1h0m0s`. */
function seconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1 };
  return [...duration.matchAll(/([\d.]+)([hms])/g)].reduce(
    (sum, [, number, unit]) => sum + Number(number) * (units[String(unit)] ?? 0),
    0,
  );
}

/** A12.4: in the example's own namespace, since a Secret is mounted nowhere else; the pod is removed whatever happens. */
function readByPod({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A12.4", title: "a pod mounts the secret and reads it" }, async () => {
    const { namespace, secret, key } = outputs.secrets.example;
    await removeProbes(view, namespace);
    const name = `slipway-probe-${randomBytes(4).toString("hex")}`;
    try {
      const read = await attemptFrom(view, waitUntil, namespace, name, PROBE, { kind: "secret", secret, key });
      const subject = `${namespace}/${secret}`;
      return {
        looked: 1,
        wrong: read ? [] : [{ subject, reason: `a pod that mounts it finds no ${key}` }],
        detail: `${key} of ${subject}`,
      };
    } finally {
      await removeProbes(view, namespace);
    }
  });
}

async function removeProbes(view: ClusterView, namespace: string): Promise<void> {
  const pods = await view.list<V1Pod>("v1", "Pod", namespace);
  const left = pods.filter((pod) => pod.metadata?.labels?.["slipway.dev/probe"] === "true");
  await Promise.all(
    left.map((pod) =>
      view.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: String(pod.metadata?.name), namespace } }),
    ),
  );
}

function readAudited({ outputs, clients, waitUntil }: CheckContext): Promise<Finding> {
  return examine({ requirement: "A12.4", title: "the audit log shows who read the secret" }, async () => {
    const { example, readerRoleArn } = outputs.secrets;
    const { value } = await waitUntil({
      reason: `a read of ${example.path} in the audit log`,
      deadlineSeconds: AUDIT_SECONDS,
      attempt: async () => {
        const reads = await clients.aws.secretReads();
        const found = reads.filter(({ secret, error }) => secret.includes(example.path) && error === undefined);
        return { done: found.some(({ reader }) => reader === readerRoleArn), value: found };
      },
    });
    const strangers = value.filter(({ reader }) => reader !== readerRoleArn);
    const shown = value.length > strangers.length;
    return {
      looked: 1,
      wrong: shown ? [] : [{ subject: example.path, reason: `no read by ${readerRoleArn} is on record` }],
      detail: `${example.path} by ${readerRoleArn}`,
    };
  });
}

/** A12.5: service account not known to the store. */
async function unknownAccount({ outputs, clients }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { namespace } = outputs.secrets;
  const stores = await view.list<SecretStore>(API, "ClusterSecretStore");
  const bad = stores.filter(
    (store) => store.spec?.provider?.aws !== undefined && condition(store, "Ready")?.status !== "True",
  );
  if (bad.length === 0) return [];
  const bound = (await clients.aws.podIdentityAssociations(outputs.cluster.name)).find(
    (one) => one.namespace === namespace && one.serviceAccount === SERVICE_ACCOUNT,
  );
  return bound === undefined
    ? diagnosis(
        "A12.5",
        `the store does not know the service account ${namespace}/${SERVICE_ACCOUNT}: no Pod Identity association gives it a role`,
        "run the update of this phase again (slipway bootstrap), which creates the association, then restart the controller's pods",
        bad.map(nameOf),
      )
    : diagnosis(
        "A12.5",
        `the controller has the role ${bound.roleArn} and still gets no credentials from it`,
        "restart its pods: a pod that started before its association has none; then look at the agent eks-pod-identity-agent on its node",
        bad.map(nameOf),
      );
}

/** What the store answered for single secrets: events say it in AWS's words. */
async function sourceProblems(view: ClusterView): Promise<Diagnosis[]> {
  const [wanted, events] = await Promise.all([
    view.list<ExternalSecret>(API, "ExternalSecret"),
    view.list<CoreV1Event>("v1", "Event"),
  ]);
  const failing = wanted.filter((one) => condition(one, "Ready")?.status !== "True");
  const saying = (expression: RegExp) =>
    failing
      .filter((one) => {
        const told = events.filter((event) => event.involvedObject.uid === one.metadata?.uid);
        const words = [condition(one, "Ready")?.message, ...told.map((event) => event.message)];
        return words.some((text) => expression.test(text ?? ""));
      })
      .map(nameOf);
  return [
    ...diagnosis(
      "A12.3",
      "the environment's role may not read these: they lie outside its own prefix, or are encrypted by another key",
      "move the secret below the prefix of this environment (output secrets.prefix) and encrypt it with secrets.keyArn",
      saying(/AccessDenied/),
    ),
    ...diagnosis(
      "A12.3",
      "the central store holds no such secret, or no value in it yet",
      "write the value: aws secretsmanager put-secret-value --secret-id NAME --secret-string file://VALUE",
      saying(/ResourceNotFoundException|does not exist in secret/),
    ),
    ...diagnosis(
      "A12.3",
      "the store is not open to the namespace of these",
      "add the namespace to spec.conditions of the store in infra/phases/12-secrets.ts",
      saying(/denied by spec\.condition/),
    ),
  ];
}
