import { object, podSpec, resource, type Any, type Cases } from "./case";

const policy = (spec: Any, namespace = "qa") =>
  object("networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {}, ...spec } }, "app", namespace);
const named = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const to = (peers: Any[], namespace?: string, ports?: Any[]) =>
  policy({ policyTypes: ["Egress"], egress: [{ to: peers, ...(ports && { ports }) }] }, namespace);
const network = { ipBlock: { cidr: "10.20.0.0/16" } };
const tcp = (port: number | string, more: object = {}) => ({ protocol: "TCP", port, ...more });
const external = (externalName: string, namespace = "staging") =>
  object("v1", "Service", { spec: { type: "ExternalName", externalName } }, "db", namespace);
const chosen = (...expressions: Any[]) => ({ namespaceSelector: { matchExpressions: expressions } });

const ENVOY = "gateway.envoyproxy.io/v1alpha1";
const route = (namespace = "qa") =>
  object("gateway.networking.k8s.io/v1", "HTTPRoute", { spec: {} }, "shop", namespace);
const guard = (spec: Any, namespace = "qa", target = "shop") =>
  object(
    ENVOY,
    "SecurityPolicy",
    { spec: { targetRefs: [{ group: "gateway.networking.k8s.io", kind: "HTTPRoute", name: target }], ...spec } },
    "shop",
    namespace,
  );

const RBAC = "rbac.authorization.k8s.io";
const role = (verbs: string[], kind = "Role", namespace = "production") =>
  object(
    `${RBAC}/v1`,
    kind,
    { rules: [{ apiGroups: ["apps"], resources: ["deployments"], verbs }] },
    "changes",
    kind === "Role" ? namespace : undefined,
  );
const bound = (
  subject: Any,
  of: Any = { kind: "Role", name: "changes" },
  namespace: string | undefined = "production",
) =>
  object(
    `${RBAC}/v1`,
    namespace === "" ? "ClusterRoleBinding" : "RoleBinding",
    { roleRef: { apiGroup: RBAC, ...of }, subjects: [subject] },
    "changes",
    namespace === "" ? undefined : namespace,
  );
const people = { kind: "Group", apiGroup: RBAC, name: "developers" };
const account = (name: string, namespace: string) => ({ kind: "ServiceAccount", name, namespace });

const job = (name: string, commands: string[][], namespace = "staging") => {
  const spec = podSpec((pod: Any) => {
    delete pod.initContainers;
    pod.restartPolicy = "Never";
    pod.containers = commands.map((command, at) => ({ ...pod.containers[0], name: `step-${at}`, command }));
  });
  return object("batch/v1", "Job", { spec: { template: { spec } } }, name, namespace);
};
const nightly = (name: string, command: string[], namespace = "staging") =>
  object(
    "batch/v1",
    "CronJob",
    { spec: { schedule: "0 2 * * 0", jobTemplate: { spec: job(name, [command]).spec } } },
    name,
    namespace,
  );

const holding = (data: string | undefined, name: string) =>
  object(
    "v1",
    "Namespace",
    { metadata: { labels: data === undefined ? {} : { "slipway.dev/data-class": data } } },
    name,
  );
const european = (type: string, more: Any = {}) => resource(type, { tags: { "data-residency": "eu" }, ...more });
const TABLE = "aws:dynamodb/table:Table";

/** Rules of application environments: apart from each other, not public, not written by hand, free of personal data. */
export const environmentCases: readonly Cases[] = [
  {
    rule: "environments-stay-apart",
    pass: {
      "its own namespace": to([named("qa")]),
      "the platform's": to([named("kube-system")]),
      "pods of its own": to([{ podSelector: { matchLabels: { app: "db" } } }]),
      "HTTPS from a preview": to([network], "feature-pr-7", [tcp(443)]),
      "a database of QA": to([network], "qa", [tcp(5432)]),
      "a port by name": to([network], "feature-pr-7", [tcp("https")]),
      "a range beside databases": to([network], "feature-pr-7", [tcp(8000, { endPort: 8999 })]),
      "some by name": to([chosen({ key: "kubernetes.io/metadata.name", operator: "In", values: ["qa", "demo"] })]),
      "no environment": policy({ egress: [{ to: [{ namespaceSelector: {} }] }] }, "monitoring"),
      "deny by default": policy({ policyTypes: ["Ingress", "Egress"] }),
      "a name outside": external("db.example.com"),
      "a name of its own": external("db.staging.svc.cluster.local"),
    },
    fail: {
      "production from QA": to([named("production")]),
      "QA from a preview": to([named("qa")], "feature-pr-7"),
      "a preview from another": to([named("feature-pr-8")], "feature-pr-7"),
      "from a preview": policy({ ingress: [{ from: [named("feature-pr-7")] }] }),
      everywhere: to([{ namespaceSelector: {} }]),
      "no peer at all": policy({ egress: [{ ports: [tcp(443)] }] }),
      "by the label of environments": to([{ namespaceSelector: { matchLabels: { "slipway.dev/environment": "qa" } } }]),
      "all but itself": to([chosen({ key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["qa"] })]),
      "among some": to([chosen({ key: "kubernetes.io/metadata.name", operator: "In", values: ["qa", "staging"] })]),
      "a database from a preview": to([network], "feature-pr-7", [tcp(5432)]),
      "a range with a database": to([network], "feature-pr-7", [tcp(5000, { endPort: 6000 })]),
      "a network on every port": to([network], "feature-pr-7"),
      "a name that leads to production": external("db.production.svc.cluster.local"),
    },
  },
  {
    rule: "environments-are-behind-a-login",
    pass: {
      oidc: [route(), guard({ oidc: { provider: { issuer: "https://id.example" } } })],
      "an allow list": [route("feature-pr-7"), guard({ authorization: { defaultAction: "Deny" } }, "feature-pr-7")],
      "one of two": [route(), guard({ cors: {} }), guard({ jwt: { providers: [] } })],
      "the public's own": route("production"),
    },
    fail: {
      open: route(),
      "a preview": route("feature-pr-7"),
      "another route's": [route(), guard({ oidc: {} }, "qa", "other")],
      "another namespace's": [route(), guard({ oidc: {} }, "staging")],
      "all are allowed": [route(), guard({ authorization: { defaultAction: "Allow" } })],
      "no login": [route(), guard({ cors: { allowOrigins: ["*"] } })],
    },
  },
  {
    rule: "stable-environments-are-delivered",
    pass: {
      reading: [role(["get", "list", "watch"]), bound(people)],
      "the deliverer": [role(["patch"]), bound(account("argocd-application-controller", "argocd"))],
      "its own account": [role(["patch"]), bound(account("app", "production"))],
      "another environment": [role(["patch"], "Role", "qa"), bound(people, undefined, "qa")],
      "reading everywhere": [role(["get"], "ClusterRole"), bound(people, { kind: "ClusterRole", name: "changes" }, "")],
      "Kubernetes' own": [role(["patch"]), bound({ kind: "Group", name: "system:nodes" })],
    },
    fail: {
      people: [role(["get", "patch"]), bound(people)],
      everything: [role(["*"]), bound({ kind: "User", name: "ada" }, undefined, "production")],
      "another account": [role(["create"]), bound(account("ci", "build"))],
      "Kubernetes' own writer": bound(people, { kind: "ClusterRole", name: "edit" }),
      everywhere: [role(["delete"], "ClusterRole"), bound(people, { kind: "ClusterRole", name: "changes" }, "")],
    },
  },
  {
    rule: "refreshes-anonymise",
    pass: {
      "anonymised on the way": job("data-refresh", [
        ["sh", "-c", "pg_dump a | slipway data refresh --rules r | psql b"],
      ]),
      "in a step of its own": job("copy", [["pg_dump"], ["slipway data refresh --from a"], ["psql", "b"]]),
      "a dump that stays": job("backup", [["pg_dump", "-f", "/backup"]]),
      "a migration": job("migrate", [["psql", "-f", "up.sql"]]),
      production: job("data-refresh", [["pg_dump a | psql b"]], "production"),
      "every week": nightly("refresh", ["slipway data refresh --rules r"]),
    },
    fail: {
      "by name": job("data-refresh", [["./copy.sh"]]),
      "by what it runs": job("copy", [["sh", "-c", "pg_dump a | psql b"]]),
      "in two steps": job("copy", [["mongodump"], ["mongorestore"]]),
      "every week": nightly("weekly-refresh", ["./copy.sh"]),
      "into a preview": job("copy", [["pg_dump a | pg_restore b"]], "feature-pr-7"),
    },
  },
  {
    rule: "regulated-data-stays-alone",
    pass: {
      "one class": [holding("pci", "cards"), holding("pci", "ledger")],
      "none that is regulated": [holding("internal", "shop"), holding("public", "site")],
      "beside what holds none": [holding("pci", "cards"), holding(undefined, "monitoring")],
    },
    fail: {
      "beside internal data": [holding("pci", "cards"), holding("internal", "shop")],
      "in any order": [holding("public", "a"), holding("pci", "z")],
      "among many": [holding("pci", "cards"), holding("pci", "ledger"), holding("customer", "shop")],
    },
  },
  {
    rule: "european-data-stays-in-europe",
    pass: {
      "in Europe": european("aws:s3/bucket:Bucket", { region: "eu-central-1" }),
      "the provider's region": european("aws:rds/instance:Instance"),
      "a copy in Europe": european(TABLE, { replicas: [{ regionName: "eu-west-1" }] }),
      "somebody else's": resource("aws:s3/bucket:Bucket", { region: "us-east-1", tags: { area: "shop" } }),
    },
    fail: {
      elsewhere: european("aws:s3/bucket:Bucket", { region: "us-east-1" }),
      "by its zone": european("aws:ebs/volume:Volume", { availabilityZone: "us-west-2a" }),
      "a copy elsewhere": european(TABLE, { replicas: [{ regionName: "eu-west-1" }, { regionName: "us-east-1" }] }),
      "a secret's copy": european("aws:secretsmanager/secret:Secret", { replicas: [{ region: "ap-south-1" }] }),
    },
  },
];
