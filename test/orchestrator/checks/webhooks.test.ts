import { expect } from "chai";
import type { CheckContext, Finding, PhaseCheck } from "../../../orchestrator/checks/check";
import { viewCluster } from "../../../orchestrator/checks/cluster-view";
import { diagnoseWebhooks, webhooksAnswer, type Specimen } from "../../../orchestrator/checks/webhooks";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../../orchestrator/sandbox/provider/serve";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const RELEASE = "kubernetes:helm.sh/v3:Release";
const binding: Specimen = {
  apiVersion: "elbv2.k8s.aws/v1beta1",
  kind: "TargetGroupBinding",
  metadata: { name: "specimen", namespace: "default" },
  spec: { serviceRef: { name: "web", port: 80 }, targetGroupARN: "arn:aws:x", targetType: "ip" },
};
const service = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "default" },
  spec: { ports: [{ port: 80 }] },
});

describe("webhooks that a phase brings", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.fixture.close());

  const balancer = (values: Properties) =>
    world.fixture.make(RELEASE, "balancer", {
      name: "balancer",
      chart: "aws-load-balancer-controller",
      version: "3.5.0",
      namespace: "kube-system",
      values: { clusterName: "slipway-test", ...values },
      timeout: 1,
    });
  const check: PhaseCheck = {
    verify: async (context: CheckContext): Promise<Finding[]> => [
      await webhooksAnswer(context, await viewCluster(context.clients.kubernetes), "A6.1", "the controller", [binding]),
    ],
    diagnose: (_context, findings) => Promise.resolve(diagnoseWebhooks("A6.1", findings)),
  };
  const run = () => world.run(check, {}, { waitUntil: impatient });
  /** A controller none of whose pods can be placed: installed, registered, and not there. */
  const unplaced = { nodeSelector: { "node-role": "nowhere" } };
  const clear = async () => {
    for (const [apiVersion, kind, name, namespace] of [
      ["apps/v1", "Deployment", "balancer-aws-load-balancer-controller", "kube-system"],
      ["v1", "Service", "aws-load-balancer-webhook-service", "kube-system"],
      ["admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "aws-load-balancer-webhook", undefined],
      ["admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", "aws-load-balancer-webhook", undefined],
    ] as const)
      await world.fixture.api.delete({ apiVersion, kind, name, namespace });
  };
  afterEach(clear);

  it("are unproven as long as the kind they judge is not there", async () => {
    const { bad } = await run();
    expect(bad).to.deep.equal(["A6.1 failed: TargetGroupBinding: its definition is not installed"]);
  });
  it("are proven by a write that is tried and not kept", async () => {
    await balancer({});
    const { bad, findings } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings[0]?.detail).to.equal("tried TargetGroupBinding");
    const { items } = await world.fixture.api.list("elbv2.k8s.aws/v1beta1", "TargetGroupBinding");
    expect(items).to.deep.equal([]);
  });
  it("that nobody answers for fail the phase that brought them, with what to do", async () => {
    await balancer(unplaced).catch(() => undefined);
    const { bad, causes } = await run();
    expect(bad[0]).to.match(/^A6\.1 failed: mtargetgroupbinding\.elbv2\.k8s\.aws: .*no endpoints available/);
    expect(causes).to.have.length(1);
    expect(causes[0]).to.contain("no pod behind its Service is ready");
  });
  it("that were left behind by something uninstalled are told apart", async () => {
    await balancer({});
    await world.fixture.api.delete({
      apiVersion: "v1",
      kind: "Service",
      name: "aws-load-balancer-webhook-service",
      namespace: "kube-system",
    });
    expect((await run()).causes[0]).to.contain("left behind");
  });
  it("the balancer's one for Services stops every Service of others while its controller is away, so it is off", async () => {
    await balancer({ ...unplaced, enableServiceMutatorWebhook: true }).catch(() => undefined);
    const refused = await world.put(service("cert-manager")).catch((error: Error) => error.message);
    expect(refused).to.contain('failed calling webhook "mservice.elbv2.k8s.aws"');
    await clear();
    await balancer({ ...unplaced, enableServiceMutatorWebhook: false }).catch(() => undefined);
    const remove = await world.put(service("cert-manager"));
    await remove();
  });
  it("External Secrets takes no store before its definitions, and none before its webhook answers", async () => {
    const store: KubeObject = {
      apiVersion: "external-secrets.io/v1",
      kind: "ClusterSecretStore",
      metadata: { name: "store" },
      spec: { provider: { aws: { service: "SecretsManager", region: "eu-central-1" } } },
    };
    const early = await world.put(store).catch((error: Error) => error.message);
    expect(early).to.contain('no matches for kind "ClusterSecretStore"');
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "external-secrets" } });
    const install = (values: Properties) =>
      world.fixture.make(RELEASE, "external-secrets", {
        name: "external-secrets",
        chart: "external-secrets",
        version: "2.9.0",
        namespace: "external-secrets",
        timeout: 1,
        values,
      });
    await install({ webhook: unplaced }).catch(() => undefined);
    const unjudged = await world.put(store).catch((error: Error) => error.message);
    expect(unjudged).to.contain('failed calling webhook "validate.clustersecretstore.external-secrets.io"');
    await install({});
    await (
      await world.put(store)
    )();
  });
  it("that are refused for their certificate or their network are told so", () => {
    const finding = (why: string): Finding => ({
      requirement: "A5.1",
      title: "the webhooks of cert-manager answer: a write is tried and not kept",
      verdict: "failed",
      detail: `webhook.cert-manager.io: failed calling webhook: failed to call webhook: Post "https://x": ${why}`,
      subjects: ["webhook.cert-manager.io"],
    });
    const causes = (why: string) => diagnoseWebhooks("A5.1", [finding(why)]).map(({ cause }) => cause.slice(0, 40));
    expect(causes("x509: certificate signed by unknown authority")).to.deep.equal([
      "the API server does not trust a webhook'",
    ]);
    expect(causes("context deadline exceeded")).to.deep.equal(["the API server does not reach a webhook:"]);
    expect(diagnoseWebhooks("A5.1", [{ ...finding("x509"), verdict: "passed" }])).to.deep.equal([]);
  });
});
