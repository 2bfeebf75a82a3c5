import { APPLY, JSON_PATCH, MERGE, STRATEGIC } from "./client";

interface Request {
  readonly title: string;
  readonly method?: string;
  readonly url: string;
  readonly body?: object;
  readonly type?: string;
}

const namespace = (name: string, labels: object = {}) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name, labels },
});
/** A kind with one field for every rule of structural schemas that the platform's kinds use. */
const widgets = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.test.dev" },
  spec: {
    group: "test.dev",
    scope: "Namespaced",
    names: { kind: "Widget", plural: "widgets", singular: "widget", listKind: "WidgetList" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        schema: {
          openAPIV3Schema: {
            type: "object",
            required: ["spec"],
            properties: {
              spec: {
                type: "object",
                required: ["size"],
                properties: {
                  size: { type: "integer", minimum: 1, maximum: 10 },
                  count: { type: "integer" },
                  standard: {
                    type: "object",
                    properties: { a: { type: "string", default: "x" }, b: { type: "integer", default: 2 } },
                  },
                  above: { type: "integer", minimum: 0, exclusiveMinimum: true },
                  step: { type: "integer", multipleOf: 5 },
                  color: { type: "string", enum: ["red", "green"] },
                  level: { type: "integer", enum: [1, 2] },
                  name: { type: "string", pattern: "^[a-z]+$", minLength: 2, maxLength: 5 },
                  share: { "x-kubernetes-int-or-string": true },
                  on: { type: "boolean" },
                  ratio: { type: "number" },
                  when: { type: "string", format: "date-time" },
                  address: { type: "string", format: "ipv4" },
                  block: { type: "string", format: "cidr" },
                  maybe: { type: "string", nullable: true },
                  tags: { type: "object", additionalProperties: { type: "string" }, maxProperties: 2 },
                  parts: {
                    type: "array",
                    minItems: 1,
                    maxItems: 2,
                    items: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
                  },
                  doors: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["id"],
                    items: { type: "object", required: ["id"], properties: { id: { type: "string" } } },
                  },
                  words: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
                  free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                  choice: {
                    type: "object",
                    properties: { a: { type: "string" }, b: { type: "string" } },
                    oneOf: [{ required: ["a"] }, { required: ["b"] }],
                  },
                  some: {
                    type: "object",
                    properties: { a: { type: "string" }, b: { type: "string" } },
                    anyOf: [{ required: ["a"] }, { required: ["b"] }],
                  },
                  never: { type: "string", not: { enum: ["x"] } },
                },
              },
              status: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
            },
          },
        },
      },
    ],
  },
};

/** What both clusters hold before the first request. */
export const setUp: readonly { method: string; url: string; body: object }[] = [
  { method: "POST", url: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: widgets },
  {
    method: "POST",
    url: "/api/v1/namespaces",
    body: namespace("strict", { "pod-security.kubernetes.io/enforce": "restricted" }),
  },
  {
    method: "POST",
    url: "/api/v1/namespaces",
    body: namespace("based", { "pod-security.kubernetes.io/enforce": "baseline" }),
  },
  {
    method: "POST",
    url: "/api/v1/namespaces",
    body: namespace("warned", { "pod-security.kubernetes.io/warn": "restricted" }),
  },
  { method: "POST", url: "/api/v1/namespaces", body: namespace("small") },
  { method: "POST", url: "/api/v1/namespaces", body: namespace("counted") },
  {
    method: "POST",
    url: "/api/v1/namespaces/counted/resourcequotas",
    body: {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota" },
      spec: { hard: { "requests.cpu": "1", "limits.cpu": "1", pods: "1" } },
    },
  },
  {
    method: "POST",
    url: "/api/v1/namespaces/small/limitranges",
    body: {
      apiVersion: "v1",
      kind: "LimitRange",
      metadata: { name: "bounds" },
      spec: {
        limits: [
          { type: "Container", min: { cpu: "100m" }, max: { cpu: "1" } },
          { type: "Pod", max: { memory: "1Gi" } },
        ],
      },
    },
  },
  {
    method: "POST",
    url: "/api/v1/namespaces/default/services",
    body: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kept" },
      spec: { clusterIP: "172.20.9.9", ports: [{ port: 80 }] },
    },
  },
];

