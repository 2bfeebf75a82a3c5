import { container, deployment, image, initContainer, object, type Any, type Cases } from "./case";

const first = (spec: Any): Any => spec.containers[0];
const init = (spec: Any): Any => spec.initContainers[0];
const debug = (spec: Any, fields: Any = {}) =>
  (spec.ephemeralContainers = [{ name: "debug", image: image(), ...fields }]);
const windows = (spec: Any) => {
  spec.os = { name: "windows" };
  spec.securityContext = { runAsNonRoot: true };
  for (const one of [...spec.containers, ...spec.initContainers]) delete one.securityContext;
};

/** What is asked of pods; the suite gives each the other shapes a pod comes in. */
export const podCases: readonly Cases[] = [
  {
    rule: "containers-are-unprivileged",
    pass: {
      plain: deployment(),
      "privileged false": deployment((spec) => (first(spec).securityContext.privileged = false)),
      "privileged null": deployment((spec) => (first(spec).securityContext.privileged = null)),
      "no security context": deployment((spec) => delete first(spec).securityContext),
      "a Windows pod that stays in its container": deployment(windows),
    },
    fail: {
      container: deployment((spec) => (first(spec).securityContext.privileged = true)),
      "init container": deployment((spec) => (init(spec).securityContext.privileged = true)),
      "ephemeral container": deployment((spec) => debug(spec, { securityContext: { privileged: true } })),
      "Windows host process": deployment((spec) => (spec.securityContext.windowsOptions = { hostProcess: true })),
      "Windows host process of one container": deployment(
        (spec) => (first(spec).securityContext.windowsOptions = { hostProcess: true }),
      ),
    },
  },
  {
    rule: "containers-do-not-escalate",
    pass: {
      plain: deployment(),
      "a Windows pod": deployment(windows),
      "another setting beside it": deployment((spec) => (first(spec).securityContext.runAsUser = 7)),
    },
    fail: {
      "not said": deployment((spec) => delete first(spec).securityContext.allowPrivilegeEscalation),
      null: deployment((spec) => (first(spec).securityContext.allowPrivilegeEscalation = null)),
      true: deployment((spec) => (init(spec).securityContext.allowPrivilegeEscalation = true)),
      "only on the pod, where the API has no such field": deployment((spec) => {
        spec.securityContext.allowPrivilegeEscalation = false;
        delete first(spec).securityContext;
      }),
      "ephemeral container": deployment((spec) => debug(spec)),
    },
  },
  {
    rule: "containers-drop-capabilities",
    pass: {
      plain: deployment(),
      "ALL among others": deployment((spec) => (first(spec).securityContext.capabilities.drop = ["KILL", "ALL"])),
      "NET_BIND_SERVICE added": deployment(
        (spec) => (first(spec).securityContext.capabilities.add = ["NET_BIND_SERVICE"]),
      ),
      "a Windows pod": deployment(windows),
    },
    fail: {
      "nothing dropped": deployment((spec) => delete first(spec).securityContext.capabilities),
      "some dropped": deployment((spec) => (first(spec).securityContext.capabilities.drop = ["NET_RAW"])),
      "all in small letters": deployment((spec) => (first(spec).securityContext.capabilities.drop = ["all"])),
      "one added": deployment((spec) => (init(spec).securityContext.capabilities.add = ["CHOWN"])),
    },
  },
  {
    rule: "containers-add-only-safe-capabilities",
    pass: {
      plain: deployment(),
      "a baseline capability": deployment(
        (spec) => (first(spec).securityContext.capabilities.add = ["CHOWN", "SETUID"]),
      ),
      "an empty list": deployment((spec) => (first(spec).securityContext.capabilities.add = [])),
      "no security context": deployment((spec) => delete first(spec).securityContext),
    },
    fail: {
      SYS_ADMIN: deployment((spec) => (first(spec).securityContext.capabilities.add = ["SYS_ADMIN"])),
      "NET_ADMIN among safe ones": deployment(
        (spec) => (init(spec).securityContext.capabilities.add = ["CHOWN", "NET_ADMIN"]),
      ),
      ALL: deployment((spec) => (first(spec).securityContext.capabilities.add = ["ALL"])),
      "in small letters, which is another name": deployment(
        (spec) => (first(spec).securityContext.capabilities.add = ["chown"]),
      ),
    },
  },
  {
    rule: "containers-run-as-non-root",
    pass: {
      "on the pod": deployment(),
      "on each container": deployment((spec) => {
        delete spec.securityContext.runAsNonRoot;
        first(spec).securityContext.runAsNonRoot = true;
        init(spec).securityContext.runAsNonRoot = true;
      }),
      "without a user": deployment((spec) => delete spec.securityContext.runAsUser),
    },
    fail: {
      "not said": deployment((spec) => delete spec.securityContext.runAsNonRoot),
      "undone by one container": deployment((spec) => (first(spec).securityContext.runAsNonRoot = false)),
      "user 0 on the pod": deployment((spec) => (spec.securityContext.runAsUser = 0)),
      "user 0 of the init container": deployment((spec) => (init(spec).securityContext.runAsUser = 0)),
      "a user namespace is no waiver": deployment((spec) => {
        spec.hostUsers = false;
        spec.securityContext.runAsNonRoot = false;
      }),
    },
  },
  {
    rule: "containers-use-seccomp",
    pass: {
      "on the pod": deployment(),
      "on each container": deployment((spec) => {
        delete spec.securityContext.seccompProfile;
        first(spec).securityContext.seccompProfile = { type: "RuntimeDefault" };
        init(spec).securityContext.seccompProfile = { type: "Localhost", localhostProfile: "app.json" };
      }),
      "a Windows pod": deployment(windows),
    },
    fail: {
      "not said": deployment((spec) => delete spec.securityContext.seccompProfile),
      Unconfined: deployment((spec) => (spec.securityContext.seccompProfile = { type: "Unconfined" })),
      "undone by one container": deployment(
        (spec) => (first(spec).securityContext.seccompProfile = { type: "Unconfined" }),
      ),
      "said of one container only": deployment((spec) => {
        delete spec.securityContext.seccompProfile;
        first(spec).securityContext.seccompProfile = { type: "RuntimeDefault" };
      }),
    },
  },
  {
    rule: "containers-keep-proc-masked",
    pass: {
      plain: deployment(),
      Default: deployment((spec) => (first(spec).securityContext.procMount = "Default")),
      null: deployment((spec) => (first(spec).securityContext.procMount = null)),
    },
    fail: {
      Unmasked: deployment((spec) => (first(spec).securityContext.procMount = "Unmasked")),
      "init container": deployment((spec) => (init(spec).securityContext.procMount = "Unmasked")),
      "a user namespace is no waiver": deployment((spec) => {
        spec.hostUsers = false;
        first(spec).securityContext.procMount = "Unmasked";
      }),
    },
  },
  {
    rule: "containers-have-resources",
    pass: {
      plain: deployment(),
      "numbers for quantities": deployment((spec) => (first(spec).resources.limits.cpu = 1)),
      "an ephemeral container, which can have none": deployment((spec) => debug(spec)),
      "a database that states them": object("postgresql.cnpg.io/v1", "Cluster", {
        spec: { instances: 3, resources: { requests: { cpu: 1, memory: "1Gi" }, limits: { cpu: 2, memory: "1Gi" } } },
      }),
    },
    fail: {
      "no resources": deployment((spec) => delete first(spec).resources),
      "no CPU request": deployment((spec) => delete first(spec).resources.requests.cpu),
      "a limit alone, which the strict reading does not take for a request": deployment(
        (spec) => delete first(spec).resources.requests,
      ),
      "null limits": deployment((spec) => (init(spec).resources.limits = null)),
      "a sidecar": deployment((spec) =>
        spec.initContainers.push({ name: "s", image: image(), restartPolicy: "Always" }),
      ),
      "a database that states none": object("postgresql.cnpg.io/v1", "Cluster", { spec: { instances: 3 } }),
      "a broker that states none": object("kafka.strimzi.io/v1", "KafkaNodePool", { spec: { replicas: 3 } }),
    },
  },
  {
    rule: "containers-have-resources",
    settings: { effective: true, cpuLimit: false },
    pass: {
      "a limit stands for its request": deployment((spec) => {
        first(spec).resources = { limits: { cpu: 1, memory: "1Gi" } };
      }),
      "the pod's own resources stand for all": deployment((spec) => {
        spec.resources = { requests: { cpu: 1, memory: "1Gi" }, limits: { memory: "1Gi" } };
        delete first(spec).resources;
        delete init(spec).resources;
      }),
      "no CPU limit": deployment((spec) => delete first(spec).resources.limits.cpu),
    },
    fail: {
      nothing: deployment((spec) => delete first(spec).resources),
      "no memory limit": deployment((spec) => delete first(spec).resources.limits.memory),
      "a request is no limit": deployment((spec) => (first(spec).resources = { requests: { cpu: 1, memory: "1Gi" } })),
    },
  },
  {
    rule: "containers-have-probes",
    pass: {
      plain: deployment(),
      "a Job, which runs to its end": object("batch/v1", "Job", {
        spec: { template: { spec: { containers: [initContainer("work")] } } },
      }),
      "an ordinary init container, which cannot have any": deployment((spec) =>
        spec.initContainers.push(initContainer("b")),
      ),
      "a bare Pod": object("v1", "Pod", { spec: { containers: [initContainer("app")] } }),
    },
    fail: {
      "no readiness": deployment((spec) => delete first(spec).readinessProbe),
      "liveness null": deployment((spec) => (first(spec).livenessProbe = null)),
      "a sidecar without": deployment((spec) =>
        spec.initContainers.push({ ...initContainer("proxy"), restartPolicy: "Always" }),
      ),
      "one of two": deployment((spec) => spec.containers.push(initContainer("second"))),
    },
  },
  {
    rule: "pods-stay-off-the-host",
    pass: {
      plain: deployment(),
      "said to be false": deployment((spec) =>
        Object.assign(spec, { hostNetwork: false, hostPID: false, hostIPC: false }),
      ),
      null: deployment((spec) => (spec.hostNetwork = null)),
    },
    fail: {
      network: deployment((spec) => (spec.hostNetwork = true)),
      processes: deployment((spec) => (spec.hostPID = true)),
      IPC: deployment((spec) => (spec.hostIPC = true)),
    },
  },
  {
    rule: "volumes-stay-off-the-host",
    pass: {
      plain: deployment(),
      "no volumes": deployment((spec) => delete spec.volumes),
      "a volume with only a name, which is an emptyDir": deployment((spec) => spec.volumes.push({ name: "x" })),
      "hostPath null": deployment((spec) => spec.volumes.push({ name: "x", hostPath: null, emptyDir: {} })),
    },
    fail: {
      "a socket": deployment((spec) => spec.volumes.push({ name: "x", hostPath: { path: "/var/run/docker.sock" } })),
      "read only": deployment((spec) =>
        spec.volumes.unshift({ name: "x", hostPath: { path: "/", type: "Directory" } }),
      ),
      alone: deployment((spec) => (spec.volumes = [{ name: "x", hostPath: { path: "/a" } }])),
    },
  },
  {
    rule: "volumes-are-of-safe-types",
    pass: {
      plain: deployment(),
      "every safe type": deployment((spec) =>
        spec.volumes.push(
          { name: "a", configMap: { name: "a" } },
          { name: "b", secret: { secretName: "b" } },
          { name: "c", persistentVolumeClaim: { claimName: "c" } },
          { name: "d", projected: { sources: [] } },
          { name: "e", csi: { driver: "x" } },
          { name: "f", downwardAPI: {} },
          { name: "g", ephemeral: {} },
        ),
      ),
      "only a name": deployment((spec) => spec.volumes.push({ name: "x" })),
      "an unsafe type that is null": deployment((spec) => spec.volumes.push({ name: "x", nfs: null })),
    },
    fail: {
      nfs: deployment((spec) => spec.volumes.push({ name: "x", nfs: { server: "s", path: "/" } })),
      hostPath: deployment((spec) => spec.volumes.push({ name: "x", hostPath: { path: "/a" } })),
      awsElasticBlockStore: deployment((spec) =>
        spec.volumes.push({ name: "x", awsElasticBlockStore: { volumeID: "v" } }),
      ),
    },
  },
  {
    rule: "ports-stay-off-the-host",
    pass: {
      plain: deployment(),
      "no ports": deployment((spec) => delete first(spec).ports),
      "host port 0, which means none": deployment((spec) => (first(spec).ports[0].hostPort = 0)),
    },
    fail: {
      container: deployment((spec) => (first(spec).ports[0].hostPort = 8080)),
      "second port": deployment((spec) => first(spec).ports.push({ containerPort: 9, hostPort: 9 })),
      "init container": deployment((spec) => (init(spec).ports = [{ containerPort: 9, hostPort: 9 }])),
    },
  },
  {
    rule: "sysctls-are-safe",
    pass: {
      plain: deployment(),
      "safe ones": deployment(
        (spec) =>
          (spec.securityContext.sysctls = [
            { name: "net.ipv4.tcp_syncookies", value: "1" },
            { name: "kernel.shm_rmid_forced", value: "1" },
          ]),
      ),
      none: deployment((spec) => (spec.securityContext.sysctls = [])),
    },
    fail: {
      "the kernel's": deployment((spec) => (spec.securityContext.sysctls = [{ name: "kernel.msgmax", value: "1" }])),
      "one of two": deployment(
        (spec) =>
          (spec.securityContext.sysctls = [{ name: "net.ipv4.tcp_syncookies" }, { name: "net.core.somaxconn" }]),
      ),
      "no name": deployment((spec) => (spec.securityContext.sysctls = [{ value: "1" }])),
    },
  },
  {
    rule: "selinux-options-are-safe",
    pass: {
      plain: deployment(),
      "a container type": deployment(
        (spec) => (spec.securityContext.seLinuxOptions = { type: "container_t", level: "s0" }),
      ),
      empty: deployment((spec) => (first(spec).securityContext.seLinuxOptions = { type: "", user: "" })),
    },
    fail: {
      "another type": deployment((spec) => (spec.securityContext.seLinuxOptions = { type: "spc_t" })),
      "a user": deployment((spec) => (first(spec).securityContext.seLinuxOptions = { user: "system_u" })),
      "a role of the init container": deployment((spec) => (init(spec).securityContext.seLinuxOptions = { role: "r" })),
    },
  },
  {
    rule: "apparmor-profiles-are-kept",
    pass: {
      plain: deployment(),
      RuntimeDefault: deployment((spec) => (spec.securityContext.appArmorProfile = { type: "RuntimeDefault" })),
      Localhost: deployment((spec) => (first(spec).securityContext.appArmorProfile = { type: "Localhost" })),
      "the annotation": deployment(undefined, ({ spec }) => {
        spec.template.metadata.annotations = {
          "container.apparmor.security.beta.kubernetes.io/app": "runtime/default",
        };
      }),
    },
    fail: {
      Unconfined: deployment((spec) => (spec.securityContext.appArmorProfile = { type: "Unconfined" })),
      "one container": deployment((spec) => (init(spec).securityContext.appArmorProfile = { type: "Unconfined" })),
      "the annotation": deployment(undefined, ({ spec }) => {
        spec.template.metadata.annotations = { "container.apparmor.security.beta.kubernetes.io/app": "unconfined" };
      }),
    },
  },
  {
    rule: "probes-stay-in-the-pod",
    pass: {
      plain: deployment(),
      "empty host": deployment((spec) => (first(spec).livenessProbe.httpGet.host = "")),
      "a hook without a host": deployment((spec) => (first(spec).lifecycle = { preStop: { httpGet: { port: 1 } } })),
    },
    fail: {
      liveness: deployment((spec) => (first(spec).livenessProbe.httpGet.host = "169.254.169.254")),
      readiness: deployment((spec) => (first(spec).readinessProbe = { tcpSocket: { host: "127.0.0.1", port: 1 } })),
      hook: deployment((spec) => (first(spec).lifecycle = { postStart: { httpGet: { host: "x", port: 1 } } })),
    },
  },
  {
    rule: "root-file-systems-are-read-only",
    pass: {
      plain: deployment(),
      "an ephemeral container": deployment((spec) => debug(spec)),
      "a Windows pod": deployment(windows),
    },
    fail: {
      "not said": deployment((spec) => delete first(spec).securityContext.readOnlyRootFilesystem),
      false: deployment((spec) => (init(spec).securityContext.readOnlyRootFilesystem = false)),
      "one of two": deployment((spec) => spec.containers.push({ ...container("b"), securityContext: {} })),
    },
  },
  {
    rule: "pods-stay-within-size",
    settings: { maximumCpu: "2", maximumMemory: "4096Mi" },
    pass: {
      plain: deployment(),
      "exactly as much": deployment((spec) => (first(spec).resources.limits = { cpu: 2, memory: "4Gi" })),
      "a large init container, which runs alone": deployment(
        (spec) => (init(spec).resources.limits = { cpu: "2", memory: "4096Mi" }),
      ),
    },
    fail: {
      CPU: deployment((spec) => (first(spec).resources.limits.cpu = "2001m")),
      memory: deployment((spec) => (first(spec).resources.limits.memory = "5e9")),
      "two together": deployment((spec) => {
        first(spec).resources.limits.cpu = "1.5";
        spec.containers.push({ ...container("b"), resources: { limits: { cpu: "600m" } } });
      }),
      "a sidecar counts": deployment((spec) =>
        spec.initContainers.push({
          ...initContainer("s"),
          restartPolicy: "Always",
          resources: { limits: { memory: "4Gi" } },
        }),
      ),
    },
  },
  {
    rule: "images-name-a-version",
    pass: {
      plain: deployment(),
      "a version": deployment((spec) => (first(spec).image = "registry.k8s.io/pause:3.10")),
      "a port is no tag, and this is one": deployment((spec) => (first(spec).image = "localhost:5000/app:1")),
      "a digest makes the tag decoration": deployment(
        (spec) => (first(spec).image = image().replace("1.4.2", "latest")),
      ),
    },
    fail: {
      latest: deployment((spec) => (first(spec).image = "ghcr.io/slipway/app:latest")),
      "no tag": deployment((spec) => (init(spec).image = "ghcr.io/slipway/app")),
      "only a port": deployment((spec) => (first(spec).image = "localhost:5000/app")),
      main: deployment((spec) => (first(spec).image = "ghcr.io/slipway/app:main")),
      "no image": deployment((spec) => delete first(spec).image),
    },
  },
  {
    rule: "images-are-pinned-by-digest",
    pass: {
      plain: deployment(),
      "without a tag": deployment((spec) => (first(spec).image = image().replace(":1.4.2", ""))),
      "a registry with a port": deployment(
        (spec) => (first(spec).image = image().replace("ghcr.io", "localhost:5000")),
      ),
    },
    fail: {
      "a tag": deployment((spec) => (first(spec).image = "ghcr.io/slipway/app:1.4.2")),
      "an init container's tag": deployment((spec) => (init(spec).image = "ghcr.io/slipway/app:1.4.2")),
      "half a digest": deployment((spec) => (first(spec).image = "ghcr.io/slipway/app@sha256:0")),
    },
  },
  {
    rule: "images-come-from-known-registries",
    pass: {
      plain: deployment(),
      "the account's": deployment(
        (spec) => (first(spec).image = "111111111111.dkr.ecr.eu-central-1.amazonaws.com/app:1"),
      ),
      "an organisation of Docker Hub": deployment((spec) => (first(spec).image = "grafana/alloy:v1")),
    },
    fail: {
      "Docker Hub": deployment((spec) => (first(spec).image = "nginx:1.29")),
      "one letter off": deployment((spec) => (first(spec).image = "gcr.io.example.com/app:1")),
      "an organisation's lookalike": deployment((spec) => (init(spec).image = "grafanalabs/alloy:v1")),
    },
  },
  {
    rule: "images-are-released",
    settings: { digests: [image().split("@")[1] ?? ""] },
    pass: {
      plain: deployment(),
      "under another tag": deployment((spec) => (first(spec).image = image().replace("1.4.2", "2"))),
      "from another registry": deployment((spec) => (first(spec).image = image().replace("ghcr.io", "quay.io"))),
    },
    fail: {
      "no digest": deployment((spec) => (first(spec).image = "ghcr.io/slipway/app:1.4.2")),
      "another digest": deployment((spec) => (first(spec).image = image().replace("0123", "3210"))),
      "an init container's": deployment((spec) => (init(spec).image = "ghcr.io/slipway/app:1")),
    },
  },
  {
    rule: "images-are-released",
    settings: { digests: [], namespaces: ["elsewhere", "feature-*"] },
    pass: { "in a namespace the release says nothing of": deployment() },
    fail: {},
  },
  {
    rule: "environment-holds-no-secrets",
    pass: {
      plain: deployment(),
      "taken from a Secret": deployment(
        (spec) => (first(spec).env = [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "p" } } }]),
      ),
      "names of secrets, and switches": deployment(
        (spec) =>
          (first(spec).env = [
            { name: "PASSWORD_FILE", value: "/run/secrets/db" },
            { name: "TOKEN_URL", value: "https://id.example.com/token" },
            { name: "DB_URL", value: "postgres://app:$(DB_PASSWORD)@db/app" },
            { name: "DB_PASSWORD", value: "" },
          ]),
      ),
    },
    fail: {
      password: deployment((spec) => (first(spec).env = [{ name: "DB_PASSWORD", value: "hunter2" }])),
      "an access key by its form": deployment(
        (spec) => (init(spec).env = [{ name: "WHO", value: "AKIAIOSFODNN7EXAMPLE" }]),
      ),
      "a password in an address": deployment(
        (spec) => (first(spec).env = [{ name: "DB", value: "postgres://app:hunter2@db/app" }]),
      ),
      "written in one word": deployment((spec) => (first(spec).env = [{ name: "clientSecret", value: "x" }])),
    },
  },
  {
    rule: "service-account-tokens-are-off",
    pass: {
      plain: deployment(),
      "asked for under an own account": deployment((spec) =>
        Object.assign(spec, { automountServiceAccountToken: true, serviceAccountName: "operator" }),
      ),
      "off under an own account": deployment((spec) => (spec.serviceAccountName = "operator")),
    },
    fail: {
      "not said": deployment((spec) => delete spec.automountServiceAccountToken),
      "asked for as default": deployment((spec) => (spec.automountServiceAccountToken = true)),
      "an own account, and not said": deployment((spec) => {
        delete spec.automountServiceAccountToken;
        spec.serviceAccountName = "operator";
      }),
    },
  },
];
