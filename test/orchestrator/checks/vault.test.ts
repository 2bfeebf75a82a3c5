import { expect } from "chai";
import { vaultValues } from "../../../infra/vault-values";
import type { PhaseCheck } from "../../../orchestrator/checks/check";
import { viewCluster } from "../../../orchestrator/checks/cluster-view";
import { setUpCommands, vault, vaultCauses } from "../../../orchestrator/checks/vault";
import type { KubeObject } from "../../../orchestrator/sandbox/kubernetes/object";
import { vaultProblem } from "../../../orchestrator/sandbox/operators/vault";
import { configOf } from "../../support/pulumi";
import { impatient, openWorld, type ClusterWorld } from "./cluster-world";

const outputs = {
  cluster: { name: "slipway-test" },
  secrets: {
    vault: {
      namespace: "vault",
      name: "vault",
      members: 3,
      certificate: "vault-tls",
      store: "vault",
      engine: "apps",
      prefix: "production/",
      keyArn: "arn:aws:kms:eu-central-1:123456789012:key/seal",
      sealRoleArn: "arn:aws:iam::123456789012:role/vault",
    },
  },
};
const check: PhaseCheck = {
  verify: async (context) => vault(context, await viewCluster(context.clients.kubernetes)),
  diagnose: async (context) => vaultCauses(context, await viewCluster(context.clients.kubernetes)),
};
const ready = (status: "True" | "False", message: string) => ({
  conditions: [{ type: "Ready", status, reason: "r", message, lastTransitionTime: "2026-01-01T00:00:00Z" }],
});
const named = (apiVersion: string, kind: string, name: string, spec: object, status: object): KubeObject => ({
  apiVersion,
  kind,
  metadata: kind === "ClusterSecretStore" ? { name } : { name, namespace: "vault" },
  spec,
  status,
});
const certificate = (status = ready("True", "issued")) =>
  named(
    "cert-manager.io/v1",
    "Certificate",
    "vault-tls",
    { secretName: "vault-tls", dnsNames: ["vault"], issuerRef: { kind: "ClusterIssuer", name: "internal-ca" } },
    status,
  );
const provider = {
  server: "https://vault-active.vault.svc:8200",
  path: "apps",
  version: "v2",
  caProvider: { type: "Secret", name: "vault-tls", namespace: "vault", key: "ca.crt" },
  auth: {
    kubernetes: {
      mountPath: "kubernetes",
      role: "external-secrets",
      serviceAccountRef: { name: "external-secrets", namespace: "external-secrets", audiences: ["vault"] },
    },
  },
};
const store = (status = ready("True", "store validated")) =>
  named("external-secrets.io/v1", "ClusterSecretStore", "vault", { provider: { vault: provider } }, status);
const roles = (...accounts: string[]) => ({
  podIdentityAssociations: () =>
    Promise.resolve(
      accounts.map((serviceAccount) => ({ namespace: "vault", serviceAccount, roleArn: "arn:aws:iam::1:role/vault" })),
    ),
});

