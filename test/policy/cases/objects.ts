import { deployment, object, podSpec, type Any, type Cases, type Manifest } from "./case";

const rbac = (kind: string, rest: Any, name?: string, namespace?: string) =>
  object("rbac.authorization.k8s.io/v1", kind, rest, name, namespace);
const role = (rule: Any, kind = "Role", namespace = "app") =>
  rbac(kind, { rules: [rule] }, "app", kind === "Role" ? namespace : undefined);
const bound = (subject: Any, name = "edit", kind = "ClusterRoleBinding") =>
  rbac(kind, { roleRef: { kind: "ClusterRole", name }, subjects: [subject] });
const service = (spec: Any) =>
  object("v1", "Service", { spec: { ports: [{ port: 80, targetPort: 8080 }], ...spec } }, "app", "app");
const ingress = (spec: Any, metadata: Any = {}) => object("networking.k8s.io/v1", "Ingress", { metadata, spec });
const route = (spec: Any) => object("gateway.networking.k8s.io/v1", "HTTPRoute", { spec });
const namespace = (labels: Any, name = "app") => object("v1", "Namespace", { metadata: { labels } }, name);
const release = (props: Any) =>
  object("helm.sh/v3", "Release", {
    chart: "x",
    version: "1.2.3",
    repositoryOpts: { repo: "https://charts.jetstack.io" },
    ...props,
  });
const https = { name: "https", protocol: "HTTPS", port: 443, tls: { certificateRefs: [{ name: "tls" }] } };
const http = { name: "http", protocol: "HTTP", port: 80 };
const gateway = (...listeners: Any[]) =>
  object("gateway.networking.k8s.io/v1", "Gateway", { spec: { gatewayClassName: "slipway", listeners } });
const update = (strategy: Any) => deployment(undefined, ({ spec }) => (spec.strategy = strategy));
const alert = (rule: Any) =>
  object("monitoring.coreos.com/v1", "PrometheusRule", { spec: { groups: [{ name: "g", rules: [rule] }] } });
const told = {
  alert: "Down",
  labels: { severity: "page", environment: "production" },
  annotations: { runbook_url: "https://x" },
};
const chaos = (spec: Any) =>
  object("chaos-mesh.org/v1alpha1", "PodChaos", {
    spec: {
      action: "pod-kill",
      mode: "one",
      selector: { namespaces: ["app"], labelSelectors: { app: "app" } },
      ...spec,
    },
  });
const config = (data: Any) => object("v1", "ConfigMap", { data });
const nodeClass = (spec: Any) => object("karpenter.k8s.aws/v1", "EC2NodeClass", { spec });

