import type { KubernetesObject, V1Secret, V1Service } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding, PhaseCheck } from "./check";
import { condition, nameOf, viewCluster, type ClusterView } from "./cluster-view";
import { diagnosis, examine, outside, type Offence } from "./finding";
import { diagnoseWebhooks, webhooksAnswer, type Specimen } from "./webhooks";

/** A load balancer is provisioned in two to four minutes, its record and targets a little later. */
const PROVISION_SECONDS = 600;
/** A6.2 */
const DEMO_PORT = 80;

/** Network Load Balancers per region (service quota L-69A177A2). */
const NLB_QUOTA = { service: "elasticloadbalancing", code: "L-69A177A2" };

interface Gateway extends KubernetesObject {
  status?: { addresses?: { value: string }[] };
}
interface Event extends KubernetesObject {
  reason?: string;
  message?: string;
  type?: string;
  involvedObject?: { kind?: string; name?: string; namespace?: string };
}

/** Phase 06: the Gateway has an address, the demo host leads to it and answers over TLS under its own name. */
export const entryPointCheck: PhaseCheck = {
  async verify(context) {
    const view = await viewCluster(context.clients.kubernetes);
    const address = await outside(context, gatewayAddressed(context, view));
    return [
      address,
      await webhooksAnswer(context, view, "A6.1", "the load balancer controller", SPECIMENS),
      ...(await Promise.all([
        outside(context, demoInPlace(context, view)),
        outside(context, hostResolves(context, view)),
        outside(context, answers(context, view)),
        outside(context, redirects(context, view)),
      ])),
    ];
  },

  async diagnose(context, findings) {
    const view = await viewCluster(context.clients.kubernetes);
    return [
      ...(await addressPending(context, view)),
      ...(await hostElsewhere(context, view)),
      ...diagnoseWebhooks("A6.1", findings),
    ];
  },
};

/** What the controller's webhooks judge for every balancer: the binding of a target group to a Service. */
const SPECIMENS: readonly Specimen[] = [
  {
    apiVersion: "elbv2.k8s.aws/v1beta1",
    kind: "TargetGroupBinding",
    metadata: { name: "slipway-webhook", namespace: "default" },
    spec: {
      serviceRef: { name: "kubernetes", port: 443 },
      targetGroupARN: "arn:aws:elasticloadbalancing:eu-central-1:111111111111:targetgroup/slipway/0123456789abcdef",
      targetType: "ip",
    },
  },
];

async function gatewayOf({ outputs }: CheckContext, view: ClusterView): Promise<Gateway | undefined> {
  const { namespace, name } = outputs.entryPoint.gateway;
  return view.get<Gateway>("gateway.networking.k8s.io/v1", "Gateway", name, namespace);
}

function gatewayAddressed(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A6.3", title: "the Gateway is programmed and has an external address" }, async () => {
    const settled = await context.waitUntil({
      reason: "the load balancer's address",
      deadlineSeconds: PROVISION_SECONDS,
      attempt: async () => {
        const gateway = await gatewayOf(context, view);
        const programmed = condition(gateway, "Programmed");
        const address = gateway?.status?.addresses?.[0]?.value;
        const reason = gateway === undefined ? "does not exist" : (programmed?.message ?? "has no address");
        return { done: programmed?.status === "True" && address !== undefined, value: { address, reason } };
      },
    });
    const { namespace, name } = context.outputs.entryPoint.gateway;
    const wrong = settled.done ? [] : [{ subject: `${namespace}/${name}`, reason: settled.value.reason }];
    return { looked: 1, wrong, detail: settled.value.address ?? "" };
  });
}

function demoInPlace({ outputs, waitUntil }: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A6.2", title: "the example app has its service on port 80 and its certificate" },
    async () => {
      const { namespace, service, certificateSecret } = outputs.entryPoint.demo;
      const settled = await waitUntil({
        reason: "the example app's certificate",
        deadlineSeconds: PROVISION_SECONDS,
        attempt: async () => {
          const [found, secret] = await Promise.all([
            view.get<V1Service>("v1", "Service", service, namespace),
            view.get<V1Secret>("v1", "Secret", certificateSecret, outputs.entryPoint.gateway.namespace),
          ]);
          const wrong: Offence[] = [];
          if (found?.spec?.ports?.some((port) => port.port === DEMO_PORT) !== true)
            wrong.push({ subject: `${namespace}/${service}`, reason: "has no port 80" });
          if (secret?.data?.["tls.crt"] === undefined)
            wrong.push({ subject: certificateSecret, reason: "holds no certificate" });
          return { done: wrong.length === 0, value: wrong };
        },
      });
      return { looked: 2, wrong: settled.value, detail: `${service} and ${certificateSecret}` };
    },
  );
}

function hostResolves(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A6.5", title: "the demo host resolves to the entry point" }, async () => {
    const { host } = context.outputs.entryPoint.demo;
    const settled = await context.waitUntil({
      reason: `${host} to resolve to the entry point`,
      deadlineSeconds: PROVISION_SECONDS,
      attempt: async () => {
        const compared = await compareHost(context, view);
        return { done: compared.same, value: compared };
      },
    });
    const { same, found, wanted } = settled.value;
    const wrong = same
      ? []
      : [
          {
            subject: host,
            reason: `resolves to ${found.join(", ") || "nothing"}, the entry point is ${wanted.join(", ") || "without address"}`,
          },
        ];
    return { looked: 1, wrong, detail: `${host} → ${found.join(", ")}` };
  });
}