describe("check of Vault", () => {
  let world: ClusterWorld;
  before(async () => {
    world = await openWorld();
    const { fixture } = world;
    for (const name of ["vault", "external-secrets", "cert-manager"])
      await world.put({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
    const install = (chart: string, version: string, values: object, more: object = {}) =>
      fixture.make("kubernetes:helm.sh/v3:Release", chart, {
        name: chart,
        chart,
        version,
        namespace: chart,
        values,
        ...more,
      } as never);
    await install("cert-manager", "1.21.1", { crds: { enabled: true } });
    await install("external-secrets", "2.9.0", {});
    await install("vault", "0.34.1", vaultValues(configOf("production"), outputs.secrets.vault.keyArn), {
      skipAwait: true,
    });
    await world.put(certificate());
    await world.put(store());
  });
  after(() => world.fixture.close());
  const run = (more: object = {}) => world.run(check, outputs, { aws: roles("vault") as never, ...more });
  const pod = (index: number) => ({ apiVersion: "v1", kind: "Pod", name: `vault-${index}`, namespace: "vault" });
  /** What `service_registration` and the readiness probe say of members. */
  const say = async (indices: readonly number[], labels: Record<string, string>, status: "True" | "False") => {
    for (const index of indices) {
      await world.fixture.api.merge(pod(index), { metadata: { labels } });
      await world.fixture.api.merge(pod(index), { status: ready(status, "") }, "status");
    }
  };
  const heal = () => say([0, 1, 2], { "vault-initialized": "true", "vault-sealed": "false" }, "True");

  it("says nothing where there is none", async () => {
    const none = { ...outputs, secrets: { vault: { name: "" } } };
    const { findings, diagnoses } = await world.run(check, none);
    expect([findings, diagnoses]).to.deep.equal([[], []]);
  });
  it("[A12.1] passes with a certificate, open members in three zones and a connected store", async () => {
    const { bad, findings, diagnoses } = await run();
    expect([bad, diagnoses]).to.deep.equal([[], []]);
    expect(findings.map(({ detail }) => detail)).to.deep.equal([
      "vault/vault-tls",
      "3 of 3",
      "eu-central-1a, eu-central-1b, eu-central-1c",
      "vault",
    ]);
  });
  it("fails at once for one that nobody has initialised, and says what a person runs", async () => {
    await say([0, 1, 2], { "vault-initialized": "false", "vault-sealed": "true" }, "False");
    await world.put(store(ready("False", "unable to validate store")));
    let looks = 0;
    const { bad, findings, causes } = await run({
      waitUntil: async ({ attempt }: { attempt: () => Promise<{ done: boolean }> }) => {
        looks++;
        const seen = await attempt();
        expect(seen.done, "nothing is waited for").to.equal(true);
        return seen;
      },
    });
    expect(looks).to.equal(3);
    expect(findings.map(({ verdict }) => verdict)).to.deep.equal(["passed", "failed", "passed", "failed"]);
    expect(bad[0]).to.include("vault/vault-0: waits to be initialised, which is a person's act");
    expect(causes).to.have.length(1);
    expect(causes[0]).to.include("nobody has initialised Vault yet");
    await world.put(store());
    await heal();
  });
  for (const [what, accounts, labels, cause] of [
    ["without a role", [], {}, "has no role by Pod Identity"],
    ["that is sealed though its role is there", ["vault"], { "vault-sealed": "true" }, "the key may be disabled"],
  ] as const)
    it(`[A12.5] fails for a member ${what}, and explains it`, async () => {
      await say([1], { "vault-initialized": "true", ...labels }, "False");
      const { bad, causes } = await run({ aws: roles(...accounts), waitUntil: impatient });
      expect(bad).to.have.length(1);
      expect(bad[0]).to.match(/^A12.1 failed: vault\/vault-1: /);
      expect(causes).to.have.length(1);
      expect(causes[0]).to.include(cause);
      await heal();
    });
  it("[A12.5] fails for a store that Vault does not let in, and explains it", async () => {
    await world.put(store(ready("False", "Code: 403. Errors: * permission denied")));
    const { bad, causes } = await run({ waitUntil: impatient });
    expect(bad).to.deep.equal(["A12.1 failed: vault: Code: 403. Errors: * permission denied"]);
    expect(causes).to.deep.equal([
      "Vault is open and does not know External Secrets: authentication, policy or role is missing in it",
    ]);
    await world.put(store());
  });
  it("fails without its certificate and with a missing member", async () => {
    await world.put(certificate(ready("False", "Issuer not ready")));
    const more = { ...outputs, secrets: { vault: { ...outputs.secrets.vault, members: 4 } } };
    const { bad } = await world.run(check, more, { aws: roles("vault") as never, waitUntil: impatient });
    expect(bad).to.deep.equal([
      "A12.1 failed: vault/vault-tls: Issuer not ready",
      "A12.1 failed: vault/vault: a member is missing, of 4",
    ]);
    await world.put(certificate());
  });
  it("lets External Secrets read the prefix of the environment, and write nothing", () => {
    const commands = setUpCommands(outputs.secrets.vault).join("\n");
    expect(commands).to.include('path "apps/data/production/*" { capabilities = ["read"] }');
    expect(commands).to.include("bound_service_account_namespaces=external-secrets audience=vault");
    expect(commands.split("\n").at(-1)).to.equal("vault token revoke -self");
  });

  describe("the store as External Secrets judges it in a rehearsal", () => {
    const problem = (more: object = {}) => vaultProblem(world.fixture.api, { ...provider, ...more });

    it("wants the authority, the service account and an open member", async () => {
      expect(await problem()).to.include("vault-tls has no ca.crt");
      await world.put({
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "vault-tls", namespace: "vault" },
        data: { "ca.crt": Buffer.from("an authority").toString("base64") },
      });
      expect(await problem()).to.equal(undefined);
      expect(await problem({ server: "https://elsewhere.vault.svc:8200" })).to.include("no such host");
      const other = { kubernetes: { serviceAccountRef: { name: "stranger", namespace: "external-secrets" } } };
      expect(await problem({ auth: other })).to.include('ServiceAccount "stranger" not found');
      await say([0, 1, 2], {}, "False");
      expect(await problem()).to.include("Vault is sealed");
      await heal();
    });
  });
});
