import { createHash } from "node:crypto";
import { at, listAt, type KubeObject } from "../kubernetes/object";
import { denied, flags, message, noCredentials, rightsOf, tell, type Operator, type OperatorContext } from "./operator";

const FINALIZER = "service.k8s.aws/resources";
const CLASS = "service.k8s.aws/nlb";
const ANNOTATION = "service.beta.kubernetes.io/aws-load-balancer-";
/** What the controller needs before it can build anything; asked in the order in which it calls. */
const NEEDED = [
  ["EC2: DescribeSubnets", "ec2:DescribeSubnets"],
  ["Elastic Load Balancing v2: CreateLoadBalancer", "elasticloadbalancing:CreateLoadBalancer"],
] as const;

/** AWS Load Balancer Controller: a Network Load Balancer for each Service that names its class. */
export const awsLoadBalancerController: Operator = {
  name: "aws-load-balancer-controller",
  deployment: { "app.kubernetes.io/name": "aws-load-balancer-controller" },
  kinds: [
    { apiVersion: "v1", kind: "Service" },
    { apiVersion: "v1", kind: "Event" },
  ],
  async reconcile(context) {
    let blocked = false;
    for (const service of context.world.list("v1", "Service")) {
      const mine = service.metadata.finalizers?.includes(FINALIZER) === true;
      if (wanted(service)) blocked = (await build(context, service)) || blocked;
      else if (mine) await tearDown(context, service);
    }
    return blocked;
  },
};

function wanted(service: KubeObject): boolean {
  if (service.metadata.deletionTimestamp !== undefined || at(service, "spec", "type") !== "LoadBalancer") return false;
  const type = service.metadata.annotations?.[`${ANNOTATION}type`];
  return at(service, "spec", "loadBalancerClass") === CLASS || type === "external" || type === "nlb-ip";
}

/** `k8s-<namespace>-<name>-<hash>`, or what the annotation says; 32 characters at most. */
export function balancerName(cluster: string, service: KubeObject): string {
  const given = service.metadata.annotations?.[`${ANNOTATION}name`];
  if (given !== undefined) return given;
  const hash = createHash("sha256")
    .update(`${cluster}/${service.metadata.uid ?? ""}`)
    .digest("hex")
    .slice(0, 10);
  const part = (text: string) => text.replace(/[^a-z0-9]/gi, "").slice(0, 8);
  return `k8s-${part(service.metadata.namespace ?? "")}-${part(service.metadata.name)}-${hash}`;
}

async function build(context: OperatorContext, found: KubeObject): Promise<boolean> {
  const { world, cloud, cluster } = context;
  const refusal = refused(context);
  if (refusal !== undefined) {
    await tell(context, found, "Warning", "FailedBuildModel", `Failed build model due to ${refusal}`);
    return true;
  }
  const service = await world.guard(found, FINALIZER, true);
  const scheme =
    service.metadata.annotations?.[`${ANNOTATION}scheme`] === "internet-facing" ? "internet-facing" : "internal";
  const stack = `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
  const tags = Object.fromEntries(
    flags(context.self, "default-tags").flatMap((list) =>
      list.split(",").map((tag) => tag.split("=", 2) as [string, string]),
    ),
  );
  try {
    const { dnsName } = await cloud.ensureLoadBalancer({
      cluster,
      name: balancerName(cluster, service),
      scheme,
      tags: { ...tags, "service.k8s.aws/stack": stack, "service.k8s.aws/resource": "LoadBalancer" },
    });
    const before = listAt(service, "status", "loadBalancer", "ingress");
    await world.status(service, { loadBalancer: { ingress: [{ hostname: dnsName }] } });
    if (before.length === 0)
      await tell(context, service, "Normal", "SuccessfullyReconciled", "Successfully reconciled");
    return false;
  } catch (error) {
    const reason = /subnet/i.test(message(error)) ? "FailedBuildModel" : "FailedDeployModel";
    const step = reason === "FailedBuildModel" ? "Failed build model due to" : "Failed deploy model due to";
    await tell(context, service, "Warning", reason, `${step} ${message(error)}`);
    return true;
  }
}

function refused(context: OperatorContext): string | undefined {
  const rights = rightsOf(context);
  if (rights === undefined) return noCredentials(NEEDED[0][0]);
  const missing = NEEDED.find(([, action]) => !rights.allowed(action));
  return missing && denied(missing[0], missing[1], rights.roleArn, "*");
}

async function tearDown({ world, cloud, cluster }: OperatorContext, service: KubeObject): Promise<void> {
  await cloud.deleteLoadBalancer(balancerName(cluster, service));
  const released = await world.guard(service, FINALIZER, false);
  if (
    released.metadata.deletionTimestamp === undefined &&
    listAt(service, "status", "loadBalancer", "ingress").length > 0
  )
    await world.status(released, { loadBalancer: { ingress: null } });
}
