import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { gitopsCheck } from "../../../orchestrator/checks/07-gitops";
import { fluxCheck } from "../../../orchestrator/checks/gitops-flux";
import { openApplications } from "../../../orchestrator/promotion/delivery/argo";
import { at, conditionOf, type KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { FLUX_KUSTOMIZE, FLUX_SOURCE } from "../../../orchestrator/sandbox/operators/flux";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import { FakeCloud, until } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const HOME = "flux-system";
const outputs = {
  gitops: {
    engine: "flux" as const,
    namespace: HOME,
    repository: "https://git.example.org/platform",
    revision: "main",
    root: "applications",
    applications: ["applications", "demo"],
    projects: [],
    targets: ["shop"],
  },
};
const RBAC = "rbac.authorization.k8s.io";
const account = (name: string, namespace: string): KubeObject => ({
  apiVersion: "v1",
  kind: "ServiceAccount",
  metadata: { name, namespace },
});
/** A Role in `shop` and its binding. */
const rights = (name: string, rules: object[], subject: object): KubeObject[] => [
  { apiVersion: `${RBAC}/v1`, kind: "Role", metadata: { name, namespace: "shop" }, rules },
  {
    apiVersion: `${RBAC}/v1`,
    kind: "RoleBinding",
    metadata: { name, namespace: "shop" },
    roleRef: { apiGroup: RBAC, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", ...subject }],
  },
];
const source = (name: string, namespace: string, more: object = {}): KubeObject => ({
  apiVersion: FLUX_SOURCE,
  kind: "GitRepository",
  metadata: { name, namespace },
  spec: { url: outputs.gitops.repository, ref: { branch: "main" }, interval: "120s", ...more },
});
const delivery = (name: string, namespace: string, more: object = {}): KubeObject => ({
  apiVersion: FLUX_KUSTOMIZE,
  kind: "Kustomization",
  metadata: { name, namespace },
  spec: {
    serviceAccountName: namespace === HOME ? "applications" : "delivery",
    sourceRef: { kind: "GitRepository", name: namespace === HOME ? "applications" : "demo" },
    path: `./apps/${name}`,
    interval: "120s",
    retryInterval: "60s",
    wait: true,
    prune: true,
    ...more,
  },
});
const configMap = (name: string): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "shop" },
  data: { a: "b" },
});

