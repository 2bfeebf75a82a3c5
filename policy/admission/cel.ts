import { SAFE_CAPABILITIES } from "../rules/containers-add-only-safe-capabilities";
import { SAFE_TYPES } from "../rules/selinux-options-are-safe";
import { SAFE_SYSCTLS } from "../rules/sysctls-are-safe";
import { SAFE_VOLUMES } from "../rules/volumes-are-of-safe-types";
import type { Values } from "../setting";

/** What an admission policy of a rule looks at: pods in every shape, or kinds by group, version and resource. */
export type Target = "pods" | readonly (readonly [group: string, version: string, resource: string])[];

/** A rule in the Common Expression Language (https://kubernetes.io/docs/reference/using-api/cel/). */
export interface Expression {
  readonly on: Target;
  /** Each must hold. */
  readonly holds: (settings: Values) => readonly string[];
}

/** A list of texts as CEL writes it. */
const list = (values: Iterable<unknown>): string => `[${[...values].map((value) => JSON.stringify(value)).join(", ")}]`;
const strings = (value: unknown): readonly string[] => value as readonly string[];

/** `has` along a path: CEL stops at the first part that is missing. */
function set(path: string): string {
  const parts = path.split(".");
  return parts
    .slice(1)
    .map((_, index) => `has(${parts.slice(0, index + 2).join(".")})`)
    .join(" && ");
}
const containers = (condition: string): string => `variables.containers.all(c, ${condition})`;
/** The container's own value, or the pod's where the container has none, satisfies a condition. */
const effective = (field: string, condition: (value: string) => string): string =>
  containers(
    `(${set(`c.securityContext.${field}`)}) ? ${condition(`c.securityContext.${field}`)} : ` +
      `(has(variables.security.${field}) && ${condition(`variables.security.${field}`)})`,
  );
/** The effective value, where there is one, does not satisfy a condition. */
const noEffective = (field: string, condition: (value: string) => string): string =>
  containers(
    `(${set(`c.securityContext.${field}`)}) ? !(${condition(`c.securityContext.${field}`)}) : ` +
      `!(has(variables.security.${field}) && ${condition(`variables.security.${field}`)})`,
  );