const WIDGETS = "/apis/test.dev/v1/namespaces/default/widgets";
const widget = (spec: object, name = "one") => ({
  apiVersion: "test.dev/v1",
  kind: "Widget",
  metadata: { name },
  spec,
});
const judged = (title: string, spec: object): Request => ({
  title,
  url: `${WIDGETS}?dryRun=All&fieldValidation=Strict`,
  body: widget(spec),
});
const MAPS = "/api/v1/namespaces/default/configmaps?dryRun=All";
const labelled = (metadata: object) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "map", ...metadata },
});
const pod = (spec: object, metadata: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "pod", ...metadata },
  spec,
});
const podIn = (where: string, title: string, spec: object, metadata?: object): Request => ({
  title,
  url: `/api/v1/namespaces/${where}/pods?dryRun=All`,
  body: pod(spec, metadata),
});
const container = (extra: object = {}) => ({ containers: [{ name: "app", image: "x", ...extra }] });
const cpu = (requests: object, limits: object = {}) => container({ resources: { requests, limits } });
const STORED = "/api/v1/namespaces/default/configmaps";
const applying = (manager: string) => `${STORED}/settings?fieldManager=${manager}`;
const service = (title: string, spec: object, name = "web"): Request => ({
  title,
  url: "/api/v1/namespaces/default/services?dryRun=All",
  body: { apiVersion: "v1", kind: "Service", metadata: { name }, spec },
});
const deployment = (where: string, title: string, spec: object, extra: object = {}): Request => ({
  title,
  url: `/apis/apps/v1/namespaces/${where}/deployments?dryRun=All`,
  body: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: {
      selector: { matchLabels: { app: "web" } },
      template: { metadata: { labels: { app: "web" } }, spec },
      ...extra,
    },
  },
});
const hardened = {
  allowPrivilegeEscalation: false,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
  seccompProfile: { type: "RuntimeDefault" },
};

/** What both levels refuse, all in one pod. */
const everything = {
  hostNetwork: true,
  hostPID: true,
  volumes: [
    { name: "root", hostPath: { path: "/" } },
    { name: "net", nfs: { server: "a", path: "/" } },
  ],
  securityContext: {
    sysctls: [{ name: "kernel.msgmax", value: "1" }],
    seLinuxOptions: { type: "any" },
    runAsUser: 0,
  },
  containers: [
    {
      name: "a",
      image: "x",
      ports: [{ containerPort: 80, hostPort: 80 }],
      securityContext: { privileged: true, runAsUser: 0, capabilities: { add: ["SYS_ADMIN"] } },
    },
    {
      name: "b",
      image: "x",
      securityContext: {
        seccompProfile: { type: "Unconfined" },
        appArmorProfile: { type: "Unconfined" },
        seLinuxOptions: { user: "u", role: "r" },
        runAsNonRoot: false,
      },
    },
  ],
};

