import type { V1ConfigMap, V1NetworkPolicy, V1Secret } from "@kubernetes/client-node";
import type { CheckContext, Diagnosis, Finding } from "./check";
import { condition, type ClusterView } from "./cluster-view";
import { nodesNotTolerated, runsOnEveryNode } from "./every-node";
import { diagnosis, examine, outside, type Offence } from "./finding";

/** The Secret with the token, and the ExternalSecret that keeps it. */
const SECRET = "log-shipping";
const POLICY = "allow-log-shipping";
/** The first sync of a new ExternalSecret. */
const SYNC_SECONDS = 300;

/** Findings about the agent that ships logs to another store; none without one. */
export async function logShipping(context: CheckContext, view: ClusterView): Promise<Finding[]> {
  const collector = context.outputs.secrets.logShipping;
  if (collector === "") return [];
  const shipped = { requirement: "A9.2", title: "an agent that ships logs elsewhere runs on every node" };
  return Promise.all([
    runsOnEveryNode(context, view, shipped, collector),
    destinationSet(context, view),
    onlyDestination(context, view),
    outside(context, tokenThere(context, view)),
  ]);
}

function partsOf({ outputs, config }: CheckContext) {
  const [namespace = "", name = ""] = outputs.secrets.logShipping.split("/");
  const destination = config.monitoring.logs.shipping?.destination;
  if (destination === undefined) throw new Error("an agent runs and the configuration names no destination");
  return { namespace, name, destination };
}

const decoded = (value: string | undefined) => Buffer.from(value ?? "", "base64").toString();

function destinationSet(context: CheckContext, view: ClusterView): Promise<Finding> {
  const title = "logs go to the destination over TLS, and no setting holds the token";
  return examine({ requirement: "A9.2", title }, async () => {
    const { namespace, name, destination } = partsOf(context);
    const [settings, secret] = await Promise.all([
      view.get<V1ConfigMap>("v1", "ConfigMap", name, namespace),
      view.get<V1Secret>("v1", "Secret", SECRET, namespace),
    ]);
    const text = Object.values(settings?.data ?? {}).join("\n");
    const token = decoded(secret?.data?.["token"]);
    const { host, port } = destination;
    const wrong: Offence[] = [];
    const subject = `${namespace}/${name}`;
    if (!goesTo(text, host, port)) wrong.push({ subject, reason: `its settings do not name ${host}:${port} over TLS` });
    if (token !== "" && text.includes(token)) wrong.push({ subject, reason: "its settings hold the token in clear" });
    return { looked: 1, wrong, detail: `${destination.kind} at ${host}:${port}` };
  });
}

/** In the words of either agent. */
function goesTo(settings: string, host: string, port: number): boolean {
  const says = (key: string, value: string) =>
    settings.split("\n").some((line) => line.trim().toLowerCase() === `${key} ${value}`.toLowerCase());
  const fluentBit = says("Host", host) && says("Port", String(port)) && says("tls", "On") && says("tls.verify", "On");
  return fluentBit || settings.includes(`https://${host}:${port}`);
}

function onlyDestination(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A9.2", title: "the way out is open to the destination's one port" }, async () => {
    const { namespace, name, destination } = partsOf(context);
    const policies = await view.list<V1NetworkPolicy>("networking.k8s.io/v1", "NetworkPolicy", namespace);
    // Ways to addresses; those within the cluster are named by namespaces.
    const open = policies.flatMap(({ metadata, spec }) => {
      const mine = spec?.podSelector?.matchLabels?.["app.kubernetes.io/name"] ?? name;
      if (mine !== name || BASELINE.includes(metadata?.name ?? "")) return [];
      return (spec?.egress ?? []).flatMap(({ to, ports }) =>
        (to ?? []).flatMap(({ ipBlock }) =>
          ipBlock === undefined ? [] : [`${ipBlock.cidr}:${(ports ?? []).map(({ port }) => port).join(",")}`],
        ),
      );
    });
    const wanted = destination.cidrs.map((cidr) => `${cidr}:${destination.port}`);
    const subject = `${namespace}/${POLICY}`;
    const wrong = [
      ...wanted.filter((one) => !open.includes(one)).map((one) => ({ subject, reason: `${one} is closed` })),
      ...open.filter((one) => !wanted.includes(one)).map((one) => ({ subject, reason: `${one} is open too` })),
    ];
    return { looked: policies.length, wrong, detail: wanted.join(", ") };
  });
}

/** What every namespace may reach (A4.2). */
const BASELINE = ["allow-api-server", "allow-dns"];

function tokenThere(context: CheckContext, view: ClusterView): Promise<Finding> {
  return examine({ requirement: "A9.2", title: "the token is there, out of the central store" }, async () => {
    const { namespace } = partsOf(context);
    const { value } = await context.waitUntil({
      reason: "the token of the other store of logs",
      deadlineSeconds: SYNC_SECONDS,
      attempt: async () => {
        const [wanted, secret] = await Promise.all([
          view.get("external-secrets.io/v1", "ExternalSecret", SECRET, namespace),
          view.get<V1Secret>("v1", "Secret", SECRET, namespace),
        ]);
        const ready = condition(wanted, "Ready");
        if (ready?.status !== "True")
          return { done: false, value: ready?.message ?? "no ExternalSecret keeps it, or nobody looked at it yet" };
        const empty = decoded(secret?.data?.["token"]) === "";
        return { done: !empty, value: empty ? "the Secret has no token" : undefined };
      },
    });
    const subject = `${namespace}/${SECRET}`;
    return { looked: 1, wrong: value === undefined ? [] : [{ subject, reason: value }], detail: subject };
  });
}

/** Why lines do not arrive elsewhere, as far as the cluster knows. */
export async function logShippingCauses(context: CheckContext, view: ClusterView): Promise<Diagnosis[]> {
  const collector = context.outputs.secrets.logShipping;
  if (collector === "") return [];
  const [namespace = ""] = collector.split("/");
  const secret = await view.get<V1Secret>("v1", "Secret", SECRET, namespace);
  const without = decoded(secret?.data?.["token"]) === "";
  return [
    ...(await nodesNotTolerated(view, collector)),
    ...diagnosis(
      "A9.2",
      "the agents have no token: they do not start, and no line leaves",
      `write it: aws secretsmanager put-secret-value --secret-id ${context.outputs.secrets.prefix}${SECRET} --secret-string file://TOKEN.json, then restart the agents, which read it at their start`,
      without ? [`${namespace}/${SECRET}`] : [],
    ),
  ];
}
