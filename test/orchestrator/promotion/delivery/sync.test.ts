import { expect } from "chai";
import { openApplications } from "../../../../orchestrator/promotion/delivery/argo";
import {
  failedSync,
  PAUSED,
  pauseSync,
  requireRoot,
  resumeSync,
  syncTo,
  undelivered,
  type Application,
} from "../../../../orchestrator/promotion/delivery/sync";
import { EmbeddedClusters } from "../../../../orchestrator/sandbox/cluster/embedded";
import { argoCdDefinitions } from "../../../../orchestrator/sandbox/kubernetes/charts/definitions/argo-cd";
import { useFolder } from "../../../support/folder";
import { refusal } from "../../../support/refusal";

const commit = "1a".repeat(20);
const one = (name: string, changed: Partial<Application> = {}): Application => ({
  metadata: { name },
  spec: { source: { repoURL: "https://git.example/platform", path: "apps/root/production", targetRevision: commit } },
  status: { sync: { status: "Synced", revision: commit }, health: { status: "Healthy" } },
  ...changed,
});

describe("the sync of applications", function () {
  this.timeout(60_000);
  const folder = useFolder();

  it("is paused, asked for and given back through a Kubernetes API that knows Argo CD's own definitions", async () => {
    const clusters = new EmbeddedClusters(folder());
    try {
      const access = await clusters.ensure("production", "1.36");
      const store = await clusters.storeOf("production");
      for (const definition of argoCdDefinitions) {
        const kind = store?.resources.ofKind(definition.apiVersion, definition.kind);
        if (kind !== undefined) store?.put(kind, definition);
      }
      const kind = () => store?.resources.ofKind("argoproj.io/v1alpha1", "Application");
      const application = kind();
      if (application === undefined) throw new Error("Application is not served");
      store?.put(application, {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Application",
        metadata: { name: "applications", namespace: "argocd" },
        spec: {
          project: "applications",
          source: { repoURL: "https://git.example/platform", path: "apps/root/production", targetRevision: "main" },
          destination: { server: "https://kubernetes.default.svc", namespace: "argocd" },
          syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ["ServerSideApply=true"] },
        },
      });
      const applications = openApplications("argocd", access.kubeconfig);
      expect(await pauseSync(applications, "rollback")).to.deep.equal(["applications"]);
      const [paused] = await applications.all();
      expect(paused?.spec.syncPolicy).to.deep.equal({ syncOptions: ["ServerSideApply=true"] });
      expect(paused?.metadata.annotations?.[PAUSED]).to.equal('{"prune":true,"selfHeal":true}');
      await syncTo(applications, "applications", commit);
      const asked = (await applications.all())[0] as Application & { operation?: object };
      expect(asked.operation).to.deep.equal({
        initiatedBy: { username: "slipway" },
        sync: { revision: commit, prune: true },
      });
      expect(await resumeSync(applications)).to.deep.equal(["applications"]);
      const [resumed] = await applications.all();
      expect(resumed?.spec.syncPolicy?.automated).to.deep.equal({ prune: true, selfHeal: true });
      expect(resumed?.metadata.annotations?.[PAUSED]).to.equal(undefined);
      const { code, message } = await refusal(() => applications.patch("absent", { spec: {} }));
      expect(code).to.equal("cluster-unreachable");
      expect(message).to.include("absent").and.not.include(access.token);
    } finally {
      await clusters.close();
    }
  });

  it("is over when the root is at the commit, and everything synced and healthy", () => {
    const child = one("demo", {
      spec: { source: { targetRevision: "v1" } },
      status: { sync: { status: "Synced", revision: "any" }, health: { status: "Healthy" } },
    });
    expect(undelivered([one("applications"), child], "applications", commit)).to.deep.equal([]);
    const other = { sync: { status: "Synced", revision: "2b".repeat(20) }, health: { status: "Healthy" } };
    expect(undelivered([one("applications", { status: other })], "applications", commit)[0]).to.include("is at 2b2b");
    const late = { sync: { status: "OutOfSync" } };
    expect(undelivered([one("demo", { status: late })], "applications", commit)).to.deep.equal(["demo is OutOfSync"]);
    const sick = { sync: { status: "Synced", revision: commit }, health: { status: "Progressing" } };
    expect(undelivered([one("demo", { status: sick })], "applications", commit)).to.deep.equal(["demo is Progressing"]);
    const { status: _, ...unseen } = one("demo");
    expect(undelivered([unseen], "applications", commit)).to.deep.equal(["demo is not looked at yet"]);
  });
  it("failed when this very commit's sync did, and not when an older one's did", () => {
    const failed = (revision: string) =>
      one("demo", { status: { operationState: { phase: "Failed", message: "denied", syncResult: { revision } } } });
    expect(failedSync([one("applications"), failed(commit)], "applications", commit)).to.equal("demo: denied");
    expect(failedSync([failed("2b".repeat(20))], "applications", commit)).to.equal(undefined);
  });
  it("belongs to one repository and environment", async () => {
    const wanted = { root: "applications", repository: "https://git.example/platform", folder: "apps/root/production" };
    requireRoot([one("applications")], wanted);
    for (const all of [[], [one("other")], [one("applications", { spec: { source: { repoURL: "https://other" } } })]]) {
      expect((await refusal(() => requireRoot(all, wanted))).code).to.equal("wrong-cluster");
    }
  });
});