/** A load balancer has a name and changing addresses, so both sides are resolved before they are compared. */
async function compareHost(context: CheckContext, view: ClusterView) {
  const address = (await gatewayOf(context, view))?.status?.addresses?.[0]?.value;
  const resolve = async (name: string) => [name, ...(await context.clients.edge.resolve(name))];
  const wanted = address === undefined ? [] : await resolve(address);
  const found = await context.clients.edge.resolve(context.outputs.entryPoint.demo.host);
  return { wanted, found, same: found.some((target) => wanted.includes(target)) };
}

function answers(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine(
    { requirement: "A6.3", title: "the demo host answers over HTTPS with a certificate of its own name" },
    async () => {
      const { host } = context.outputs.entryPoint.demo;
      const settled = await context.waitUntil({
        reason: `${host} to answer`,
        deadlineSeconds: PROVISION_SECONDS,
        attempt: async () => {
          const reason = await problemWith(context, view, host).catch((error: Error) => error.message);
          return { done: reason === undefined, value: reason };
        },
      });
      const wrong = settled.value === undefined ? [] : [{ subject: `https://${host}/`, reason: settled.value }];
      return { looked: 1, wrong, detail: `https://${host}/ answers 200` };
    },
  );
}

async function problemWith(context: CheckContext, view: ClusterView, host: string): Promise<string | undefined> {
  const address = (await gatewayOf(context, view))?.status?.addresses?.[0]?.value;
  if (address === undefined) return "the entry point has no address";
  const response = await context.clients.edge.get({ scheme: "https", address, host, path: "/" });
  const covered = response.certificateNames.some(
    (name) => name === host || (name.startsWith("*.") && host.slice(host.indexOf(".") + 1) === name.slice(2)),
  );
  if (!covered) return `its certificate names ${response.certificateNames.join(", ") || "nobody"}`;
  return response.status === 200 ? undefined : `answers ${response.status}`;
}

function redirects(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "E3.3", title: "plain HTTP only redirects to HTTPS" }, async () => {
    const { host } = context.outputs.entryPoint.demo;
    const address = (await gatewayOf(context, view))?.status?.addresses?.[0]?.value;
    if (address === undefined) return { looked: 0, wrong: [], detail: "" };
    const response = await context.clients.edge.get({ scheme: "http", address, host, path: "/" });
    const location = response.headers["location"] ?? "";
    const good = [301, 302, 307, 308].includes(response.status) && location.startsWith("https://");
    return {
      looked: 1,
      wrong: good ? [] : [{ subject: `http://${host}/`, reason: `answers ${response.status} ${location}`.trim() }],
      detail: `${response.status} to ${location}`,
    };
  });
}

/** A6.4: address pending. Looks where the controller looks, in the order in which it fails. */
async function addressPending(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const services = await view.list<V1Service>("v1", "Service");
  const pending = services.filter(
    (service) => service.spec?.type === "LoadBalancer" && (service.status?.loadBalancer?.ingress ?? []).length === 0,
  );
  if (pending.length === 0) return [];
  const names = pending.map(nameOf);
  const { outputs, clients } = context;
  const [associations, subnets, balancers, quota, events] = await Promise.all([
    clients.aws.podIdentityAssociations(outputs.cluster.name),
    clients.aws.subnets(outputs.network.vpcId),
    clients.aws.loadBalancers(),
    clients.aws.quota(NLB_QUOTA.service, NLB_QUOTA.code),
    view.list<Event>("v1", "Event"),
  ]);
  const controller = associations.some((association) =>
    association.serviceAccount.includes("load-balancer-controller"),
  );
  const tagged = subnets.filter((subnet) => subnet.tags["kubernetes.io/role/elb"] === "1");
  const said = events.filter(
    (event) =>
      event.type === "Warning" &&
      names.includes(`${event.involvedObject?.namespace ?? ""}/${event.involvedObject?.name ?? ""}`),
  );
  return [
    ...diagnosis(
      "A6.4",
      "the load balancer controller has no AWS role",
      "associate its role with its service account by EKS Pod Identity",
      controller ? [] : names,
    ),
    ...diagnosis(
      "A6.4",
      "no public subnet is tagged for load balancers",
      "tag the public subnets kubernetes.io/role/elb = 1",
      tagged.length > 0 ? [] : names,
    ),
    ...diagnosis(
      "A6.4",
      `the account's quota of ${quota ?? 0} network load balancers is used up`,
      "raise quota L-69A177A2 or remove unused load balancers",
      quota !== undefined && balancers.length >= quota ? names : [],
    ),
    ...said.flatMap((event) =>
      diagnosis(
        "A6.4",
        `the controller says: ${event.reason ?? ""} ${event.message ?? ""}`,
        "mend what the event names; the controller retries by itself",
        [`${event.involvedObject?.namespace ?? ""}/${event.involvedObject?.name ?? ""}`],
      ),
    ),
  ];
}

/** A6.5: host does not point to the load balancer. */
async function hostElsewhere(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const { host } = context.outputs.entryPoint.demo;
  const { same, found, wanted } = await compareHost(context, view);
  if (same || wanted.length === 0) return [];
  const records = (await context.clients.aws.dnsRecords(context.outputs.entryPoint.zoneId)).filter(
    (record) => record.name.replace(/\.$/, "") === host,
  );
  const fix = `let external-dns own the record (TXT registry, domain filter), or set ${host} as CNAME to ${wanted[0] ?? ""}; for a demo, an entry in the hosts file does`;
  return diagnosis(
    "A6.5",
    records.length === 0
      ? `no record exists for ${host}`
      : `${host} points to ${found.join(", ") || "nothing"} instead of ${wanted[0] ?? ""}`,
    fix,
    [host],
  );
}