/** What is asked of Kubernetes objects one by one, other than of their pods. */
export const objectCases: readonly Cases[] = [
  {
    rule: "config-maps-hold-no-secrets",
    pass: {
      settings: config({ "log.level": "info", TOKEN_URL: "https://id.example.com", "app.yaml": "port: 8080\n" }),
      "no data": config(null),
      "names of secrets": config({ passwordFile: "/run/secrets/db", secretName: "db" }),
    },
    fail: {
      "a password": config({ DB_PASSWORD: "hunter2" }),
      "a key by its form": config({ "tls.txt": "-----BEGIN RSA PRIVATE KEY-----\nMIIE" }),
      "a token within a file": config({ "app.yaml": `github: ghp_${"a1B2".repeat(9)}` }),
    },
  },
  {
    rule: "pods-have-a-controller",
    pass: {
      "a Deployment": deployment(),
      "a pod that something owns": object("v1", "Pod", {
        metadata: { ownerReferences: [{ kind: "ReplicaSet", name: "x" }] },
        spec: podSpec(),
      }),
      "another kind": service({}),
    },
    fail: {
      "a bare pod": object("v1", "Pod", { spec: podSpec() }),
      "an empty list of owners": object("v1", "Pod", { metadata: { ownerReferences: [] }, spec: podSpec() }),
      "owners null": object("v1", "Pod", { metadata: { ownerReferences: null }, spec: podSpec() }),
    },
  },
  {
    rule: "updates-lose-no-capacity",
    pass: {
      zero: deployment(),
      "zero per cent": update({ rollingUpdate: { maxUnavailable: "0%", maxSurge: "25%" } }),
      "another kind": object("apps/v1", "DaemonSet", { spec: { template: { spec: podSpec() } } }),
    },
    fail: {
      default: update(undefined),
      Recreate: update({ type: "Recreate" }),
      "a quarter": update({ type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%" } }),
      one: update({ rollingUpdate: { maxUnavailable: 1 } }),
    },
  },
  {
    rule: "services-stay-internal",
    settings: { exposed: ["edge/*"] },
    pass: {
      "not said, which is ClusterIP": service({}),
      ClusterIP: service({ type: "ClusterIP" }),
      "one of the list": object("v1", "Service", { spec: { type: "LoadBalancer" } }, "gateway", "edge"),
    },
    fail: {
      NodePort: service({ type: "NodePort" }),
      LoadBalancer: service({ type: "LoadBalancer" }),
      externalIPs: service({ externalIPs: ["203.0.113.7"] }),
    },
  },
  {
    rule: "databases-stay-internal",
    pass: {
      "a database inside": service({ ports: [{ port: 5432 }] }),
      "a web server outside": service({ type: "LoadBalancer" }),
      "a broker inside": object("kafka.strimzi.io/v1", "Kafka", {
        spec: { kafka: { listeners: [{ type: "internal" }] } },
      }),
    },
    fail: {
      LoadBalancer: service({ type: "LoadBalancer", ports: [{ port: 5432 }] }),
      "a database behind another port": service({ type: "NodePort", ports: [{ port: 80, targetPort: 3306 }] }),
      "a broker outside": object("kafka.strimzi.io/v1", "Kafka", {
        spec: { kafka: { listeners: [{ type: "loadbalancer" }] } },
      }),
    },
  },
  {
    rule: "hosts-are-named",
    pass: {
      "a host": ingress({ rules: [{ host: "app.example.com" }] }),
      "a route's host": route({ hostnames: ["app.example.com"] }),
      "no host": route({ rules: [] }),
    },
    fail: {
      "a wildcard": ingress({ rules: [{ host: "*.example.com" }] }),
      "second rule": ingress({ rules: [{ host: "a.example.com" }, { host: "*.b.example.com" }] }),
      "a route's": route({ hostnames: ["*.example.com"] }),
    },
  },
  {
    rule: "routes-use-tls",
    pass: {
      gateway: gateway(https),
      "plain HTTP beside it, for its own namespace": gateway(http, https),
      ingress: ingress({ rules: [{ host: "a.example.com" }], tls: [{ hosts: ["a.example.com"], secretName: "tls" }] }),
      "a wildcard certificate": ingress({
        rules: [{ host: "a.example.com" }],
        tls: [{ hosts: ["*.example.com"], secretName: "tls" }],
      }),
      "the certificate of an ALB": ingress(
        { rules: [{ host: "a.example.com" }] },
        { annotations: { "alb.ingress.kubernetes.io/certificate-arn": "arn:x" } },
      ),
    },
    fail: {
      "plain gateway": gateway(http),
      "no certificate": gateway({ ...https, tls: {} }),
      "an empty tls entry": ingress({ rules: [{ host: "a.example.com" }], tls: [{}] }),
      "another host's": ingress({
        rules: [{ host: "a.example.com" }],
        tls: [{ hosts: ["b.example.com"], secretName: "tls" }],
      }),
      "two labels under a wildcard": ingress({
        rules: [{ host: "a.b.example.com" }],
        tls: [{ hosts: ["*.example.com"], secretName: "tls" }],
      }),
    },
  },
  {
    rule: "namespaces-enforce-pod-security",
    pass: {
      restricted: namespace({ "pod-security.kubernetes.io/enforce": "restricted" }),
      "one that needs the node": namespace({ "pod-security.kubernetes.io/enforce": "privileged" }, "velero"),
      "with others beside it": namespace({ team: "a", "pod-security.kubernetes.io/enforce": "restricted" }),
    },
    fail: {
      "no label": namespace({}),
      baseline: namespace({ "pod-security.kubernetes.io/enforce": "baseline" }),
      "only a warning": namespace({ "pod-security.kubernetes.io/warn": "restricted" }),
      "one that needs the node, and says nothing": namespace({}, "velero"),
    },
  },
  {
    rule: "cluster-admin-is-not-granted",
    pass: {
      "another role": bound({ kind: "Group", name: "developers" }),
      nobody: rbac("ClusterRoleBinding", { roleRef: { kind: "ClusterRole", name: "cluster-admin" }, subjects: [] }),
      "a role of that name in words only": bound({ kind: "User", name: "a" }, "cluster-admin-readonly"),
    },
    fail: {
      "a user": bound({ kind: "User", name: "a" }, "cluster-admin"),
      "a group": bound({ kind: "Group", name: "developers" }, "cluster-admin"),
      "an account in one namespace": bound({ kind: "ServiceAccount", name: "ci" }, "cluster-admin", "RoleBinding"),
    },
  },
  {
    rule: "roles-name-what-they-allow",
    pass: {
      named: role({ apiGroups: ["apps"], resources: ["deployments"], verbs: ["get", "list"] }),
      "no rules": rbac("ClusterRole", { rules: [] }),
      "a part after a star": role({ apiGroups: [""], resources: ["pods/log"], verbs: ["get"] }),
    },
    fail: {
      verbs: role({ apiGroups: [""], resources: ["pods"], verbs: ["*"] }),
      resources: role({ apiGroups: [""], resources: ["*"], verbs: ["get"] }),
      "API groups": role({ apiGroups: ["*"], resources: ["pods"], verbs: ["get"] }, "ClusterRole"),
    },
  },
  {
    rule: "roles-cannot-escalate",
    pass: {
      reading: role({ apiGroups: [""], resources: ["pods"], verbs: ["get"] }),
      "reading accounts": role({ apiGroups: [""], resources: ["serviceaccounts"], verbs: ["get", "create"] }),
      "no rules": rbac("Role", {}),
    },
    fail: {
      escalate: role({ apiGroups: ["rbac.authorization.k8s.io"], resources: ["roles"], verbs: ["escalate"] }),
      impersonate: role({ apiGroups: [""], resources: ["users"], verbs: ["get", "impersonate"] }, "ClusterRole"),
      tokens: role({ apiGroups: [""], resources: ["serviceaccounts/token"], verbs: ["create"] }),
    },
  },
  {
    rule: "roles-do-not-read-all-secrets",
    pass: {
      "a Role of one namespace": role({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }),
      "secrets by name": role(
        { apiGroups: [""], resources: ["secrets"], resourceNames: ["ca"], verbs: ["get"] },
        "ClusterRole",
      ),
      "only making them": role({ apiGroups: [""], resources: ["secrets"], verbs: ["create"] }, "ClusterRole"),
    },
    fail: {
      get: role({ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }, "ClusterRole"),
      list: role({ apiGroups: [""], resources: ["configmaps", "secrets"], verbs: ["list"] }, "ClusterRole"),
      everything: role({ apiGroups: [""], resources: ["*"], verbs: ["*"] }, "ClusterRole"),
    },
  },
  {
    rule: "roles-grant-no-exec",
    pass: {
      "reading logs": role({ apiGroups: [""], resources: ["pods", "pods/log"], verbs: ["get"] }),
      "a preview namespace": role(
        { apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] },
        "Role",
        "preview-12",
      ),
      "only listing": role({ apiGroups: [""], resources: ["*"], verbs: ["list"] }),
    },
    fail: {
      exec: role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["create"] }),
      "exec by get, over a websocket": role({ apiGroups: [""], resources: ["pods/exec"], verbs: ["get"] }),
      "every resource": role({ apiGroups: [""], resources: ["*"], verbs: ["create"] }, "ClusterRole"),
      "debug containers": role({ apiGroups: [""], resources: ["pods/ephemeralcontainers"], verbs: ["patch"] }),
    },
  },
  {
    rule: "bindings-name-their-subjects",
    pass: {
      "a group": bound({ kind: "Group", name: "developers" }),
      "what everybody may do": bound({ kind: "Group", name: "system:authenticated" }, "system:discovery"),
      "the accounts of a namespace": bound({ kind: "Group", name: "system:serviceaccounts:app" }),
    },
    fail: {
      anonymous: bound({ kind: "User", name: "system:anonymous" }),
      unauthenticated: bound({ kind: "Group", name: "system:unauthenticated" }, "view"),
      authenticated: bound({ kind: "Group", name: "system:authenticated" }, "view", "RoleBinding"),
    },
  },
  {
    rule: "api-versions-are-served",
    pass: {
      "apps/v1": deployment(),
      "a kind of its own": object("example.com/v1beta1", "CronJob", {}),
      "policy/v1": object("policy/v1", "PodDisruptionBudget", {}),
    },
    fail: {
      "extensions/v1beta1": object("extensions/v1beta1", "Ingress", {}),
      "batch/v1beta1": object("batch/v1beta1", "CronJob", {}),
      "any of a group": object("external-secrets.io/v1beta1", "ExternalSecret", {}),
    },
  },
  {
    rule: "retired-parts-are-replaced",
    pass: {
      "a class by its field": ingress({ ingressClassName: "alb" }),
      "another chart": release({ chart: "oci://docker.io/envoyproxy/gateway-helm" }),
      "a name like an object's own": release({ chart: "constructor" }),
    },
    fail: {
      "ingress-nginx": release({ chart: "ingress-nginx" }),
      "from a registry": release({ chart: "oci://ghcr.io/x/promtail" }),
      "the annotation": ingress({}, { annotations: { "kubernetes.io/ingress.class": "alb" } }),
      "the class nginx": ingress({ ingressClassName: "nginx" }),
      "Kyverno's old kind": object("kyverno.io/v1", "ClusterPolicy", {}),
    },
  },
  {
    rule: "charts-are-pinned",
    pass: {
      exact: release({}),
      "with a v, from a registry": release({
        chart: "oci://quay.io/jetstack/charts/cert-manager",
        version: "v1.21.1",
        repositoryOpts: undefined,
      }),
      "a pre-release": release({ version: "2.0.0-rc.1" }),
      "a chart of the project": release({ chart: "./charts/app", repositoryOpts: undefined }),
    },
    fail: {
      "no version": release({ version: undefined }),
      "a range": release({ version: "^1.2.3" }),
      "half a version": release({ version: "1.2" }),
      "an unknown repository": release({ repositoryOpts: { repo: "https://charts.example.com" } }),
      "a lookalike": release({ repositoryOpts: { repo: "https://charts.jetstack.io.example.com" } }),
    },
  },
  {
    rule: "alerts-are-complete",
    pass: {
      complete: alert(told),
      "a recording rule": alert({ record: "a:b", expr: "1" }),
      "no groups": object("monitoring.coreos.com/v1", "PrometheusRule", { spec: {} }),
    },
    fail: {
      "no runbook": alert({ ...told, annotations: {} }),
      "no severity": alert({ ...told, labels: { environment: "dev" } }),
      "no labels": alert({ ...told, labels: null }),
    },
  },
  {
    rule: "chaos-has-a-scope",
    pass: {
      scoped: chaos({}),
      "half of them": chaos({ mode: "fixed-percent", value: "50" }),
      "another group's Chaos": object("example.com/v1", "PodChaos", {}),
    },
    fail: {
      "no namespaces": chaos({ selector: { labelSelectors: { app: "a" } } }),
      "no labels": chaos({ selector: { namespaces: ["a"] } }),
      "all of them": chaos({ mode: "all" }),
      "no selector": chaos({ selector: null }),
    },
  },
  {
    rule: "secrets-stay-out-of-manifests",
    pass: {
      empty: object("v1", "Secret", { data: {} }),
      "what an operator fills in": object("v1", "Secret", { type: "Opaque", data: { password: "" } }),
      "encrypted by SOPS": object("v1", "Secret", {
        stringData: { password: "ENC[AES256_GCM,data:x]" },
        sops: { version: "3" },
      }),
      "a path that a plugin fills in": object("v1", "Secret", { stringData: { password: "<path:shop/db#password>" } }),
    },
    fail: {
      data: object("v1", "Secret", { data: { password: "aHVudGVyMg==" } }),
      "in the clear": object("v1", "Secret", { stringData: { password: "hunter2" } }),
      "one of two": object("v1", "Secret", { data: { a: "", b: "eA==" } }),
    },
  },
  {
    rule: "issuers-fit-the-environment",
    pass: {
      production: object("cert-manager.io/v1", "Certificate", {
        spec: { issuerRef: { name: "letsencrypt-production" } },
      }),
      "the internal authority": object("cert-manager.io/v1", "Certificate", {
        spec: { issuerRef: { name: "internal-ca" } },
      }),
      "no issuer": ingress({}),
    },
    fail: {
      staging: object("cert-manager.io/v1", "Certificate", { spec: { issuerRef: { name: "letsencrypt-staging" } } }),
      "by annotation": ingress({}, { annotations: { "cert-manager.io/cluster-issuer": "letsencrypt-staging" } }),
      "one of a namespace": ingress({}, { annotations: { "cert-manager.io/issuer": "letsencrypt-staging-2" } }),
    },
  },
  {
    rule: "nodes-limit-their-pods",
    pass: {
      "left to the type": nodeClass({}),
      within: nodeClass({ kubelet: { maxPods: 110 } }),
      few: nodeClass({ kubelet: { maxPods: 30 } }),
    },
    fail: {
      above: nodeClass({ kubelet: { maxPods: 111 } }),
      far: nodeClass({ kubelet: { maxPods: 250 } }),
      "as text": nodeClass({ kubelet: { maxPods: "250" } }),
    },
  },
];