const PROFILES = `["RuntimeDefault", "Localhost"]`;
/** A wildcard pattern as a regular expression in RE2's words. */
const pattern = (glob: string): string =>
  glob
    .split("*")
    .map((piece) => piece.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
    .join(".*");
const NOT_WINDOWS = `variables.windows || `;

const rbac = (...resources: string[]): Target =>
  resources.map((resource) => ["rbac.authorization.k8s.io", "v1", resource] as const);
/** The API server keeps a role without rules as one whose rules are null. */
const roleRules = (condition: string): string =>
  `!has(object.rules) || dyn(object.rules) == null || object.rules.all(r, ${condition})`;
const part = (field: string): string => `(has(r.${field}) ? r.${field} : [])`;
const subjects = (condition: string): string => `!has(object.subjects) || object.subjects.all(s, ${condition})`;
const service: Target = [["", "v1", "services"]];
/** The part of an image reference before its digest, and the last part of its name. */
const TAGLESS = `c.image.split("@")[0].split("/")`;
const lastPart = `${TAGLESS}[size(${TAGLESS}) - 1]`;

/*
 * The API server checks the types of a condition for each kind it may meet. Where those have different fields, `dyn` says
 * so: the condition asks for the kind, or for the field, before it reads.
 */

/** Every rule that one object is enough for. The others, and why, are in `impossible`. */
export const expressions: Readonly<Record<string, Expression>> = {
  "containers-are-unprivileged": {
    on: "pods",
    holds: () => [
      containers(`!(${set("c.securityContext.privileged")} && c.securityContext.privileged)`),
      containers(
        `!(${set("c.securityContext.windowsOptions.hostProcess")} && c.securityContext.windowsOptions.hostProcess)`,
      ),
      `!(has(variables.security.windowsOptions) && has(variables.security.windowsOptions.hostProcess) && variables.security.windowsOptions.hostProcess)`,
    ],
  },
  "containers-do-not-escalate": {
    on: "pods",
    holds: () => [
      `${NOT_WINDOWS}${containers(`${set("c.securityContext.allowPrivilegeEscalation")} && !c.securityContext.allowPrivilegeEscalation`)}`,
    ],
  },
  "containers-drop-capabilities": {
    on: "pods",
    holds: () => [
      `${NOT_WINDOWS}${containers(`${set("c.securityContext.capabilities.drop")} && "ALL" in c.securityContext.capabilities.drop`)}`,
      `${NOT_WINDOWS}${containers(`!(${set("c.securityContext.capabilities.add")}) || c.securityContext.capabilities.add.all(a, a == "NET_BIND_SERVICE")`)}`,
    ],
  },
  "containers-add-only-safe-capabilities": {
    on: "pods",
    holds: () => [
      containers(
        `!(${set("c.securityContext.capabilities.add")}) || c.securityContext.capabilities.add.all(a, a in ${list(SAFE_CAPABILITIES)})`,
      ),
    ],
  },
  "containers-run-as-non-root": {
    on: "pods",
    holds: ({ honourUserNamespaces }) => {
      const relaxed =
        honourUserNamespaces === true ? `(has(variables.spec.hostUsers) && !variables.spec.hostUsers) || ` : "";
      return [
        `${relaxed}${effective("runAsNonRoot", (value) => value)}`,
        `${relaxed}${noEffective("runAsUser", (value) => `${value} == 0`)}`,
      ];
    },
  },
  "containers-use-seccomp": {
    on: "pods",
    holds: () => [
      `${NOT_WINDOWS}${effective("seccompProfile", (value) => `${value}.type in ${PROFILES}`)}`,
      `!has(variables.security.seccompProfile) || !has(variables.security.seccompProfile.type) || variables.security.seccompProfile.type in ${PROFILES}`,
    ],
  },
  "containers-keep-proc-masked": {
    on: "pods",
    holds: ({ honourUserNamespaces }) => [
      `${honourUserNamespaces === true ? `(has(variables.spec.hostUsers) && !variables.spec.hostUsers) || ` : ""}${containers(
        `!(${set("c.securityContext.procMount")}) || c.securityContext.procMount in ["", "Default"]`,
      )}`,
    ],
  },
  "containers-have-resources": {
    on: "pods",
    holds: (settings) =>
      (
        [
          ["cpuRequest", "requests", "cpu"],
          ["memoryRequest", "requests", "memory"],
          ["cpuLimit", "limits", "cpu"],
          ["memoryLimit", "limits", "memory"],
        ] as const
      )
        .filter(([setting]) => settings[setting] === true)
        .map(([, side, resource]) => {
          const own = `(${set(`c.resources.${side}.${resource}`)})`;
          if (settings["effective"] !== true) return `variables.running.all(c, ${own})`;
          const limit = side === "requests" ? ` || (${set(`c.resources.limits.${resource}`)})` : "";
          const pod = `(has(variables.spec.resources) && has(variables.spec.resources.${side}) && has(variables.spec.resources.${side}.${resource}))`;
          const podLimit =
            side === "requests"
              ? ` || (has(variables.spec.resources) && has(variables.spec.resources.limits) && has(variables.spec.resources.limits.${resource}))`
              : "";
          return `variables.running.all(c, ${own}${limit} || ${pod}${podLimit})`;
        }),
  },
  "containers-have-probes": {
    on: "pods",
    holds: ({ readiness, liveness, startup }) =>
      (
        [
          ["readinessProbe", readiness],
          ["livenessProbe", liveness],
          ["startupProbe", startup],
        ] as const
      )
        .filter(([, demanded]) => demanded === true)
        .map(
          ([probe]) =>
            `object.kind in ["Pod", "Job", "CronJob"] || (variables.spec.containers.all(c, has(c.${probe})) && ` +
            `(!has(variables.spec.initContainers) || variables.spec.initContainers.all(c, !(has(c.restartPolicy) && c.restartPolicy == "Always") || has(c.${probe}))))`,
        ),
  },
  "pods-stay-off-the-host": {
    on: "pods",
    holds: () =>
      ["hostNetwork", "hostPID", "hostIPC"].map(
        (field) => `!(has(variables.spec.${field}) && variables.spec.${field})`,
      ),
  },
  "volumes-stay-off-the-host": {
    on: "pods",
    holds: () => [`variables.volumes.all(v, !has(v.hostPath))`],
  },
  "volumes-are-of-safe-types": {
    on: "pods",
    holds: () => [
      `variables.volumes.all(v, ${SAFE_VOLUMES.map((type) => `has(v.${type})`).join(" || ")} || ${UNSAFE_VOLUMES.map((type) => `!has(v.${type})`).join(" && ")})`,
    ],
  },
  "ports-stay-off-the-host": {
    on: "pods",
    holds: () => [containers(`!has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0)`)],
  },
  "sysctls-are-safe": {
    on: "pods",
    holds: () => [
      `!has(variables.security.sysctls) || variables.security.sysctls.all(s, has(s.name) && s.name in ${list(SAFE_SYSCTLS)})`,
    ],
  },
  "selinux-options-are-safe": {
    on: "pods",
    holds: () => {
      const safe = (options: string) =>
        `((!has(${options}.type) || ${options}.type in ${list(["", ...SAFE_TYPES])}) && ` +
        `(!has(${options}.user) || ${options}.user == "") && (!has(${options}.role) || ${options}.role == ""))`;
      return [
        `!has(variables.security.seLinuxOptions) || ${safe("variables.security.seLinuxOptions")}`,
        containers(`!(${set("c.securityContext.seLinuxOptions")}) || ${safe("c.securityContext.seLinuxOptions")}`),
      ];
    },
  },
  "apparmor-profiles-are-kept": {
    on: "pods",
    holds: () => [
      `!has(variables.security.appArmorProfile) || !has(variables.security.appArmorProfile.type) || variables.security.appArmorProfile.type in ${PROFILES}`,
      containers(
        `!(${set("c.securityContext.appArmorProfile.type")}) || c.securityContext.appArmorProfile.type in ${PROFILES}`,
      ),
      `!has(variables.template.metadata) || !has(variables.template.metadata.annotations) || variables.template.metadata.annotations.all(k, ` +
        `!k.startsWith("container.apparmor.security.beta.kubernetes.io/") || variables.template.metadata.annotations[k] in ["", "runtime/default"] || ` +
        `variables.template.metadata.annotations[k].startsWith("localhost/"))`,
    ],
  },
  "probes-stay-in-the-pod": {
    on: "pods",
    holds: () =>
      ["livenessProbe", "readinessProbe", "startupProbe", "lifecycle.postStart", "lifecycle.preStop"].map((place) =>
        containers(
          ["httpGet", "tcpSocket"]
            .map((way) => `(!(${set(`c.${place}.${way}.host`)}) || c.${place}.${way}.host == "")`)
            .join(" && "),
        ),
      ),
  },
  "root-file-systems-are-read-only": {
    on: "pods",
    holds: () => [
      `${NOT_WINDOWS}variables.running.all(c, ${set("c.securityContext.readOnlyRootFilesystem")} && c.securityContext.readOnlyRootFilesystem)`,
    ],
  },
  "pods-stay-within-size": {
    on: "pods",
    holds: ({ maximumCpu, maximumMemory }) =>
      (
        [
          ["cpu", maximumCpu],
          ["memory", maximumMemory],
        ] as const
      ).flatMap(([resource, maximum]) => {
        const has = set(`c.resources.limits.${resource}`);
        const amount = `(${has}) ? quantity(string(c.resources.limits.${resource})).asApproximateFloat() : 0.0`;
        const most = `quantity(${JSON.stringify(maximum)}).asApproximateFloat()`;
        const staying = `variables.staying.map(c, ${amount})`;
        return [
          `${staying}.sum() <= ${most}`,
          `!has(variables.spec.initContainers) || variables.spec.initContainers.all(c, ((${amount})) <= ${most})`,
        ];
      }),
  },
  "images-name-a-version": {
    on: "pods",
    holds: ({ movingTags }) => [
      containers(
        `has(c.image) && c.image != "" && (c.image.contains("@") || (${lastPart}.contains(":") && !(${lastPart}.split(":")[1] in ${list(["", ...strings(movingTags)])})))`,
      ),
    ],
  },
  "images-are-pinned-by-digest": {
    on: "pods",
    holds: () => [
      containers(
        `!has(c.image) || c.image == "" || c.image.matches("@[a-z0-9]{2,16}([+._-][a-z0-9]{1,16}){0,3}:[a-zA-Z0-9]{32,256}$")`,
      ),
    ],
  },
  "images-come-from-known-registries": {
    on: "pods",
    holds: ({ registries }) => {
      const known = strings(registries).map((one) => {
        if (!one.includes("/")) return `^${pattern(one)}/`;
        // Docker Hub's own name is left out of most references to it.
        return one.startsWith("docker.io/")
          ? `^(docker\\.io/)?${pattern(one.slice("docker.io/".length))}/`
          : `^${pattern(one)}/`;
      });
      return [
        containers(
          `!has(c.image) || c.image == "" || ${known.map((one) => `c.image.matches(${JSON.stringify(one)})`).join(" || ")}`,
        ),
      ];
    },
  },
  "images-are-released": {
    on: "pods",
    holds: ({ digests, namespaces }) => {
      const released = containers(
        `!has(c.image) || c.image == "" || (c.image.contains("@") && c.image.split("@")[1] in ${list(strings(digests))})`,
      );
      if (strings(namespaces).includes("*")) return [released];
      const name = '(has(object.metadata.namespace) ? object.metadata.namespace : "default")';
      const concerned = strings(namespaces).map((one) => `${name}.matches(${JSON.stringify(`^${pattern(one)}$`)})`);
      return [`!(${concerned.join(" || ") || "false"}) || ${released}`];
    },
  },
  "issuers-fit-the-environment": {
    on: [
      ["cert-manager.io", "v1", "certificates"],
      ["networking.k8s.io", "v1", "ingresses"],
      ["gateway.networking.k8s.io", "v1", "gateways"],
    ],
    holds: ({ forbidden }) => {
      const wrong = (name: string) =>
        strings(forbidden)
          .map((one) => `${name}.matches(${JSON.stringify(`^${pattern(one)}$`)})`)
          .join(" || ") || "false";
      const annotation = (key: string) =>
        `!has(object.metadata.annotations) || !("${key}" in object.metadata.annotations) || !(${wrong(`object.metadata.annotations["${key}"]`)})`;
      return [
        `object.kind != "Certificate" || !has(dyn(object).spec.issuerRef) || !has(dyn(object).spec.issuerRef.name) || !(${wrong("dyn(object).spec.issuerRef.name")})`,
        `object.kind == "Certificate" || (${annotation("cert-manager.io/cluster-issuer")})`,
        `object.kind == "Certificate" || (${annotation("cert-manager.io/issuer")})`,
      ];
    },
  },
  "service-account-tokens-are-off": {
    on: "pods",
    holds: () => [
      `has(variables.spec.automountServiceAccountToken) && (!variables.spec.automountServiceAccountToken || ` +
        `(has(variables.spec.serviceAccountName) && !(variables.spec.serviceAccountName in ["", "default"])))`,
    ],
  },
  "pods-have-a-controller": {
    on: [["", "v1", "pods"]],
    holds: () => [`has(object.metadata.ownerReferences) && size(object.metadata.ownerReferences) > 0`],
  },
  "updates-lose-no-capacity": {
    on: [["apps", "v1", "deployments"]],
    holds: () => [
      `!has(object.spec.strategy) || !has(object.spec.strategy.type) || object.spec.strategy.type in ["", "RollingUpdate"]`,
      `has(object.spec.strategy) && has(object.spec.strategy.rollingUpdate) && has(object.spec.strategy.rollingUpdate.maxUnavailable) && ` +
        `string(object.spec.strategy.rollingUpdate.maxUnavailable) in ["0", "0%"]`,
    ],
  },
  "services-stay-internal": {
    on: service,
    holds: ({ exposed }) => [
      `!has(object.spec.type) || object.spec.type != "NodePort"`,
      `!has(object.spec.type) || object.spec.type != "LoadBalancer"${strings(exposed)
        .map(
          (one) =>
            ` || ((has(object.metadata.namespace) ? object.metadata.namespace : "default") + "/" + object.metadata.name).matches(${JSON.stringify(`^${pattern(one)}$`)})`,
        )
        .join("")}`,
      `!has(object.spec.externalIPs) || size(object.spec.externalIPs) == 0`,
    ],
  },
  "hosts-are-named": {
    on: [
      ["networking.k8s.io", "v1", "ingresses"],
      ["gateway.networking.k8s.io", "v1", "httproutes"],
      ["gateway.networking.k8s.io", "v1", "grpcroutes"],
    ],
    holds: () => [
      `!has(dyn(object).spec.rules) || dyn(object).spec.rules.all(r, !has(r.host) || !r.host.contains("*"))`,
      `!has(dyn(object).spec.hostnames) || dyn(object).spec.hostnames.all(h, !h.contains("*"))`,
    ],
  },
  "routes-use-tls": {
    on: [
      ["networking.k8s.io", "v1", "ingresses"],
      ["gateway.networking.k8s.io", "v1", "gateways"],
    ],
    holds: () => {
      const alb = `(has(object.metadata.annotations) && "alb.ingress.kubernetes.io/certificate-arn" in object.metadata.annotations)`;
      const covering = `has(t.secretName) && t.secretName != "" && has(t.hosts)`;
      const covered =
        `has(r.host) && has(dyn(object).spec.tls) && dyn(object).spec.tls.exists(t, ${covering} && t.hosts.exists(h, h == r.host || ` +
        `(h.startsWith("*.") && r.host.contains(".") && h.substring(2) == r.host.substring(r.host.indexOf(".") + 1))))`;
      const encrypted = `dyn(object).spec.listeners.exists(e, e.protocol == "HTTPS")`;
      const own = `(!has(l.allowedRoutes) || !has(l.allowedRoutes.namespaces) || !has(l.allowedRoutes.namespaces.from) || l.allowedRoutes.namespaces.from == "Same")`;
      return [
        `object.kind != "Ingress" || ${alb} || !has(dyn(object).spec.rules) || dyn(object).spec.rules.all(r, ${covered})`,
        `object.kind != "Ingress" || ${alb} || (has(dyn(object).spec.rules) && size(dyn(object).spec.rules) > 0) || ` +
          `(has(dyn(object).spec.tls) && dyn(object).spec.tls.exists(t, ${covering} && size(t.hosts) > 0))`,
        `object.kind != "Gateway" || !has(dyn(object).spec.listeners) || dyn(object).spec.listeners.all(l, !(l.protocol in ["HTTPS", "TLS"]) || ` +
          `(has(l.tls) && ((has(l.tls.certificateRefs) && size(l.tls.certificateRefs) > 0) || (has(l.tls.mode) && l.tls.mode == "Passthrough"))))`,
        `object.kind != "Gateway" || !has(dyn(object).spec.listeners) || dyn(object).spec.listeners.all(l, !(l.protocol in ["HTTP", "TCP"]) || (${encrypted} && ${own}))`,
      ];
    },
  },
  "namespaces-enforce-pod-security": {
    on: [["", "v1", "namespaces"]],
    holds: ({ profile, privileged }) => {
      const order = ["privileged", "baseline", "restricted"];
      const label = `object.metadata.labels["pod-security.kubernetes.io/enforce"]`;
      const has = `has(object.metadata.labels) && "pod-security.kubernetes.io/enforce" in object.metadata.labels`;
      return [
        `${has} && ${label} in ${list(order)}`,
        `object.metadata.name in ${list(strings(privileged))} || (${has} && ${label} in ${list(order.slice(order.indexOf(String(profile))))})`,
      ];
    },
  },
  "cluster-admin-is-not-granted": {
    on: rbac("clusterrolebindings", "rolebindings"),
    holds: ({ administrators }) => [
      `object.roleRef.name != "cluster-admin" || ${subjects(
        strings(administrators)
          .map((one) => `s.name.matches(${JSON.stringify(`^${pattern(one)}$`)})`)
          .join(" || ") || "false",
      )}`,
    ],
  },
  "roles-name-what-they-allow": {
    on: rbac("roles", "clusterroles"),
    holds: () =>
      ["verbs", "resources", "apiGroups", "nonResourceURLs"].map((field) => roleRules(`!("*" in ${part(field)})`)),
  },
  "roles-cannot-escalate": {
    on: rbac("roles", "clusterroles"),
    holds: () => [
      roleRules(`!${part("verbs")}.exists(v, v in ["escalate", "bind", "impersonate"])`),
      roleRules(`!("serviceaccounts/token" in ${part("resources")} && "create" in ${part("verbs")})`),
    ],
  },
  "roles-do-not-read-all-secrets": {
    on: rbac("clusterroles"),
    holds: () => [
      roleRules(
        `!(${part("resources")}.exists(x, x in ["secrets", "*"]) && size(${part("resourceNames")}) == 0 && ${part("verbs")}.exists(v, v in ["get", "list", "watch", "*"]))`,
      ),
    ],
  },
  "roles-grant-no-exec": {
    on: rbac("roles", "clusterroles"),
    holds: ({ previewNamespaces }) => {
      const preview = strings(previewNamespaces).map(
        (one) => `object.metadata.namespace.matches(${JSON.stringify(`^${pattern(one)}$`)})`,
      );
      return [
        `(has(object.metadata.namespace) && (${preview.join(" || ") || "false"})) || ${roleRules(
          `!(${part("verbs")}.exists(v, v in ["create", "get", "patch", "update", "*"]) && ` +
            `${part("resources")}.exists(x, x in ["pods/exec", "pods/attach", "pods/portforward", "pods/ephemeralcontainers", "pods/*"])) && ` +
            `!("*" in ${part("resources")} && ${part("verbs")}.exists(v, v in ["create", "*"]))`,
        )}`,
      ];
    },
  },
  "bindings-name-their-subjects": {
    on: rbac("clusterrolebindings", "rolebindings"),
    holds: () => [
      `object.roleRef.name in ["system:discovery", "system:basic-user", "system:public-info-viewer"] || ${subjects(
        `!(s.name in ["system:anonymous", "system:unauthenticated", "system:authenticated"])`,
      )}`,
    ],
  },
  "alerts-are-complete": {
    on: [["monitoring.coreos.com", "v1", "prometheusrules"]],
    holds: () =>
      ["labels.severity", "labels.environment", "annotations.runbook_url"].map(
        (field) =>
          `!has(object.spec.groups) || object.spec.groups.all(g, !has(g.rules) || g.rules.all(r, !has(r.alert) || (${set(`r.${field}`)} && r.${field} != "")))`,
      ),
  },
  "chaos-has-a-scope": {
    on: [["chaos-mesh.org", "v1alpha1", "*"]],
    holds: ({ allowed }) => [
      String(allowed === true),
      `!object.kind.endsWith("Chaos") || (${set("object.spec.selector.namespaces")} && size(object.spec.selector.namespaces) > 0)`,
      `!object.kind.endsWith("Chaos") || (${set("object.spec.selector.labelSelectors")} && size(object.spec.selector.labelSelectors) > 0)`,
      `!object.kind.endsWith("Chaos") || (has(object.spec.mode) && !(object.spec.mode in ["", "all"]))`,
    ],
  },
  "environments-stay-apart": {
    on: [
      ["networking.k8s.io", "v1", "networkpolicies"],
      ["", "v1", "services"],
    ],
    holds: ({ environments, previews, databasePorts }) => {
      const any = (name: string, globs: readonly string[]) =>
        `(${globs.map((one) => `${name}.matches(${JSON.stringify(`^${pattern(one)}$`)})`).join(" || ") || "false"})`;
      const own = "object.metadata.namespace";
      const alien = (name: string) => `(${name} != ${own} && ${any(name, strings(environments))})`;
      const concerned = (kind: string) => `object.kind != "${kind}" || !${any(own, strings(environments))} || `;
      const NAME = '"kubernetes.io/metadata.name"';
      const ENVIRONMENT = '"slipway.dev/environment"';
      const selector = "p.namespaceSelector";
      const labels = `(has(${selector}.matchLabels) ? ${selector}.matchLabels : {})`;
      const expressions = `(has(${selector}.matchExpressions) ? ${selector}.matchExpressions : [])`;
      const stays =
        `!has(${selector}) || ((size(${labels}) > 0 || size(${expressions}) > 0) && !(${ENVIRONMENT} in ${labels}) && ` +
        `(!(${NAME} in ${labels}) || !${alien(`${labels}[${NAME}]`)}) && ${expressions}.all(e, e.key != ${ENVIRONMENT} && ` +
        `(e.key != ${NAME} || (e.operator == "In" && has(e.values) && e.values.all(v, !${alien("v")})))))`;
      const rules = (direction: string, side: string) =>
        `${concerned("NetworkPolicy")}!has(dyn(object).spec.${direction}) || dyn(object).spec.${direction}.all(r, ` +
        `has(r.${side}) && size(r.${side}) > 0 && r.${side}.all(p, ${stays}))`;
      const database = strings(databasePorts)
        .map((one) => `(int(q.port) <= ${one} && ${one} <= (has(q.endPort) ? int(q.endPort) : int(q.port)))`)
        .join(" || ");
      const host = "dyn(object).spec.externalName";
      return [
        rules("ingress", "from"),
        rules("egress", "to"),
        `object.kind != "NetworkPolicy" || !${any(own, strings(previews))} || !has(dyn(object).spec.egress) || ` +
          `dyn(object).spec.egress.all(r, !has(r.to) || !r.to.exists(p, has(p.ipBlock)) || (has(r.ports) && size(r.ports) > 0 && ` +
          `r.ports.all(q, has(q.port) && (type(q.port) == string || !(${database || "false"})))))`,
        `${concerned("Service")}!has(${host}) || size(${host}.split(".")) < 3 || ${host}.lowerAscii().split(".")[2] != "svc" || ` +
          `!${alien(`${host}.lowerAscii().split(".")[1]`)}`,
      ];
    },
  },
  "refreshes-anonymise": {
    on: [
      ["batch", "v1", "jobs"],
      ["batch", "v1", "cronjobs"],
    ],
    holds: ({ namespaces, jobs, dumping, loading, anonymising }) => {
      const any = (name: string, globs: readonly string[]) =>
        `(${globs.map((one) => `${name}.matches(${JSON.stringify(`^${pattern(one)}$`)})`).join(" || ") || "false"})`;
      const pod =
        '(object.kind == "CronJob" ? dyn(object).spec.jobTemplate.spec.template.spec : dyn(object).spec.template.spec)';
      const all = `((has(${pod}.initContainers) ? ${pod}.initContainers : []) + ${pod}.containers)`;
      const says = (programs: unknown) =>
        `${all}.exists(c, ((has(c.command) ? c.command : []) + (has(c.args) ? c.args : [])).exists(w, ${
          strings(programs)
            .map((one) => `w.contains(${JSON.stringify(one)})`)
            .join(" || ") || "false"
        }))`;
      return [
        `!${any("object.metadata.namespace", strings(namespaces))} || ` +
          `!((has(object.metadata.name) && ${any("object.metadata.name", strings(jobs))}) || (${says(dumping)} && ${says(loading)})) || ${says(anonymising)}`,
      ];
    },
  },
  "nodes-limit-their-pods": {
    on: [["karpenter.k8s.aws", "v1", "ec2nodeclasses"]],
    holds: ({ maximum }) => [
      `!(${set("object.spec.kubelet.maxPods")}) || int(object.spec.kubelet.maxPods) <= ${String(maximum)}`,
    ],
  },
};

/** Volume types of the API that the restricted profile does not take; a volume with none of them is an emptyDir. */
const UNSAFE_VOLUMES = [
  "awsElasticBlockStore",
  "azureDisk",
  "azureFile",
  "cephfs",
  "cinder",
  "fc",
  "flexVolume",
  "flocker",
  "gcePersistentDisk",
  "gitRepo",
  "glusterfs",
  "hostPath",
  "image",
  "iscsi",
  "nfs",
  "photonPersistentDisk",
  "portworxVolume",
  "quobyte",
  "rbd",
  "scaleIO",
  "storageos",
  "vsphereVolume",
];

const OTHERS = "it compares objects with each other, and an admission policy sees one";
const WORDS = "it takes names apart into words, for which CEL has no function; the API server would need a webhook";

/** Rules of Kubernetes objects that no admission policy holds, and why not. Rules about AWS never reach a cluster. */
export const impossible: Readonly<Record<string, string>> = {
  "api-versions-are-served": "the API server itself refuses what it does not serve",
  "budgets-allow-evictions": OTHERS,
  "charts-are-pinned": "a Helm release is no object of the cluster",
  "classes-exist": OTHERS,
  "config-maps-hold-no-secrets": WORDS,
  "databases-stay-internal":
    "a Service of a database port is refused with every other that leaves the cluster; a broker's listeners are judged before",
  "disruptions-are-budgeted": OTHERS,
  "environment-holds-no-secrets": WORDS,
  "environments-are-behind-a-login": OTHERS,
  "instances-require-imdsv2": "machines are judged before they are made, in the program",
  "namespaces-deny-by-default": OTHERS,
  "namespaces-have-limit-ranges": OTHERS,
  "namespaces-have-quotas": OTHERS,
  "nodes-run-supported-images": "machines are judged before they are made, in the program",
  "pods-spread-over-zones": OTHERS,
  "regulated-data-stays-alone": OTHERS,
  "retired-parts-are-replaced": "charts are no objects of the cluster, and what they install is named freely",
  "routes-attach-to-tls": OTHERS,
  "spot-workloads-are-ready": OTHERS,
  "secrets-stay-out-of-manifests": "in a cluster a Secret is where a secret belongs",
  "stable-environments-are-delivered": OTHERS,
  "stateful-namespaces-are-backed-up": OTHERS,
  "volumes-are-encrypted": "disks are judged before they are made, in the program",
  "waivers-are-in-order": "waivers are kept beside the program",
  "workloads-are-behind-network-policies": OTHERS,
  "workloads-are-replicated": OTHERS,
};