describe("check 07 GitOps, with Flux", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  let apps: string;
  const declare = (folder: string, ...objects: object[]) => {
    fs.mkdirSync(path.join(apps, folder), { recursive: true });
    fs.writeFileSync(path.join(apps, folder, "all.yaml"), objects.map((object) => stringify(object)).join("---\n"));
  };
  before(async () => {
    apps = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-flux-"));
    declare("applications", source("demo", "shop"), delivery("demo", "shop"));
    declare("demo", configMap("settings"), configMap("other"));
    world = await openWorld();
    const { access, clusters } = world.fixture;
    const cloud = new FakeCloud();
    operators = await startOperators({ access, host: clusters, cloud, apps, dnsRecords: () => Promise.resolve([]) });
    for (const name of [HOME, "shop"]) await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const off = { create: false };
    await world.fixture.make("kubernetes:helm.sh/v3:Release", "flux2", {
      name: "flux2",
      chart: "flux2",
      version: "2.18.3",
      namespace: HOME,
      values: {
        multitenancy: { enabled: true, privileged: false },
        policies: { create: false },
        helmController: off,
        notificationController: off,
        imageAutomationController: off,
        imageReflectionController: off,
      },
    });
    const all = ["get", "list", "watch", "create", "update", "patch", "delete"];
    for (const object of [
      account("applications", HOME),
      account("delivery", "shop"),
      ...rights("delivery", [{ apiGroups: [""], resources: ["configmaps"], verbs: all }], {
        name: "delivery",
        namespace: "shop",
      }),
      ...rights(
        "declare",
        [
          { apiGroups: ["kustomize.toolkit.fluxcd.io"], resources: ["kustomizations"], verbs: all },
          { apiGroups: ["source.toolkit.fluxcd.io"], resources: ["gitrepositories"], verbs: all },
        ],
        { name: "applications", namespace: HOME },
      ),
      source("applications", HOME),
      delivery("applications", HOME),
    ])
      await world.put(object);
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
    fs.rmSync(apps, { recursive: true, force: true });
  });
  const config = { environment: "dev", highAvailability: false } as never;
  const run = (more: object = {}) => world.run(gitopsCheck, outputs, { config, ...more });
  const ref = (name: string) => ({ apiVersion: FLUX_KUSTOMIZE, kind: "Kustomization", name, namespace: "shop" });
  const says = (name: string, expression: RegExp) =>
    until(world.fixture, ref(name), (object) => expression.test(conditionOf(object, "Ready")?.message ?? ""));
  const settings = { apiVersion: "v1", kind: "ConfigMap", name: "settings", namespace: "shop" };
  /** A delivery that fails, with what the check makes of it; taken away again. */
  const failing = async (wanted: KubeObject, expression: RegExp) => {
    const remove = await world.put(wanted);
    await says(wanted.metadata.name, expression);
    const result = await run({ waitUntil: impatient });
    await remove();
    await until(world.fixture, ref(wanted.metadata.name), (object) => object === undefined);
    return result;
  };

  it("[A7.5] [A7.6] passes when the Kustomization of Kustomizations has delivered what Git declares", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal([
      "A7.1",
      "A7.1",
      "A7.1",
      "A7.8",
      "A7.6",
      "A7.3",
    ]);
    expect(diagnoses).to.deep.equal([]);
    const made = await world.fixture.api.get(settings);
    expect(made?.metadata.labels).to.include({ "kustomize.toolkit.fluxcd.io/name": "demo" });
    const demo = await world.fixture.api.get(ref("demo"));
    expect(at(demo, "status", "lastAppliedRevision")).to.match(/^main@sha1:[0-9a-f]{40}$/);
  });
  it("[A7.3] takes away what was taken out of Git", async () => {
    declare("demo", configMap("settings"));
    await world.fixture.api.merge(ref("demo"), {
      metadata: { annotations: { "reconcile.fluxcd.io/requestedAt": "1" } },
    });
    const other = { ...settings, name: "other" };
    await until(world.fixture, other, (object) => object === undefined);
    expect(await world.fixture.api.get(settings)).to.not.equal(undefined);
  });
  it("[A7.6] fails for a delivery that is not there", async () => {
    const more = { gitops: { ...outputs.gitops, applications: ["absent"] } };
    const { bad } = await world.run(fluxCheck, more, { config, waitUntil: impatient });
    expect(bad).to.deep.equal(["A7.6 failed: absent: does not exist"]);
  });
  it("[A7.7] explains a kind that the account may not deliver, and the cluster keeps out of it", async () => {
    declare("rights", { apiVersion: "v1", kind: "Secret", metadata: { name: "plain", namespace: "shop" }, data: {} });
    const { bad, causes, diagnoses } = await failing(delivery("rights", "shop"), /is forbidden/);
    expect(bad[0]).to.contain('User "system:serviceaccount:shop:delivery" cannot patch resource "secrets"');
    expect(diagnoses).to.deep.equal(["A7.7 shop/rights"]);
    expect(causes[0]).to.contain("may not write this kind");
    const secret = { apiVersion: "v1", kind: "Secret", name: "plain", namespace: "shop" };
    expect(await world.fixture.api.get(secret)).to.equal(undefined);
  });
  it("[A7.7] explains a source of another namespace", async () => {
    const sourceRef = { kind: "GitRepository", name: "applications", namespace: HOME };
    const { causes } = await failing(delivery("across", "shop", { sourceRef }), /have been blocked/);
    expect(causes).to.deep.equal(["the delivery refers to a source of another namespace"]);
  });
  it("[A7.1] fails for a delivery that acts as nobody, or as somebody who may anything", async () => {
    const { serviceAccountName: _nobody, ...spec } = delivery("demo", "shop")["spec"] as Record<string, unknown>;
    const nobody = await failing(
      { ...delivery("nobody", "shop"), spec: { ...spec, path: "./apps/demo" } },
      /is forbidden/,
    );
    expect(nobody.bad.find((text) => text.startsWith("A7.1"))).to.equal(
      "A7.1 failed: shop/nobody: names no account to act as",
    );
    const wide = rights("wide", [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }], {
      name: "delivery",
      namespace: "shop",
    });
    const remove = await Promise.all(wide.map((object) => world.put(object)));
    expect((await run()).bad).to.deep.equal(["A7.1 failed: shop/demo: acts as delivery, which may do anything"]);
    await Promise.all(remove.map((one) => one()));
  });
  it("[A7.1] fails for a controller that is cluster-admin", async () => {
    const remove = await world.put({
      apiVersion: `${RBAC}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "wide" },
      roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "cluster-admin" },
      subjects: [{ kind: "ServiceAccount", name: "kustomize-controller", namespace: HOME }],
    });
    expect((await run()).bad).to.deep.equal(["A7.1 failed: wide: makes a controller cluster-admin"]);
    await remove();
  });
  it("[A7.3] [A7.2] fails for what is suspended, never pruned, or moves by itself in production", async () => {
    const remove = await world.put(delivery("still", "shop", { suspend: true, prune: false }));
    const { bad } = await run({ waitUntil: impatient });
    expect(bad.find((text) => text.startsWith("A7.3"))).to.equal("A7.3 failed: shop/still: is suspended");
    await remove();
    const production = await run({ config: { environment: "production", highAvailability: false } });
    expect(production.bad).to.deep.equal([
      "A7.3 failed: flux-system/applications: follows main, which moves by itself (A7.2); shop/demo: follows main, which moves by itself (A7.2)",
    ]);
  });
  it("[A7.5] says to a promotion by Git that nobody here can be asked", async () => {
    const refused = await openApplications("argocd", world.fixture.access.kubeconfig)
      .all()
      .catch((error: unknown) => error);
    expect(refused).to.include({ code: "no-argo-cd", kind: "refused" });
  });
  it("[A7.8] fails and explains a secret that came from Git", async () => {
    const remove = await world.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "plain", namespace: "shop", labels: { "kustomize.toolkit.fluxcd.io/name": "demo" } },
      data: { password: Buffer.from("hunter2").toString("base64") },
    });
    const { bad, diagnoses } = await run();
    expect(bad).to.deep.equal(["A7.8 failed: shop/plain: its data was delivered from the repository"]);
    expect(diagnoses).to.deep.equal(["A7.8 shop/plain"]);
    await remove();
  });
});
