import { randomBytes } from "node:crypto";
import type { CoreV1Event, V1DaemonSet, V1Pod } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding } from "./check";
import type { ClusterView } from "./cluster-view";
import { runsOnEveryNode } from "./every-node";
import { diagnosis, examine, outside } from "./finding";
import { attemptFrom } from "./probe";

const DRIVER = "kube-system/secrets-store-csi-driver";
const PROVIDER = "kube-system/secrets-store-csi-driver-provider-aws";
const PROBE = { "slipway.dev/probe": "true", "slipway.dev/reads": "file" };
/** CloudTrail shows an event within about five minutes, and says fifteen at most. */
const AUDIT_SECONDS = 900;
/** Why kubelet does not start a pod whose volume it cannot mount. */
const FAILED = "FailedMount";

/** Findings about secrets as files; none where there are none (A12.2). */
export async function secretFiles(context: CheckContext, view: ClusterView): Promise<Finding[]> {
  if (context.outputs.secrets.files.name === "") return [];
  const standing = await Promise.all([
    runsOnEveryNode(context, view, promise("the driver of secret files runs on every node"), DRIVER, "driver"),
    runsOnEveryNode(context, view, promise("AWS's provider runs on every node"), PROVIDER, "provider"),
    rotates(view),
  ]);
  return [...standing, await outside(context, readByPod(context, view)), await outside(context, readAudited(context))];
}

const promise = (title: string) => ({ requirement: "A12.2", title });

/** Off by default: a file would stay as it was when its pod started. */
function rotates(view: ClusterView): Promise<Finding> {
  return examine(promise("a rotated secret reaches the pods that run"), async () => {
    const [namespace = "", name = ""] = DRIVER.split("/");
    const set = await view.get<V1DaemonSet>("apps/v1", "DaemonSet", name, namespace);
    const args = set?.spec?.template.spec?.containers.flatMap((container) => container.args ?? []) ?? [];
    const on = args.includes("--enable-secret-rotation=true");
    const reason = set === undefined ? "does not exist" : "does not rotate what it has mounted";
    const every = args.find((arg) => arg.startsWith("--rotation-poll-interval="))?.split("=")[1] ?? "2m";
    return { looked: 1, wrong: on ? [] : [{ subject: DRIVER, reason }], detail: `every ${every}` };
  });
}

/** A12.4: as a team's pod would, by its own service account and no other right. */
function readByPod({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "a pod mounts a secret as a file and reads it, by its own role";
  return examine({ requirement: "A12.4", title }, async () => {
    const { namespace, name: providerClass, serviceAccount, key } = outputs.secrets.files;
    await removeProbes(view, namespace);
    const name = `slipway-probe-${randomBytes(4).toString("hex")}`;
    const subject = `${namespace}/${providerClass}`;
    const attempt = { kind: "file", providerClass, serviceAccount, key } as const;
    try {
      const read = await attemptFrom(view, waitUntil, namespace, name, PROBE, attempt);
      const wrong = read ? [] : [{ subject, reason: `a pod that mounts it finds no ${key}` }];
      return { looked: 1, wrong, detail: `${key} of ${subject}` };
    } catch (error) {
      // A pod that cannot mount never starts; its events say why.
      const [reason] = await mountProblems(view, namespace, name);
      if (reason === undefined) throw error;
      return { looked: 1, wrong: [{ subject, reason }], detail: "" };
    } finally {
      await removeProbes(view, namespace);
    }
  });
}

async function mountProblems(view: ClusterView, namespace: string, pod?: string): Promise<string[]> {
  const events = await view.list<CoreV1Event>("v1", "Event", namespace);
  return events
    .filter(({ reason, involvedObject }) => reason === FAILED && (pod === undefined || involvedObject.name === pod))
    .map(({ message }) => message ?? "");
}

async function removeProbes(view: ClusterView, namespace: string): Promise<void> {
  const pods = await view.list<V1Pod>("v1", "Pod", namespace);
  const left = pods.filter(({ metadata }) => metadata?.labels?.["slipway.dev/reads"] === "file");
  await Promise.all(
    left.map(({ metadata }) =>
      view.remove({ apiVersion: "v1", kind: "Pod", metadata: { name: String(metadata?.name), namespace } }),
    ),
  );
}

function readAudited({ outputs, clients, waitUntil }: CheckContext): Promise<Finding> {
  return examine({ requirement: "A12.4", title: "the audit log shows that the pod's own role read it" }, async () => {
    const { path, readerRoleArn } = outputs.secrets.files;
    const { done } = await waitUntil({
      reason: `a read of ${path} by ${readerRoleArn} in the audit log`,
      deadlineSeconds: AUDIT_SECONDS,
      attempt: async () => {
        const reads = await clients.aws.secretReads();
        const found = reads.some(
          ({ secret, reader, error }) => secret.includes(path) && reader === readerRoleArn && error === undefined,
        );
        return { done: found, value: undefined };
      },
    });
    const wrong = done ? [] : [{ subject: path, reason: `no read by ${readerRoleArn} is on record` }];
    return { looked: 1, wrong, detail: `${path} by ${readerRoleArn}` };
  });
}

/** Why pods that mount secrets do not start, in the provider's own words. */
export async function secretFilesCauses({ outputs }: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { namespace, name, serviceAccount } = outputs.secrets.files;
  if (name === "") return [];
  const said = await mountProblems(view, namespace);
  const when = (words: RegExp) => (said.some((message) => words.test(message)) ? [`${namespace}/${name}`] : []);
  return [
    ...diagnosis(
      "A12.5",
      `the central store does not know who mounts: ${namespace}/${serviceAccount} has no role, or its token does not reach the provider`,
      'associate a role with the service account, set usePodIdentity: "true" in the SecretProviderClass and tokenRequests of the driver to pods.eks.amazonaws.com',
      when(/Pod Identity association|must be associated|CSI token error/),
    ),
    ...diagnosis(
      "A12.3",
      "the role of the pod's service account may not read the secret it mounts",
      "let the role read this secret and decrypt with the key of the central store (output secrets.keyArn)",
      when(/AccessDenied/),
    ),
    ...diagnosis(
      "A12.3",
      "what the SecretProviderClass names is not in the central store",
      "write the value, or mend objectName and jmesPath",
      when(/ResourceNotFoundException|does not point to a valid object|secretproviderclass .* not found/),
    ),
  ];
}