/** Asked one after another of each cluster; all but the last few are dry runs. */
export const requests: readonly Request[] = [
  judged("what fits", { size: 3, color: "red", share: "10%", tags: { a: "b" }, free: { any: [1] }, maybe: null }),
  judged("a required field missing", {}),
  {
    title: "no spec",
    url: `${WIDGETS}?dryRun=All`,
    body: { apiVersion: "test.dev/v1", kind: "Widget", metadata: { name: "one" } },
  },
  judged("a string for an integer", { size: "3" }),
  judged("a fraction for an integer", { size: 3, count: 1.5 }),
  judged("null for a required field", { size: null }),
  judged("null for a nullable field, a tag, an item and an open field", {
    size: 3,
    maybe: null,
    tags: { a: null },
    free: { a: null },
  }),
  judged("null for an item", { size: 3, parts: [null] }),
  judged("null for a list", { size: 3, parts: null }),
  judged("defaults", { size: 3, standard: {} }),
  judged("null for a default", { size: 3, standard: { a: null } }),
  judged("a number for a boolean", { size: 3, on: 1 }),
  judged("an object for a string", { size: 3, name: {} }),
  judged("a string for a number", { size: 3, ratio: "1" }),
  judged("a boolean for int-or-string", { size: 3, share: true }),
  judged("a string for a list", { size: 3, parts: "x" }),
  judged("a list for an object", { size: 3, free: [] }),
  judged("null where null is not allowed", { size: 3, color: null }),
  judged("below the minimum", { size: 0 }),
  judged("above the maximum", { size: 11 }),
  judged("not above an exclusive minimum", { size: 3, above: 0 }),
  judged("no multiple", { size: 3, step: 7 }),
  judged("none of the words", { size: 3, color: "blue" }),
  judged("none of the numbers", { size: 3, level: 3 }),
  judged("against the pattern", { size: 3, name: "ABC" }),
  judged("too short", { size: 3, name: "a" }),
  judged("too long", { size: 3, name: "abcdef" }),
  judged("no time", { size: 3, when: "yesterday" }),
  judged("no address", { size: 3, address: "10.0.0" }),
  judged("no block", { size: 3, block: "10.0.0.0" }),
  judged("too many tags", { size: 3, tags: { a: "1", b: "2", c: "3" } }),
  judged("a tag that is no string", { size: 3, tags: { a: 1 } }),
  judged("too few parts", { size: 3, parts: [] }),
  judged("too many parts", { size: 3, parts: [{ id: "a" }, { id: "b" }, { id: "c" }] }),
  judged("a part without its id", { size: 3, parts: [{ id: "a" }, {}] }),
  judged("the same door twice", { size: 3, doors: [{ id: "a" }, { id: "a" }] }),
  judged("the same word twice", { size: 3, words: ["a", "a"] }),
  judged("neither alternative", { size: 3, choice: {} }),
  judged("both alternatives", { size: 3, choice: { a: "x", b: "y" } }),
  judged("none of some", { size: 3, some: {} }),
  judged("what must not be", { size: 3, never: "x" }),
  judged("two mistakes", { size: 0, color: "blue" }),
  judged("an unknown field, strictly", { size: 3, sise: 1 }),
  judged("unknown fields deeper, strictly", { size: 3, parts: [{ id: "a", di: "b" }], other: {} }),
  { title: "an unknown field by default", url: `${WIDGETS}?dryRun=All`, body: widget({ size: 3, sise: 1 }) },
  {
    title: "an unknown field, ignored",
    url: `${WIDGETS}?dryRun=All&fieldValidation=Ignore`,
    body: widget({ size: 3, sise: 1 }),
  },
  { title: "no such field validation", url: `${WIDGETS}?dryRun=All&fieldValidation=Maybe`, body: widget({ size: 3 }) },
  {
    title: "an unknown field applied",
    method: "PATCH",
    url: `${WIDGETS}/two?fieldManager=me&dryRun=All`,
    body: widget({ size: 3, sise: 1 }, "two"),
    type: APPLY,
  },
  { title: "stored", url: WIDGETS, body: widget({ size: 3, name: "abc" }) },
  {
    title: "an unknown field merged in, strictly",
    method: "PATCH",
    url: `${WIDGETS}/one?dryRun=All&fieldValidation=Strict`,
    body: { spec: { sise: 1 } },
    type: MERGE,
  },
  {
    title: "an unknown field merged in by default",
    method: "PATCH",
    url: `${WIDGETS}/one?dryRun=All`,
    body: { spec: { sise: 1 } },
    type: MERGE,
  },
  {
    title: "an unknown field applied over it",
    method: "PATCH",
    url: `${WIDGETS}/one?fieldManager=me&dryRun=All&force=true`,
    body: { ...widget({ parts: [{ id: "a", di: "b" }] }), metadata: { name: "one", namespace: "default" } },
    type: APPLY,
  },
  {
    title: "a wrong word merged in",
    method: "PATCH",
    url: `${WIDGETS}/one?dryRun=All`,
    body: { spec: { color: "blue" } },
    type: MERGE,
  },

  { title: "a label value with a space", url: MAPS, body: labelled({ labels: { a: "b c" } }) },
  { title: "a label value too long", url: MAPS, body: labelled({ labels: { a: "b".repeat(64) } }) },
  { title: "a label key with a space", url: MAPS, body: labelled({ labels: { "a b": "c" } }) },
  { title: "a label key with two slashes", url: MAPS, body: labelled({ labels: { "a/b/c": "d" } }) },
  { title: "a label key without a prefix", url: MAPS, body: labelled({ labels: { "/b": "d" } }) },
  { title: "a label key with a wrong prefix", url: MAPS, body: labelled({ labels: { "A_b/c": "d" } }) },
  { title: "a label key without a name", url: MAPS, body: labelled({ labels: { "a.b/": "d" } }) },
  { title: "a label key too long", url: MAPS, body: labelled({ labels: { ["a".repeat(64)]: "d" } }) },
  { title: "an annotation key with a space", url: MAPS, body: labelled({ annotations: { "a b": "c" } }) },
  { title: "an annotation key with two slashes", url: MAPS, body: labelled({ annotations: { "a/b/c": "c" } }) },
  { title: "an annotation key too long", url: MAPS, body: labelled({ annotations: { ["a".repeat(64)]: "c" } }) },
  { title: "a name too long", url: MAPS, body: labelled({ name: "a".repeat(254) }) },
  { title: "annotations too large", url: MAPS, body: labelled({ annotations: { a: "b".repeat(262_144) } }) },
  { title: "a name in capitals", url: MAPS, body: labelled({ name: "Map" }) },
  { title: "a name with two dots", url: MAPS, body: labelled({ name: "a..b" }) },
  { title: "a namespace with a dot", url: "/api/v1/namespaces?dryRun=All", body: namespace("a.b") },
  { title: "a namespace too long", url: "/api/v1/namespaces?dryRun=All", body: namespace("a".repeat(64)) },
  {
    title: "a role called anything",
    url: "/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All",
    body: {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRole",
      metadata: { name: "system:Any" },
      rules: [],
    },
  },

  podIn("default", "a pod without containers", { containers: [] }),
  podIn("default", "a container without image and name", { containers: [{}] }),
  podIn("default", "two containers of one name", {
    containers: [
      { name: "a", image: "x" },
      { name: "a", image: "x" },
    ],
  }),
  podIn("default", "a pod of a missing account", { serviceAccountName: "nobody", ...container() }),
  deployment("default", "a deployment without containers", { containers: [] }),
  deployment("default", "a deployment whose selector does not fit", container(), {
    selector: { matchLabels: { app: "other" } },
  }),
  deployment("default", "a template label that is none", container(), {
    template: { metadata: { labels: { app: "web", b: "c d" } }, spec: container() },
  }),

  service("a service named like a number", { ports: [{ port: 80 }] }, "1web"),
  service("a service without ports", {}),
  {
    title: "an address that is taken",
    url: "/api/v1/namespaces/default/services",
    body: {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "taken" },
      spec: { clusterIP: "172.20.9.9", ports: [{ port: 80 }] },
    },
  },
  service("an address of another range", { clusterIP: "10.9.9.9", ports: [{ port: 80 }] }),
  service("an address that is none", { clusterIP: "nine", ports: [{ port: 80 }] }),
  service("a headless service without ports", { clusterIP: "None" }),
  service("a name for another name", { type: "ExternalName", externalName: "example.com" }),
  {
    title: "another address for a service",
    method: "PATCH",
    url: "/api/v1/namespaces/default/services/kept?dryRun=All",
    body: { spec: { clusterIP: "172.20.9.10", clusterIPs: ["172.20.9.10"] } },
    type: MERGE,
  },
  {
    title: "the same address for a service",
    method: "PATCH",
    url: "/api/v1/namespaces/default/services/kept?dryRun=All",
    body: { spec: { clusterIP: "172.20.9.9" } },
    type: MERGE,
  },

  podIn("small", "less than the least", cpu({ cpu: "50m", memory: "1Mi" }, { memory: "1Mi" })),
  podIn("small", "more than the most", cpu({ cpu: "2", memory: "1Mi" }, { cpu: "2", memory: "1Mi" })),
  podIn("small", "a limit below the least", cpu({ memory: "1Mi" }, { cpu: "50m", memory: "1Mi" })),
  podIn("small", "a pod above its most", cpu({ memory: "2Gi" }, { memory: "2Gi" })),
  podIn("small", "a pod without the limit it needs", container()),
  podIn("small", "within bounds", cpu({ cpu: "200m" }, { memory: "1Mi" })),

  podIn("strict", "a plain pod in a strict namespace", container()),
  podIn("strict", "a hardened pod in a strict namespace", container({ securityContext: hardened })),
  podIn(
    "strict",
    "a probe of another host",
    container({ securityContext: hardened, livenessProbe: { httpGet: { host: "example.com", port: 80 } } }),
  ),
  podIn("strict", "an unconfined profile by annotation", container({ securityContext: hardened }), {
    annotations: { "container.apparmor.security.beta.kubernetes.io/app": "unconfined" },
  }),
  podIn("strict", "everything at once in a strict namespace", everything),
  podIn("based", "everything at once in a baseline namespace", everything),
  podIn("based", "two probes of other hosts", {
    containers: ["a", "b"].map((name) => ({
      ...container({ name, startupProbe: { tcpSocket: { host: name, port: 80 } } }).containers[0],
    })),
  }),
  podIn("strict", "a root user of its own namespace", {
    hostUsers: false,
    ...container({ securityContext: { ...hardened, runAsNonRoot: false } }),
  }),
  podIn("based", "unmasked proc on the host's users", container({ securityContext: { procMount: "Unmasked" } })),
  podIn("warned", "a plain pod in a warned namespace", container()),
  deployment("warned", "a plain deployment in a warned namespace", container()),
  deployment("strict", "a plain deployment in a strict namespace", container()),

  { title: "a map", url: STORED, body: labelled({ name: "settings", labels: { a: "b" } }) },
  { title: "the same map again", url: STORED, body: labelled({ name: "settings" }) },
  { title: "a map in a missing namespace", url: "/api/v1/namespaces/none/configmaps", body: labelled({}) },
  { title: "a map of another namespace", url: STORED, body: labelled({ namespace: "strict" }) },
  { title: "no name", url: STORED, body: { apiVersion: "v1", kind: "ConfigMap", metadata: {} } },
  { title: "a missing object", method: "GET", url: `${STORED}/none` },
  { title: "a missing object deleted", method: "DELETE", url: `${STORED}/none` },
  { title: "a missing object merged into", method: "PATCH", url: `${STORED}/none`, body: {}, type: MERGE },
  { title: "a missing namespace", method: "GET", url: "/api/v1/namespaces/none" },
  { title: "an unknown kind", method: "GET", url: "/api/v1/namespaces/default/nothings" },
  { title: "an unknown group", method: "GET", url: "/apis/none.dev/v1/nothings" },
  {
    title: "a stale version",
    method: "PUT",
    url: `${STORED}/settings`,
    body: labelled({ name: "settings", resourceVersion: "1" }),
  },
  { title: "another name in the body", method: "PUT", url: `${STORED}/settings`, body: labelled({ name: "other" }) },
  {
    title: "an apply without a manager",
    method: "PATCH",
    url: `${STORED}/settings`,
    body: labelled({ name: "settings" }),
    type: APPLY,
  },
  {
    title: "one applies",
    method: "PATCH",
    url: applying("one"),
    body: { ...labelled({ name: "settings" }), data: { a: "1", b: "1" } },
    type: APPLY,
  },
  {
    title: "two applies over it",
    method: "PATCH",
    url: applying("two"),
    body: { ...labelled({ name: "settings" }), data: { a: "2" } },
    type: APPLY,
  },
  {
    title: "two applies over two fields",
    method: "PATCH",
    url: applying("two"),
    body: { ...labelled({ name: "settings" }), data: { a: "2", b: "2" } },
    type: APPLY,
  },
  {
    title: "two applies by force",
    method: "PATCH",
    url: `${applying("two")}&force=true`,
    body: { ...labelled({ name: "settings" }), data: { a: "2" } },
    type: APPLY,
  },
  {
    title: "one drops a field",
    method: "PATCH",
    url: applying("one"),
    body: { ...labelled({ name: "settings" }), data: { c: "1" } },
    type: APPLY,
  },
  { title: "a merge", method: "PATCH", url: `${STORED}/settings`, body: { data: { c: null, d: "1" } }, type: MERGE },
  {
    title: "a strategic merge",
    method: "PATCH",
    url: `${STORED}/settings`,
    body: { data: { d: null, e: "1" } },
    type: STRATEGIC,
  },
  {
    title: "a JSON patch",
    method: "PATCH",
    url: `${STORED}/settings`,
    body: [
      { op: "test", path: "/data/e", value: "1" },
      { op: "move", from: "/data/e", path: "/data/f" },
    ],
    type: JSON_PATCH,
  },
  {
    title: "a patch of another kind of text",
    method: "PATCH",
    url: `${STORED}/settings`,
    body: {},
    type: "text/plain",
  },
  {
    title: "a list by labels",
    method: "GET",
    url: `${STORED}?labelSelector=${encodeURIComponent("a in (b,c),!x,a!=c")}`,
  },
  { title: "a selector that is none", method: "GET", url: `${STORED}?labelSelector=${encodeURIComponent("a in b")}` },
  { title: "an unknown version to watch from", method: "GET", url: `${STORED}?watch=true&resourceVersion=x` },
  { title: "a map deleted on a dry run", method: "DELETE", url: `${STORED}/settings?dryRun=All` },
  { title: "a map deleted", method: "DELETE", url: `${STORED}/settings` },
  { title: "a map that is gone", method: "GET", url: `${STORED}/settings` },

  ...(
    [
      ["an apply of a map that is empty", "one", { data: {} }],
      ["an apply of a key into the map that was empty", "one", { data: { a: "1" } }],
      ["an apply of another key by somebody else", "two", { data: { b: "2" } }],
      ["an apply that gives the map up", "one", {}],
    ] as const
  ).map(([title, manager, said]) => ({
    title,
    method: "PATCH",
    url: `${STORED}/hollow?fieldManager=${manager}`,
    body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hollow" }, ...said },
    type: APPLY,
  })),

  podIn("counted", "more than the quota", cpu({ cpu: "2" }, { cpu: "2" })),
  podIn("counted", "nothing said under a quota", container()),
  podIn("counted", "within the quota", cpu({ cpu: "500m" }, { cpu: "1" })),
];
