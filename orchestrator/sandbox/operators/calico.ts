import { CALICO } from "../../../infra/network/names";
import { serviceAccount, workload } from "../kubernetes/charts/workload";
import { at, listAt, refOf, type KubeObject } from "../kubernetes/object";
import type { Operator, OperatorContext } from "./operator";
import { withConditions } from "./world";

const API = "operator.tigera.io/v1";
const MANAGER = "tigera-operator";
const VERSION = "v3.32.1";
const EVERYWHERE = [
  { key: "CriticalAddonsOnly", operator: "Exists" },
  { effect: "NoSchedule", operator: "Exists" },
  { effect: "NoExecute", operator: "Exists" },
];
/** As many as the operator keeps for a cluster of some nodes. */
const TYPHAS = 3;

const NEEDED = [
  { apiVersion: API, kind: "Installation" },
  { apiVersion: API, kind: "TigeraStatus" },
  { apiVersion: "apps/v1", kind: "DaemonSet" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "v1", kind: "Namespace" },
  { apiVersion: "v1", kind: "Node" },
];

/** Calico's operator: the agent of each node and what stands between them and the API server, for policy alone. */
export const calico: Operator = {
  name: "tigera-operator",
  deployment: { "k8s-app": "tigera-operator" },
  kinds: NEEDED,
  async reconcile(context) {
    if (!NEEDED.every((kind) => context.world.knows(kind))) return true;
    const installation = context.world.get({ apiVersion: API, kind: "Installation", name: "default" });
    return installation === undefined ? false : !(await install(context, installation));
  },
};

/** True once everything it installs is there. */
async function install({ world, now }: OperatorContext, installation: KubeObject): Promise<boolean> {
  if (at(installation, "spec", "cni", "type") !== "AmazonVPC")
    throw new Error("the rehearsal plays Calico for policy alone");
  const { namespace } = CALICO;
  if (world.get({ apiVersion: "v1", kind: "Namespace", name: namespace }) === undefined)
    await world.create({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace, labels: { "pod-security.kubernetes.io/enforce": "privileged" } },
    });
  const nodes = world.list("v1", "Node").length;
  const parts = [
    part(installation, CALICO.agent, "calicoNodeDaemonSet", "node", true),
    part(installation, "calico-typha", "typhaDeployment", "typha", true, Math.max(1, Math.min(TYPHAS, nodes))),
    part(installation, "calico-kube-controllers", "calicoKubeControllersDeployment", "kube-controllers", false, 1),
  ];
  for (const object of parts) {
    await world.ensure(serviceAccount(object.metadata.name, namespace, {}), MANAGER);
    await world.ensure(object, MANAGER);
  }
  const waiting = parts.map((object) => world.get(refOf(object))).filter((object) => !isUp(object, nodes));
  const up = waiting.length === 0;
  const status = await world.ensure(
    { apiVersion: API, kind: "TigeraStatus", metadata: { name: "calico" }, spec: {} },
    MANAGER,
  );
  const said = up ? "All objects available" : `waiting for ${String(waiting[0]?.metadata.name)}`;
  await world.status(status, {
    conditions: withConditions(
      at(status, "status"),
      [
        {
          type: "Available",
          status: up ? "True" : "False",
          reason: up ? "AllObjectsAvailable" : "Unknown",
          message: said,
        },
      ],
      now,
    ),
  });
  return up;
}

const isUp = (object: KubeObject | undefined, nodes: number): boolean =>
  Number(at(object, "status", object?.kind === "DaemonSet" ? "numberReady" : "availableReplicas") ?? 0) >=
  (object?.kind === "DaemonSet" ? nodes : Number(at(object, "spec", "replicas") ?? 1));

/** One workload, with what the Installation says of its container. */
function part(
  installation: KubeObject,
  name: string,
  override: string,
  image: string,
  onHost: boolean,
  replicas?: number,
): KubeObject {
  const sized = listAt<{ name: string; resources?: object }>(
    installation,
    "spec",
    override,
    "spec",
    "template",
    "spec",
    "containers",
  ).find((one) => one.name === name);
  const agent = replicas === undefined;
  return workload({
    kind: agent ? "DaemonSet" : "Deployment",
    name,
    namespace: CALICO.namespace,
    labels: { "k8s-app": name },
    ...(replicas !== undefined && { replicas }),
    serviceAccount: name,
    containers: [
      {
        name,
        image: `quay.io/calico/${image}:${VERSION}`,
        ...(sized?.resources !== undefined && { resources: sized.resources }),
        securityContext: agent ? { privileged: true } : { runAsNonRoot: true, allowPrivilegeEscalation: false },
      },
    ],
    pod: {
      ...(onHost && { hostNetwork: true }),
      tolerations: EVERYWHERE,
      nodeSelector: { "kubernetes.io/os": "linux" },
    },
  });
}
