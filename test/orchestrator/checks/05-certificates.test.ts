import { expect } from "chai";
import { certificatesCheck } from "../../../orchestrator/checks/05-certificates";
import { startOperators, type RunningOperators } from "../../../orchestrator/sandbox/operators/start";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { FakeCloud } from "../sandbox/kubernetes/fixture";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const DOMAIN = "dev.example.org";
const outputs = {
  cluster: { name: "slipway-test" },
  certificates: {
    namespace: "cert-manager",
    issuers: ["letsencrypt-staging"],
    defaultIssuer: "letsencrypt-staging",
    chartVersion: "v1.21.1",
  },
};
const guarded = { podDisruptionBudget: { enabled: true } };
const chart = {
  name: "cert-manager",
  chart: "cert-manager",
  version: "v1.21.1",
  namespace: "cert-manager",
  values: {
    crds: { enabled: true },
    replicaCount: 2,
    ...guarded,
    webhook: { replicaCount: 3, ...guarded },
    cainjector: { replicaCount: 2, ...guarded },
  },
};
const issuer = (name: string, server: string): KubeObject => ({
  apiVersion: "cert-manager.io/v1",
  kind: "ClusterIssuer",
  metadata: { name },
  spec: {
    acme: {
      server,
      privateKeySecretRef: { name: `${name}-account` },
      solvers: [{ dns01: { route53: { region: "eu-central-1", hostedZoneID: "Z1" } } }],
    },
  },
});
const STAGING = "https://acme-staging-v02.api.letsencrypt.org/directory";
const PRODUCTION = "https://acme-v02.api.letsencrypt.org/directory";
const RATE = "429 urn:ietf:params:acme:error:rateLimited: too many certificates (5) already issued";
const acme = (kind: "Order" | "Challenge", name: string, spec: object, reason: string): KubeObject => ({
  apiVersion: "acme.cert-manager.io/v1",
  kind,
  metadata: { name, namespace: "cert-manager" },
  spec,
  status: { state: kind === "Order" ? "errored" : "pending", reason },
});

describe("check 05 certificates", () => {
  let world: ClusterWorld;
  let operators: RunningOperators;
  const cloud = new FakeCloud();
  const refusal: { text?: string } = {};
  before(async () => {
    world = await openWorld();
    const { access, clusters } = world.fixture;
    cloud.roles.set("cert-manager/cert-manager", ["route53:ChangeResourceRecordSets"]);
    operators = await startOperators({
      access,
      host: clusters,
      cloud,
      dnsRecords: () => Promise.resolve([]),
      acmeRefusal: () => refusal.text,
    });
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "cert-manager" } });
    await world.fixture.make("kubernetes:helm.sh/v3:Release", "cert-manager", chart);
    await world.put(issuer("letsencrypt-staging", STAGING));
  });
  after(async () => {
    await operators.close();
    await world.fixture.close();
  });
  const run = (given: object = outputs, more: object = {}) =>
    world.run(certificatesCheck, given, {
      config: { domain: DOMAIN, highAvailability: true } as never,
      aws: { podIdentityAssociations: () => Promise.resolve([]) },
      ...more,
    });

  it("[A5.1] [A5.2] [A5.3] passes when a sample host gets its certificate, and has nothing to diagnose", async () => {
    const { bad, findings, diagnoses } = await run();
    expect(bad).to.deep.equal([]);
    expect(findings.map(({ requirement }) => requirement)).to.deep.equal(["A5.1", "A5.1", "A5.2", "A5.3"]);
    expect(findings[3]?.detail).to.equal(`verify.${DOMAIN} by letsencrypt-staging`);
    expect(diagnoses).to.deep.equal([]);
  });
  it("[A5.2] fails for an issuer that is not there", async () => {
    const { bad } = await run(
      { ...outputs, certificates: { ...outputs.certificates, issuers: ["letsencrypt-staging", "missing"] } },
      { waitUntil: impatient },
    );
    expect(bad[0]).to.equal("A5.2 failed: missing: does not exist");
  });
  it("[A5.1] fails when a part runs without a budget or without a second copy", async () => {
    await world.fixture.api.delete({
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      name: "cert-manager-webhook",
      namespace: "cert-manager",
    });
    expect((await run()).bad[0]).to.equal(
      "A5.1 failed: cert-manager/cert-manager-webhook: no PodDisruptionBudget selects it",
    );
  });
  it("[A5.1] lets dev do with one copy and no budget", async () => {
    expect((await run(outputs, { config: { domain: DOMAIN, highAvailability: false } })).bad).to.deep.equal([]);
  });
  it("[A5.4] explains an authority that refuses: the rate limit", async () => {
    const remove = await world.put(
      acme(
        "Order",
        "limited",
        {},
        "429 urn:ietf:params:acme:error:rateLimited: too many certificates (50) already issued",
      ),
    );
    const { diagnoses, causes } = await run();
    expect(diagnoses).to.deep.equal(["A5.4 cert-manager/limited"]);
    expect(causes[0]).to.contain("the issuer's rate limit is used up");
    await remove();
  });
  it("[A5.4] stops waiting for a sample that the authority refused, and explains it though its order is gone", async () => {
    refusal.text = RATE;
    const { bad, diagnoses } = await run();
    delete refusal.text;
    expect(bad).to.include(`A5.3 failed: verify.${DOMAIN}: Failed to create Order: ${RATE}`);
    expect(diagnoses).to.deep.equal([`A5.4 verify.${DOMAIN}`]);
  });

  it("[A5.4] explains a test that orders from the production issuer", async () => {
    await world.put(issuer("letsencrypt-production", PRODUCTION));
    await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "feature-pr-7" } });
    const remove = await world.put({
      apiVersion: "cert-manager.io/v1",
      kind: "Certificate",
      metadata: { name: "web", namespace: "feature-pr-7" },
      spec: {
        secretName: "web",
        dnsNames: ["pr-7.dev.example.org"],
        issuerRef: { kind: "ClusterIssuer", name: "letsencrypt-production" },
      },
    });
    expect((await run()).diagnoses).to.deep.equal(["A5.4 feature-pr-7/web"]);
    await remove();
  });
  it("[A5.5] explains a solver that waits for a Gateway that does not exist", async () => {
    const solver = { http01: { gatewayHTTPRoute: { parentRefs: [{ name: "nothing" }] } } };
    const remove = await world.put(acme("Challenge", "lost", { solver }, "Waiting for HTTP-01 challenge propagation"));
    expect((await run()).diagnoses).to.deep.equal(["A5.5 cert-manager/lost"]);
    await remove();
  });
  it("[A5.2] explains a pending challenge by the role that is missing, or may not", async () => {
    const remove = await world.put(
      acme(
        "Challenge",
        "denied",
        { solver: { dns01: {} } },
        "operation error Route 53: ChangeResourceRecordSets, api error AccessDenied: User is not authorized",
      ),
    );
    expect((await run()).causes).to.deep.equal(["no Pod Identity association gives cert-manager a role"]);
    const bound = {
      podIdentityAssociations: () =>
        Promise.resolve([{ namespace: "cert-manager", serviceAccount: "cert-manager", roleArn: "arn" }]),
    };
    expect((await run(outputs, { aws: bound })).causes).to.deep.equal([
      "cert-manager's role may not change the hosted zone",
    ]);
    await remove();
  });
});