const labels = { app: "app" };
const pdb = (spec: Any, ns = "app") =>
  object("policy/v1", "PodDisruptionBudget", { spec: { selector: { matchLabels: labels }, ...spec } }, "app", ns);
const workload = (change: (spec: Any) => unknown = () => undefined, pod?: (spec: Any) => unknown): Manifest =>
  deployment(pod, (made) => {
    made.metadata.namespace = "app";
    change(made.spec);
  });
const scaler = (spec: Any) =>
  object(
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    { spec: { scaleTargetRef: { kind: "Deployment", name: "app" }, ...spec } },
    "app",
    "app",
  );
/** Runs the pods that a Deployment describes. */
const rollout = (spec: Any = {}) =>
  object(
    "argoproj.io/v1alpha1",
    "Rollout",
    { spec: { workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "app" }, ...spec } },
    "app",
    "app",
  );
const policy = (spec: Any, ns = "app", name = "p") =>
  object("networking.k8s.io/v1", "NetworkPolicy", { spec }, name, ns);
const quota = (hard: Any, ns = "app") => object("v1", "ResourceQuota", { spec: { hard } }, "quota", ns);
const range = (type: string, ns = "app") => object("v1", "LimitRange", { spec: { limits: [{ type }] } }, "limits", ns);
const app = namespace({ "pod-security.kubernetes.io/enforce": "restricted" });
const claim = object("v1", "PersistentVolumeClaim", { spec: {} }, "data", "app");
const schedule = (spec: Any) =>
  object("velero.io/v1", "Schedule", { spec: { schedule: "0 3 * * *", ...spec } }, "daily", "velero");
