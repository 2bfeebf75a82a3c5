import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { deliveryManifests } from "../../../infra/environments/access";
import { following } from "../../../infra/personas";
import { gitopsCheck } from "../../../orchestrator/checks/07-gitops";
import { at, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { FakeCloud, until } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const API = "argoproj.io/v1alpha1";
const REPOSITORY = "https://git.example.org/platform";
const SERVER = "https://kubernetes.default.svc";
const outputs = {
  gitops: {
    namespace: "argocd",
    repository: REPOSITORY,
    revision: "main",
    root: "applications",
    applications: ["applications", "demo"],
    projects: ["default", "applications", "workloads"],
    targets: ["shop"],
  },
};
const project = (name: string, spec: object): KubeObject => ({
  apiVersion: API,
  kind: "AppProject",
  metadata: { name, namespace: "argocd" },
  spec,
});
const workloads = {
  sourceRepos: [REPOSITORY],
  destinations: [{ server: SERVER, namespace: "shop" }],
  namespaceResourceWhitelist: [
    { group: "", kind: "ConfigMap" },
    { group: "apps", kind: "Deployment" },
  ],
};
const syncPolicy = { automated: { prune: true, selfHeal: true, allowEmpty: false }, retry: { limit: 5 } };
const application = (name: string, folder: string, more: object = {}): KubeObject => ({
  apiVersion: API,
  kind: "Application",
  metadata: { name, namespace: "argocd", finalizers: ["resources-finalizer.argocd.argoproj.io"] },
  spec: {
    project: "workloads",
    source: { repoURL: REPOSITORY, targetRevision: "main", path: `apps/${folder}` },
    destination: { server: SERVER, namespace: "shop" },
    syncPolicy,
    ...more,
  },
});
const configMap = (name: string): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  data: { a: "b" },
});

