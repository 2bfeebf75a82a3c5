import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { expect } from "chai";
import { stringify } from "yaml";
import { at, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import { ARGO_API } from "../../../../orchestrator/sandbox/operators/argo-cd";
import { FakeCloud, open, until, type Fixture } from "../kubernetes/fixture";

const SERVER = "https://kubernetes.default.svc";
const REPOSITORY = "https://git.example.org/platform";

describe("Argo CD in a rehearsal", () => {
  let fixture: Fixture;
  let apps: string;
  const declare = (folder: string, ...objects: object[]) => {
    fs.mkdirSync(path.join(apps, folder), { recursive: true });
    fs.writeFileSync(path.join(apps, folder, "all.yaml"), objects.map((object) => stringify(object)).join("---\n"));
  };
  before(async () => {
    apps = fs.mkdtempSync(path.join(os.tmpdir(), "slipway-argo-"));
    fixture = await open({ operators: { cloud: new FakeCloud(), apps } });
    for (const name of ["argocd", "shop"]) await apply({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    await fixture.make("kubernetes:helm.sh/v3:Release", "argo-cd", {
      name: "argo-cd",
      chart: "argo-cd",
      version: "10.1.1",
      namespace: "argocd",
      values: {},
    });
    await apply({
      apiVersion: ARGO_API,
      kind: "AppProject",
      metadata: { name: "wide", namespace: "argocd" },
      spec: { sourceRepos: ["https://git.example.org/*"], destinations: [{ server: "*", namespace: "shop*" }] },
    });
  });
  after(async () => {
    await fixture.close();
    fs.rmSync(apps, { recursive: true, force: true });
  });
  const apply = (object: KubeObject) => fixture.api.apply(object, { manager: "test", force: true });
  const put = (name: string) =>
    apply({
      apiVersion: ARGO_API,
      kind: "Application",
      metadata: { name, namespace: "argocd" },
      spec: {
        project: "wide",
        source: { repoURL: REPOSITORY, path: `apps/${name}`, targetRevision: "main" },
        destination: { server: SERVER, namespace: "shop" },
      },
    });
  const says = (name: string, good: (status: unknown) => boolean) =>
    until(fixture, { apiVersion: ARGO_API, kind: "Application", name, namespace: "argocd" }, (object) =>
      good(object?.["status"]),
    );
  const settings = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data: { a: "b" } });

  it("[A7.4] delivers a folder, marks what it delivered and names the commit", async () => {
    declare("plain", settings("one"), settings("two"));
    await put("plain");
    const done = await says("plain", (status) => at(status, "sync", "status") === "Synced");
    expect(at(done, "status", "sync", "revision")).to.match(/^[0-9a-f]{40}$/);
    expect(at(done, "status", "operationState", "phase")).to.equal("Succeeded");
    const one = await fixture.api.get({ apiVersion: "v1", kind: "ConfigMap", name: "one", namespace: "shop" });
    expect(one?.metadata.annotations).to.include({
      "argocd.argoproj.io/tracking-id": "plain:/ConfigMap:shop/one",
    });
  });
  it("[A7.6] calls an application healthy when what it delivered runs", async () => {
    const labels = { app: "web" };
    declare("web", {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "example.org/web:1.0.0" }] } },
      },
    });
    await put("web");
    await says("web", (status) => at(status, "health", "status") === "Healthy");
    const made = await fixture.api.get({ apiVersion: "apps/v1", kind: "Deployment", name: "web", namespace: "shop" });
    expect(at(made, "status", "availableReplicas")).to.equal(2);
  });
  it("says of a folder that is not there that it is not", async () => {
    await put("absent");
    const failed = await says("absent", (status) => at(status, "conditions", 0, "type") === "ComparisonError");
    expect(at(failed, "status", "conditions", 0, "message")).to.equal("apps/absent: app path does not exist");
    expect(at(failed, "status", "sync", "status")).to.equal("Unknown");
  });
  it("[A7.7] keeps kinds of the whole cluster out where the project lists none", async () => {
    declare("cluster", { apiVersion: "v1", kind: "Namespace", metadata: { name: "made" } });
    await put("cluster");
    const failed = await says("cluster", (status) => at(status, "operationState", "phase") === "Failed");
    expect(at(failed, "status", "operationState", "message")).to.equal(
      "resource :Namespace is not permitted in project wide",
    );
    expect(await fixture.api.get({ apiVersion: "v1", kind: "Namespace", name: "made" })).to.equal(undefined);
  });
  it("leaves what it delivered when an application goes that does not say otherwise", async () => {
    const plain = { apiVersion: ARGO_API, kind: "Application", name: "plain", namespace: "argocd" };
    await fixture.api.delete(plain);
    await until(fixture, plain, (object) => object === undefined);
    const one = { apiVersion: "v1", kind: "ConfigMap", name: "one", namespace: "shop" };
    expect(await fixture.api.get(one)).to.not.equal(undefined);
  });
});