const spot = (spec: Any) =>
  Object.assign(spec, {
    nodeSelector: { "karpenter.sh/capacity-type": "spot" },
    tolerations: [{ key: "spot", operator: "Exists" }],
  });
const parent = (spec: Any) =>
  route({ parentRefs: [{ name: "app", ...spec }], rules: [{ backendRefs: [{ name: "app" }] }] });

/** What is asked of Kubernetes objects together. */
export const stackCases: readonly Cases[] = [
  {
    rule: "workloads-are-replicated",
    pass: {
      "two copies": workload((spec) => (spec.replicas = 2)),
      "an autoscaler's floor": [workload((spec) => delete spec.replicas), scaler({ minReplicas: 2 })],
      "KEDA's floor": [
        workload((spec) => (spec.replicas = 1)),
        object(
          "keda.sh/v1alpha1",
          "ScaledObject",
          { spec: { scaleTargetRef: { name: "app" }, minReplicaCount: 2 } },
          "app",
          "app",
        ),
      ],
      "a DaemonSet": object("apps/v1", "DaemonSet", { spec: { template: { spec: podSpec() } } }),
      "those of a Rollout": [workload((spec) => delete spec.replicas), rollout({ replicas: 2 })],
      "the floor of a Rollout's autoscaler": [
        workload((spec) => delete spec.replicas),
        rollout(),
        scaler({ minReplicas: 2, scaleTargetRef: { kind: "Rollout", name: "app" } }),
      ],
    },
    fail: {
      "a Rollout of one": [workload((spec) => (spec.replicas = 2)), rollout()],
      "not said, which is one": workload((spec) => delete spec.replicas),
      "an autoscaler that says nothing": [workload(), scaler({})],
      "a critical one with two": deployment(undefined, (made) => {
        made.metadata.labels = { criticality: "critical" };
        made.spec.replicas = 2;
      }),
      "a database alone": object("postgresql.cnpg.io/v1", "Cluster", { spec: { instances: 1 } }),
    },
  },
  {
    rule: "disruptions-are-budgeted",
    pass: {
      "a budget": [workload(), pdb({ maxUnavailable: 1 })],
      "for every pod of the namespace": [workload(), pdb({ maxUnavailable: 1, selector: {} })],
      "one copy": workload((spec) => (spec.replicas = 1)),
    },
    fail: {
      none: workload(),
      "in another namespace": [workload(), pdb({ maxUnavailable: 1 }, "other")],
      "which shares one label of two": [
        workload(),
        pdb({ maxUnavailable: 1, selector: { matchLabels: { app: "app", tier: "web" } } }),
      ],
      "by an expression that does not hold": [
        workload(),
        pdb({
          maxUnavailable: 1,
          selector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["app"] }] },
        }),
      ],
    },
  },
  {
    rule: "budgets-allow-evictions",
    pass: {
      "one may go": [workload(), pdb({ maxUnavailable: 1 })],
      "two of three stay": [workload(), pdb({ minAvailable: 2 })],
      "half stay": [workload(), pdb({ minAvailable: "50%" })],
      "of pods that are not in sight": pdb({ maxUnavailable: 1 }),
    },
    fail: {
      "none may go": pdb({ maxUnavailable: 0 }),
      "all stay": pdb({ minAvailable: "100%" }),
      "as many as there are": [workload(), pdb({ minAvailable: 3 })],
      "nine tenths of three, rounded up": [workload(), pdb({ minAvailable: "90%" })],
      both: pdb({ minAvailable: 1, maxUnavailable: 1 }),
      "a selector gone wrong": [
        workload(),
        pdb({ maxUnavailable: 1, selector: { matchLabels: { app: "app", tier: "web" } } }),
      ],
    },
  },
  {
    rule: "pods-spread-over-zones",
    pass: {
      "over zones": workload(),
      "away from each other": workload(undefined, (spec) => {
        delete spec.topologySpreadConstraints;
        spec.affinity = {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }],
          },
        };
      }),
      "one copy": workload(
        (spec) => (spec.replicas = 1),
        (spec) => delete spec.topologySpreadConstraints,
      ),
    },
    fail: {
      nothing: workload(undefined, (spec) => delete spec.topologySpreadConstraints),
      "an empty list": workload(undefined, (spec) => (spec.topologySpreadConstraints = [])),
      "over something else": workload(undefined, (spec) => (spec.topologySpreadConstraints[0].topologyKey = "rack")),
    },
  },
  {
    rule: "spot-workloads-are-ready",
    pass: {
      ready: [workload(undefined, spot), pdb({ maxUnavailable: 1 })],
      "not on spot": workload((spec) => (spec.replicas = 1)),
      "on demand by name": workload(
        undefined,
        (spec) => (spec.nodeSelector = { "karpenter.sh/capacity-type": "on-demand" }),
      ),
    },
    fail: {
      "no budget": workload(undefined, spot),
      "one copy": [workload((spec) => (spec.replicas = 1), spot), pdb({ maxUnavailable: 1 })],
      "no toleration": [workload(undefined, (spec) => delete spot(spec).tolerations), pdb({ maxUnavailable: 1 })],
    },
  },
  {
    rule: "routes-attach-to-tls",
    pass: {
      "the HTTPS listener": [gateway(http, https), parent({ sectionName: "https" })],
      "a redirect": [
        gateway(http, https),
        route({
          parentRefs: [{ name: "app" }],
          rules: [{ filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] }],
        }),
      ],
      "a gateway that is not in sight": parent({ name: "other" }),
    },
    fail: {
      "no listener named": [gateway(http, https), parent({})],
      "the plain one": [gateway(http, https), parent({ sectionName: "http" })],
      "a plain gateway": [
        gateway({ ...http, allowedRoutes: { namespaces: { from: "All" } } }),
        parent({ sectionName: "http" }),
      ],
    },
  },
  {
    rule: "namespaces-deny-by-default",
    pass: {
      "one policy for both": [app, policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })],
      "one for each": [
        app,
        policy({ podSelector: {} }, "app", "in"),
        policy({ podSelector: {}, policyTypes: ["Egress"] }, "app", "out"),
      ],
      "no namespace": policy({ podSelector: {} }),
    },
    fail: {
      none: app,
      "only ingress": [app, policy({ podSelector: {}, policyTypes: ["Ingress"] })],
      "in another namespace": [app, policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] }, "other")],
      "for some pods": [app, policy({ podSelector: { matchLabels: labels }, policyTypes: ["Ingress", "Egress"] })],
      "which lets all out": [app, policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"], egress: [{}] })],
    },
  },
  {
    rule: "workloads-are-behind-network-policies",
    pass: {
      "by label": [workload(), policy({ podSelector: { matchLabels: labels } })],
      "all pods": [workload(), policy({ podSelector: {} })],
      "on the host's network, where none holds": workload(undefined, (spec) => (spec.hostNetwork = true)),
    },
    fail: {
      none: workload(),
      "another label": [workload(), policy({ podSelector: { matchLabels: { app: "b" } } })],
      "another namespace": [workload(), policy({ podSelector: {} }, "other")],
    },
  },
  {
    rule: "namespaces-have-quotas",
    pass: {
      quota: [app, quota({ "requests.cpu": "10" })],
      two: [app, quota({ pods: 10 }), quota({ cpu: 1 })],
      "no namespace": workload(),
    },
    fail: { none: app, "in another namespace": [app, quota({ pods: 10 }, "other")], empty: [app, quota({})] },
  },
  {
    rule: "namespaces-have-limit-ranges",
    pass: {
      containers: [app, range("Container")],
      two: [app, range("Pod"), range("Container")],
      "no namespace": workload(),
    },
    fail: {
      none: app,
      "in another namespace": [app, range("Container", "other")],
      "for claims only": [app, range("PersistentVolumeClaim")],
    },
  },
  {
    rule: "stateful-namespaces-are-backed-up",
    pass: {
      "a daily schedule for all": [claim, schedule({})],
      "which names it": [claim, schedule({ template: { includedNamespaces: ["app"] } })],
      "every six hours": [claim, schedule({ schedule: "@every 6h" })],
      "no data": workload(),
    },
    fail: {
      none: claim,
      weekly: [claim, schedule({ schedule: "0 3 * * 0" })],
      "which leaves it out": [claim, schedule({ template: { excludedNamespaces: ["app"] } })],
      paused: [claim, schedule({ paused: true })],
      "a set with claims": object("apps/v1", "StatefulSet", {
        spec: { volumeClaimTemplates: [{}], template: { spec: podSpec() } },
      }),
    },
  },
  {
    rule: "classes-exist",
    settings: { present: ["alb"] },
    pass: {
      "declared beside it": [gateway(https), object("gateway.networking.k8s.io/v1", "GatewayClass", {}, "slipway")],
      "the cluster's": ingress({ ingressClassName: "alb" }),
      "no class, which is the default": ingress({}),
    },
    fail: {
      "nobody's": gateway(https),
      "an ingress": ingress({ ingressClassName: "traefik" }),
      "no class of a gateway": object("gateway.networking.k8s.io/v1", "Gateway", { spec: {} }),
    },
  },
];