describe("check 07 GitOps", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  let apps: string;
  const declare = (folder: string, ...objects: object[]) => {
    fs.mkdirSync(path.join(apps, folder), { recursive: true });
    fs.writeFileSync(path.join(apps, folder, "all.yaml"), objects.map((object) => stringify(object)).join("---\n"));
  };
  before(async () => {
    apps = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-apps-"));
    const { metadata, ...demo } = application("demo", "demo");
    declare("root", { ...demo, metadata: { name: metadata.name, finalizers: metadata.finalizers } });
    declare("demo", configMap("settings"));
    world = await openWorld();
    const { access, clusters } = world.fixture;
    const cloud = new FakeCloud();
    operators = await startOperators({ access, host: clusters, cloud, apps, dnsRecords: () => Promise.resolve([]) });
    for (const name of ["argocd", "shop", "other"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const twice = { replicas: 2, pdb: { enabled: true } };
    await world.fixture.make("kubernetes:helm.sh/v3:Release", "argo-cd", {
      name: "argo-cd",
      chart: "argo-cd",
      version: "10.1.1",
      namespace: "argocd",
      values: {
        configs: { cm: { "admin.enabled": false } },
        controller: { clusterRoleRules: { enabled: true, rules: JSON.parse(JSON.stringify(following)) as [] } },
        server: { ...twice, clusterRoleRules: { enabled: true, rules: [] } },
        repoServer: twice,
        applicationSet: twice,
        dex: { enabled: false },
        notifications: { enabled: false },
      },
    });
    for (const manifest of deliveryManifests("shop")) await world.put(manifest as KubeObject);
    await world.put(project("default", { sourceRepos: [], destinations: [] }));
    await world.put(
      project("applications", {
        sourceRepos: [REPOSITORY],
        destinations: [{ server: SERVER, namespace: "argocd" }],
        namespaceResourceWhitelist: [{ group: "argoproj.io", kind: "Application" }],
      }),
    );
    await world.put(project("workloads", workloads));
    await world.put(
      application("applications", "root", {
        project: "applications",
        destination: { server: SERVER, namespace: "argocd" },
      }),
    );
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
    fs.rmSync(apps, { recursive: true, force: true });
  });
  const run = (more: object = {}) =>
    world.run(gitopsCheck, outputs, { config: { environment: "dev", highAvailability: true } as never, ...more });
  const says = (name: string, expression: RegExp) =>
    until(world.fixture, { apiVersion: API, kind: "Application", name, namespace: "argocd" }, (object) =>
      expression.test(JSON.stringify(object?.["status"] ?? {})),
    );
  const settings = { apiVersion: "v1", kind: "ConfigMap", name: "settings", namespace: "shop" };
  /** An application that cannot be delivered, with what the check makes of it; taken away again. */
  const failing = async (wanted: KubeObject, expression: RegExp) => {
    const remove = await world.put(wanted);
    await says(wanted.metadata.name, expression);
    const result = await run({ waitUntil: impatient });
    await remove();
    return result;
  };

  it("[A7.1] [A7.3] [A7.6] passes when the application of applications has delivered what Git declares", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A7.1",
      "A7.4",
      "A7.1",
      "A7.1",
      "A7.7",
      "A7.8",
      "A7.6",
      "A7.3",
    ]);
    expect(diagnoses).to.deep.equal([]);
    // What Argo CD did is played in a rehearsal, on a real control plane too.
    expect(findings.filter(({ proof }) => proof === "stand-in").map(({ requirement }) => requirement)).to.deep.equal([
      "A7.8",
      "A7.6",
      "A7.3",
    ]);
    expect(at(await world.fixture.api.get(settings), "data", "a")).to.equal("b");
  });
  it("[D5.4] asks for the controller of canaries where new versions come by canary", async () => {
    const config = {
      environment: "production",
      highAvailability: true,
      application: { rollout: { by: "argo-rollouts" } },
    };
    const { findings } = await run({ config: config as never });
    expect(findings.find(({ requirement }) => requirement === "D5.4")?.verdict).to.not.equal("passed");
    const at = "argo-rollouts";
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: at } });
    await world.fixture.make("kubernetes:helm.sh/v3:Release", at, {
      name: at,
      chart: at,
      namespace: at,
      values: { controller: { pdb: { enabled: true, minAvailable: 1 } } },
    });
    const again = await run({ config: config as never });
    expect(again.findings.find(({ requirement }) => requirement === "D5.4")?.verdict).to.equal("passed");
  });
  it("[D5.4] asks for Flagger where that takes new versions in; of its load tester one copy is enough", async () => {
    const at = "flagger";
    const rollout = { by: at, loadTester: "http://loadtester.flagger/" };
    const config = { environment: "production", highAvailability: true, application: { rollout } };
    const verdict = async () =>
      (await run({ config: config as never })).findings.find(({ requirement }) => requirement === "D5.4");
    expect((await verdict())?.verdict).to.not.equal("passed");
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: at } });
    const labels = { app: "loadtester" };
    const template = { metadata: { labels }, spec: { containers: [{ name: "loadtester", image: "loadtester" }] } };
    await world.put({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "loadtester", namespace: at },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    });
    await world.fixture.make("kubernetes:helm.sh/v3:Release", at, {
      name: at,
      chart: at,
      namespace: at,
      values: {
        leaderElection: { enabled: true, replicaCount: 2 },
        podDisruptionBudget: { enabled: true, minAvailable: 1 },
      },
    });
    expect((await verdict())?.verdict).to.equal("passed");
  });
  it("[A7.6] fails for an application that is not there", async () => {
    const more = { ...outputs, gitops: { ...outputs.gitops, applications: ["absent"] } };
    const config = { environment: "dev", highAvailability: true } as never;
    const { bad } = await world.run(gitopsCheck, more, { config, waitUntil: impatient });
    expect(bad).to.deep.equal(["A7.6 failed: argocd/absent: does not exist"]);
  });
  it("[A7.7] fails and explains a namespace the project does not go into", async () => {
    const lost = application("lost", "demo", { destination: { server: SERVER, namespace: "other" } });
    const { bad, causes, diagnoses } = await failing(lost, /InvalidSpecError/);
    expect(bad[0]).to.match(/^A7\.6 failed: argocd\/lost: is Unknown and Unknown: application destination server/);
    expect(diagnoses).to.deep.equal(["A7.7 argocd/lost"]);
    expect(causes[0]).to.contain("does not let the application go into its namespace");
  });
  it("[A7.7] explains a repository and a project that are not known", async () => {
    const source = { repoURL: "https://elsewhere.example.org/x", path: "apps/demo" };
    const foreign = await failing(application("foreign", "demo", { source }), /not permitted/);
    expect(foreign.causes).to.deep.equal(["the project does not know the application's repository, or does not exist"]);
    const orphan = await failing(application("orphan", "demo", { project: "none" }), /does not exist/);
    expect(orphan.causes).to.deep.equal(foreign.causes);
  });
  it("[A7.7] explains a kind the project does not deliver, and the cluster keeps out of it", async () => {
    declare("rights", { apiVersion: "v1", kind: "Secret", metadata: { name: "plain" }, stringData: { a: "b" } });
    const { causes, bad } = await failing(application("rights", "rights"), /SyncError/);
    expect(bad[0]).to.contain("resource :Secret is not permitted in project workloads");
    expect(causes).to.deep.equal(["the application declares a kind its project does not deliver"]);
    const secret = { apiVersion: "v1", kind: "Secret", name: "plain", namespace: "shop" };
    expect(await world.fixture.api.get(secret)).to.equal(undefined);
  });
  it("[A7.7] fails and explains a right that the cluster does not give, as the controller met it", async () => {
    await world.put(
      project("workloads", {
        ...workloads,
        destinations: ["shop", "other"].map((namespace) => ({ server: SERVER, namespace })),
      }),
    );
    const denied = application("denied", "demo", { destination: { server: SERVER, namespace: "other" } });
    const remove = await world.put(denied);
    await says("denied", /is forbidden/);
    const targets = { gitops: { ...outputs.gitops, targets: ["shop", "other"] } };
    const config = { environment: "dev", highAvailability: true } as never;
    const { bad, causes, diagnoses } = await world.run(gitopsCheck, targets, { config, waitUntil: impatient });
    await remove();
    await world.put(project("workloads", workloads));
    expect(bad.join("\n"))
      .to.contain("A7.7 failed: other: may not create configmaps")
      .and.contain(
        'configmaps "settings" is forbidden: User "system:serviceaccount:argocd:argocd-application-controller" cannot create',
      );
    expect(causes).to.deep.equal([
      "the cluster does not let Argo CD write there",
      "the sync controller lacks rights in a namespace that projects deliver into",
    ]);
    expect(diagnoses).to.include("A7.7 other");
  });
  it("[A7.7] [C6.4] fails and explains rights that go beyond delivering, as the chart's own ClusterRole has them", async () => {
    const group = "rbac.authorization.k8s.io";
    const remove = [
      await world.put({
        apiVersion: `${group}/v1`,
        kind: "ClusterRole",
        metadata: { name: "everything" },
        rules: [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }],
      }),
      await world.put({
        apiVersion: `${group}/v1`,
        kind: "ClusterRoleBinding",
        metadata: { name: "everything" },
        roleRef: { apiGroup: group, kind: "ClusterRole", name: "everything" },
        subjects: [{ kind: "ServiceAccount", name: "argocd-application-controller", namespace: "argocd" }],
      }),
    ];
    const { bad, causes, diagnoses } = await run();
    for (const one of remove.toReversed()) await one();
    expect(bad[0]).to.contain("A7.7 failed: the whole cluster: may list secrets; the whole cluster: may delete pods");
    expect(diagnoses).to.deep.equal(["A7.7 the whole cluster"]);
    expect(causes[0]).to.contain("beyond reading what it delivers");
  });
  it("[A7.8] fails and explains a secret that came from Git", async () => {
    const remove = await world.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "plain",
        namespace: "shop",
        annotations: { "argocd.argoproj.io/tracking-id": "demo:/Secret:shop/plain" },
      },
      data: { password: Buffer.from("hunter2").toString("base64") },
    });
    const { bad, diagnoses, causes } = await run();
    expect(bad).to.deep.equal(["A7.8 failed: shop/plain: its data was delivered from the repository"]);
    expect(diagnoses).to.deep.equal(["A7.8 shop/plain"]);
    expect(causes[0]).to.contain("in its history for good");
    expect(JSON.stringify({ bad, causes })).to.not.include("hunter2");
    await remove();
  });
  it("[A7.3] fails for an application that is synced by hand, keeps drift or never tries again", async () => {
    const ways = [
      ["manual", { retry: { limit: 5 } }, "is synced by hand"],
      ["drift", { ...syncPolicy, automated: { prune: true } }, "leaves drift as it is"],
      ["stale", { ...syncPolicy, automated: { selfHeal: true } }, "keeps what was taken out of Git"],
      ["empty", { ...syncPolicy, automated: { ...syncPolicy.automated, allowEmpty: true } }, "would delete all of it"],
      ["once", { automated: syncPolicy.automated }, "does not try again"],
    ] as const;
    for (const [name, policy, words] of ways) {
      const remove = await world.put(application(name, "demo", { syncPolicy: policy }));
      await says(name, /"Synced"/);
      const { bad } = await run();
      expect(bad.at(-1), name).to.contain(`argocd/${name}: ${words}`);
      await remove();
    }
  });
  it("[C7.2] fails for an application that a person paused, and says until when and why", async () => {
    const object = application("held", "demo", { syncPolicy: { retry: syncPolicy.retry } });
    const annotations = {
      "slipway.dev/paused-until": "2026-01-06T12:00:00.000Z",
      "slipway.dev/paused-because": "a try",
    };
    const remove = await world.put({ ...object, metadata: { ...object.metadata, annotations } });
    await says("held", /"Synced"/);
    const { bad } = await run();
    expect(bad.at(-1)).to.contain("argocd/held: is paused until 2026-01-06T12:00:00.000Z (a try); slipway sync resume");
    await remove();
  });
  it("[A7.2] fails in production for an application that follows a branch", async () => {
    const { bad } = await run({ config: { environment: "production", highAvailability: true } });
    expect(bad).to.deep.equal([
      "A7.3 failed: argocd/applications: follows main, which moves by itself (A7.2); argocd/demo: follows main, which moves by itself (A7.2)",
    ]);
  });
  it("[A7.1] fails for a project that grants too much", async () => {
    const ways = [
      ["any-repository", { ...workloads, sourceRepos: ["*"] }, "takes any repository"],
      ["any-place", { ...workloads, destinations: [{ server: SERVER, namespace: "*" }] }, "goes into any namespace"],
      [
        "cluster",
        { ...workloads, clusterResourceWhitelist: [{ group: "*", kind: "*" }] },
        "may change the cluster itself",
      ],
      ["any-kind", { ...workloads, namespaceResourceWhitelist: undefined }, "may deliver every kind"],
      ["secrets", { ...workloads, namespaceResourceWhitelist: [{ group: "", kind: "Secret" }] }, "may deliver secrets"],
    ] as const;
    for (const [name, spec, words] of ways) {
      const remove = await world.put(project(name, JSON.parse(JSON.stringify(spec)) as object));
      expect((await run()).bad, name).to.deep.equal([`A7.1 failed: argocd/${name}: ${words}`]);
      await remove();
    }
    await world.put(project("default", { sourceRepos: [REPOSITORY], destinations: [] }));
    expect((await run()).bad).to.deep.equal(["A7.1 failed: argocd/default: is Argo CD's own and grants something"]);
    await world.put(project("default", { sourceRepos: [], destinations: [] }));
  });
  it("[A7.1] fails for a way in and for a password", async () => {
    const remove = [
      await world.put({
        apiVersion: "v1",
        kind: "Service",
        metadata: { name: "out", namespace: "argocd" },
        spec: { type: "NodePort", ports: [{ port: 80 }] },
      }),
      await world.put({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "argocd-initial-admin-secret", namespace: "argocd" },
        stringData: { password: "hunter2" },
      }),
    ];
    await world.fixture.api.merge(
      { apiVersion: "v1", kind: "ConfigMap", name: "argocd-cm", namespace: "argocd" },
      { data: { "admin.enabled": "true" } },
    );
    const { bad } = await run();
    expect(bad).to.deep.equal([
      "A7.1 failed: argocd/out: is of type NodePort; argocd/argocd-cm: leaves the admin account on; argocd/argocd-initial-admin-secret: is the first password, still there",
    ]);
    for (const one of remove) await one();
    await world.fixture.api.merge(
      { apiVersion: "v1", kind: "ConfigMap", name: "argocd-cm", namespace: "argocd" },
      { data: { "admin.enabled": "false" } },
    );
  });
  it("[A7.4] mends what somebody changed by hand", async () => {
    await world.fixture.api.merge(settings, { data: { a: "changed" } });
    await until(world.fixture, settings, (object) => at(object, "data", "a") === "b");
  });
  it("takes along what it delivered when the application of applications goes", async () => {
    const root = { apiVersion: API, kind: "Application", name: "applications", namespace: "argocd" };
    await world.fixture.api.delete(root);
    await until(world.fixture, root, (object) => object === undefined);
    expect(await world.fixture.api.get({ ...root, name: "demo" })).to.equal(undefined);
    expect(await world.fixture.api.get(settings)).to.equal(undefined);
  });
});
