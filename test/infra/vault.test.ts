import { expect } from "chai";
import { charts } from "../../infra/charts";
import { VAULT_ADDRESS, VAULT_LABELS, vaultMembers, vaultNames, vaultValues } from "../../infra/vault-values";
import { estimate } from "../../orchestrator/cost/estimate";
import { builtWith, inputsOf, violationsOf } from "../support/option";
import { publishedRights } from "../support/published-rights";
import { configOf, type Registered } from "../support/pulumi";

const KEY = "arn:aws:kms:eu-central-1:123456789012:key/seal";
const chosen = { secrets: { files: "none", vault: "vault" } } as const;
interface Policy {
  metadata: { name: string; namespace: string };
  spec: { ingress?: { from?: unknown[]; ports?: { port: number }[] }[]; egress?: unknown[] };
}

describe("Vault beside the central store [A12.1]", () => {
  let production: Registered[];
  let dev: Registered[];
  before(async () => {
    production = await builtWith("production", chosen);
    dev = await builtWith("dev", chosen);
  });
  const server = (environment: string) => vaultValues(configOf(environment), KEY).server;

  it("is off in every environment, and then nothing of it is there", async () => {
    for (const environment of ["dev", "staging", "production"])
      expect(configOf(environment).secrets.vault, environment).to.equal("none");
    const seen = await builtWith("dev", {});
    expect(seen.filter(({ name }) => name.includes("vault"))).to.deep.equal([]);
    expect(JSON.stringify(seen.map(({ inputs }) => inputs))).to.not.include('"name":"vault"');
  });
  it("breaks no rule of the pack, in dev or in production", () => {
    expect(violationsOf("production", production, /secrets-vault/)).to.deep.equal([]);
    expect(violationsOf("dev", dev, /secrets-vault/)).to.deep.equal([]);
  });
  it("is scraped member by member over TLS, sealed ones too, by a name in its certificate", () => {
    const monitor = inputsOf(production, "secrets-vault-monitor") as {
      kind: string;
      spec: { selector: { matchLabels: object }; endpoints: { tlsConfig: { serverName: string }; path: string }[] };
    };
    expect(monitor.kind).to.equal("ServiceMonitor");
    const [endpoint] = monitor.spec.endpoints;
    expect(endpoint).to.deep.include({ scheme: "https", path: "/v1/sys/metrics" });
    expect(vaultNames(configOf("production"))).to.include(endpoint?.tlsConfig.serverName);
    expect(server("production").ha.raft.config)
      .to.include("unauthenticated_metrics_access = true")
      .and.include("prometheus_retention_time");
    const rules = JSON.stringify(production.filter(({ type }) => type.endsWith(":PrometheusRule")));
    expect(rules).to.include("VaultSealed");
    expect(JSON.stringify(dev.filter(({ type }) => type.endsWith(":PrometheusRule")))).to.include("VaultSealed");
  });
  it("moves nothing: the platform's own store and its example are as they were", () => {
    const provider = inputsOf(production, "secrets-store")["spec"] as { provider: object };
    expect(provider.provider).to.deep.equal({ aws: { service: "SecretsManager", region: "eu-central-1" } });
    expect(inputsOf(production, "secrets-example")["spec"]).to.deep.include({
      secretStoreRef: { kind: "ClusterSecretStore", name: "secrets-manager" },
    });
  });
  it("[B4.2] has a member in each of three zones where availability counts, and one without a budget in dev", () => {
    expect([vaultMembers(configOf("production")), vaultMembers(configOf("dev"))]).to.deep.equal([3, 1]);
    expect(server("production").topologySpreadConstraints?.[0]).to.deep.include({
      topologyKey: "topology.kubernetes.io/zone",
      whenUnsatisfiable: "DoNotSchedule",
    });
    expect(server("production").ha.disruptionBudget).to.deep.equal({ enabled: true, maxUnavailable: 1 });
    expect(server("dev").ha.disruptionBudget).to.deep.equal({ enabled: false });
    expect(server("dev")).to.not.have.property("topologySpreadConstraints");
  });
  it("keeps data and audit log apart on encrypted volumes that outlive the chart", () => {
    const { dataStorage, auditStorage, persistentVolumeClaimRetentionPolicy } = server("dev");
    for (const one of [dataStorage, auditStorage])
      expect(one).to.deep.equal({ enabled: true, size: "10Gi", storageClass: "gp3" });
    expect(persistentVolumeClaimRetentionPolicy).to.deep.equal({ whenDeleted: "Retain", whenScaled: "Retain" });
  });
  it("speaks TLS only, by a certificate that covers every name it is called by", () => {
    const { global, injector } = vaultValues(configOf("production"), KEY);
    expect([global, injector]).to.deep.equal([{ tlsDisable: false }, { enabled: false }]);
    const { config } = server("production").ha.raft;
    expect(config)
      .to.match(/tls_disable\s+= 0/)
      .and.not.match(/tls_disable\s+= 1/);
    const names = vaultNames(configOf("production"));
    const called = [VAULT_ADDRESS, ...[...config.matchAll(/leader_api_addr\s+= "([^"]+)"/g)].map(([, one]) => one)];
    expect(called).to.have.length(4);
    for (const address of called) expect(names, address).to.include(new URL(String(address)).hostname);
    const certificate = inputsOf(production, "secrets-vault-certificate")["spec"];
    expect(certificate).to.deep.include({
      dnsNames: names,
      issuerRef: { kind: "ClusterIssuer", name: "internal-ca" },
      renewBefore: "720h",
    });
    expect(server("dev").postStart.join(" ")).to.include("kill -HUP");
  });
  it("runs under the restricted level: no capability, nothing written but its volumes", () => {
    expect(charts.vault.podSecurity).to.equal("restricted");
    expect(server("dev").statefulSet.securityContext.container).to.deep.include({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ["ALL"] },
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(server("dev").ha.raft.config).to.include("disable_mlock = true");
  });
  it("[A1.3] [E4.7] unseals by a protected key of its own, which its service account may use and not manage", () => {
    expect(server("dev").ha.raft.config).to.match(/seal "awskms" \{[^}]*kms_key_id = "arn:aws:kms:[^}]*\}/);
    const role = production.find(
      ({ type, name }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "secrets-vault-seal-role",
    );
    const { Statement } = JSON.parse(String(role?.inputs["policy"])) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    const published = publishedRights["vault/vault"];
    if (published === undefined || "managed" in published)
      throw new Error("what Vault's seal asks for is not on record");
    expect(Statement.map(({ Action }) => Action)).to.deep.equal([published.actions]);
    expect(Statement[0]?.Resource).to.have.length(1);
    expect(Statement[0]?.Resource[0]).to.include("secrets-vault-key");
    const identity = production.find(({ name }) => name === "secrets-vault-seal-identity");
    expect(identity?.inputs).to.deep.include({ namespace: "vault", serviceAccount: "vault" });
    const key = production.find(({ type, name }) => type === "aws:kms/key:Key" && name === "secrets-vault-key");
    expect(key?.inputs).to.deep.include({ enableKeyRotation: true, deletionWindowInDays: 30 });
  });
  it("[A4.3] is reached by External Secrets alone, and by its members among each other", () => {
    const policies = production
      .filter(({ type }) => type === "kubernetes:networking.k8s.io/v1:NetworkPolicy")
      .map(({ inputs }) => inputs as unknown as Policy)
      .filter(({ metadata }) => metadata.namespace === "vault");
    const open = policies.flatMap(({ metadata, spec }) =>
      (spec.ingress ?? []).map(({ from, ports }) => ({
        name: metadata.name,
        from,
        ports: ports?.map(({ port }) => port),
      })),
    );
    const byName = (name: string) => [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } }];
    expect(open).to.have.deep.members([
      { name: "allow-callers", from: byName("external-secrets"), ports: [8200] },
      { name: "allow-metrics", from: byName("monitoring"), ports: undefined },
      { name: "allow-members", from: [{ podSelector: { matchLabels: VAULT_LABELS } }], ports: [8200, 8201] },
    ]);
  });
  it("waits for nobody: a person initialises it after the update, and until then it is alive", () => {
    expect(server("dev").livenessProbe).to.deep.include({ enabled: true });
    expect(server("dev").livenessProbe.path).to.include("uninitcode=204").and.to.include("sealedcode=204");
    expect(inputsOf(production, "secrets-vault")).to.deep.include({ skipAwait: true, namespace: "vault" });
  });
  it("is read through a store of its own by named namespaces, with a token that is good for Vault alone [C2.7]", () => {
    const { provider, conditions } = inputsOf(production, "secrets-vault-store")["spec"] as {
      provider: { vault: { server: string; caProvider: object; auth: { kubernetes: { serviceAccountRef: object } } } };
      conditions: { namespaces: string[] }[];
    };
    expect(provider.vault.server).to.equal("https://vault-active.vault.svc:8200");
    expect(provider.vault.caProvider).to.include({ name: "vault-tls", key: "ca.crt", namespace: "vault" });
    expect(provider.vault.auth.kubernetes.serviceAccountRef).to.deep.equal({
      name: "external-secrets",
      namespace: "external-secrets",
      audiences: ["vault"],
    });
    expect(conditions[0]?.namespaces).to.include("demo").and.to.not.include("monitoring");
  });
  it("is in the estimate: its key, and volumes for data and audit log of each member", () => {
    const planned = (environment: string) => [
      {
        urn: "urn::vault",
        type: "kubernetes:helm.sh/v3:Release",
        inputs: { name: "vault", values: vaultValues(configOf(environment), KEY) },
      },
    ];
    expect(estimate(planned("production"), "us-east-1").lines).to.deep.equal([
      { area: "storage", what: "volumes of vault, 60 GiB", monthly: 4.8 },
    ]);
    expect(estimate(planned("dev"), "us-east-1").lines[0]?.what).to.equal("volumes of vault, 20 GiB");
  });
});
