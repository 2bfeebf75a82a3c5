import { FILES, SECRETS_DRIVER as DRIVER } from "../cluster/probes";
import { at, listAt, type KubeObject } from "../kubernetes/object";
import { message, tell, type Operator, type OperatorContext } from "./operator";

const API = "secrets-store.csi.x-k8s.io/v1";
const POD = { apiVersion: "v1", kind: "Pod" };
const CLASS = { apiVersion: API, kind: "SecretProviderClass" };
const STATUS = { apiVersion: API, kind: "SecretProviderClassPodStatus" };
const CSI_DRIVER = { apiVersion: "storage.k8s.io/v1", kind: "CSIDriver" };
/** For whom the pod's own token has to be made out, or nobody can ask as the pod. */
const AUDIENCE = "pods.eks.amazonaws.com";
const MANAGER = "secrets-store-csi-driver";

/**
 * The Secrets Store CSI driver with AWS's provider: reads, as the pod that mounts, what its SecretProviderClass names. A
 * rehearsal has no disk: the names of the files, never what is in them, are written down at the pod.
 */
export const secretsStoreProviderAws: Operator = {
  name: "secrets-store-csi-driver-provider-aws",
  deployment: { "app.kubernetes.io/name": "secrets-store-csi-driver-provider-aws" },
  everyNode: true,
  kinds: [POD, CLASS, STATUS, CSI_DRIVER],
  async reconcile(context) {
    const { world } = context;
    let blocked = false;
    for (const pod of world.list(POD.apiVersion, POD.kind)) {
      const volume = listAt(pod, "spec", "volumes").find((one) => at(one, "csi", "driver") === DRIVER);
      const waits = pod.metadata.annotations?.[FILES] === undefined && at(pod, "spec", "nodeName") !== undefined;
      if (volume !== undefined && waits && pod.metadata.deletionTimestamp === undefined)
        blocked =
          !(await mount(context, pod, String(at(volume, "csi", "volumeAttributes", "secretProviderClass")))) || blocked;
    }
    return blocked;
  },
};

interface Wanted {
  readonly objectName: string;
  readonly jmesPath?: readonly { readonly path: string; readonly objectAlias: string }[];
}

async function mount(context: OperatorContext, pod: KubeObject, name: string): Promise<boolean> {
  const { world } = context;
  const { namespace = "", name: podName, uid = "" } = pod.metadata;
  try {
    const files = await filesOf(context, pod, name);
    const status = {
      mounted: true,
      podName,
      secretProviderClassName: name,
      objects: files.map((id) => ({ id, version: "AWSCURRENT" })),
    };
    const owner = { ...POD, name: podName, uid };
    const kept = await world.ensure(
      { ...STATUS, metadata: { name: `${podName}-${namespace}-${name}`, namespace, ownerReferences: [owner] } },
      MANAGER,
    );
    await world.status(kept, status);
    await world.patch(pod, { metadata: { annotations: { [FILES]: files.join(",") } } });
    return true;
  } catch (error) {
    await tell(context, pod, "Warning", "FailedMount", `MountVolume.SetUp failed for volume: ${message(error)}`);
    return false;
  }
}

async function filesOf({ world, cloud, cluster }: OperatorContext, pod: KubeObject, name: string): Promise<string[]> {
  const { namespace = "" } = pod.metadata;
  const given = world.get({ ...CLASS, name, namespace });
  if (given === undefined)
    throw new Error(`failed to get secretproviderclass ${namespace}/${name}, error: "${name}" not found`);
  const tokens = listAt<{ audience: string }>(world.get({ ...CSI_DRIVER, name: DRIVER }), "spec", "tokenRequests");
  const parameters = (at(given, "spec", "parameters") ?? {}) as Record<string, string>;
  const account = String(at(pod, "spec", "serviceAccountName") ?? "default");
  if (parameters["usePodIdentity"] !== "true")
    throw new Error(`An IAM role must be associated with service account ${account} (namespace: ${namespace})`);
  if (!tokens.some(({ audience }) => audience === AUDIENCE))
    throw new Error("CSI token error: serviceAccount.tokens not provided");
  const role = cloud.podIdentityRole(cluster, namespace, account);
  if (role === undefined)
    throw new Error(
      `no EKS Pod Identity association is found for service account ${account} (namespace: ${namespace})`,
    );
  const files: string[] = [];
  for (const { objectName, jmesPath = [] } of JSON.parse(parameters["objects"] ?? "[]") as Wanted[]) {
    const value = await cloud.readSecret({ roleArn: role.roleArn, name: objectName });
    files.push(objectName.replaceAll("/", "_"));
    for (const { path, objectAlias } of jmesPath) {
      if (at(JSON.parse(value), path) === undefined)
        throw new Error(`JMES Path - ${path} for object alias - ${objectAlias} does not point to a valid object`);
      files.push(objectAlias);
    }
  }
  return files;
}
