import { expect } from "chai";
import { dataSources } from "../../../infra/traces-values";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 09: logs", () => {
  let seen: Registered[];
  const inputsOf = (type: string, name: string) => seen.find((one) => one.type === type && one.name === name)?.inputs;
  const values = (name: string) => inputsOf("kubernetes:helm.sh/v3:Release", name)?.["values"];
  const policies = (namespace: string) =>
    Object.fromEntries(
      seen
        .filter(({ type, name }) => type.endsWith(":NetworkPolicy") && name.startsWith(`logs-${namespace}-`))
        .map(({ inputs }) => [(inputs["metadata"] as { name: string }).name, JSON.stringify(inputs["spec"])]),
    );
  before(async () => {
    seen = (await recorded("production")).seen;
  });

  it("[A9.1] keeps logs in an encrypted bucket of their own, and knows it by nothing else", () => {
    expect(inputsOf("aws:s3/bucket:Bucket", "logs-bucket")?.["bucket"]).to.equal(
      "slipway-production-logs-333333333333",
    );
    expect(inputsOf("aws:kms/key:Key", "logs-key")?.["enableKeyRotation"]).to.equal(true);
    expect(values("logs-loki")).to.have.nested.property("loki.storage.bucketNames.chunks");
    expect(JSON.stringify(values("logs-loki"))).to.not.match(/accessKey|secretAccessKey/i);
  });
  it("[A1.3] lets the store reach its bucket and key, and nothing else", () => {
    const policy = JSON.parse(String(inputsOf("aws:iam/rolePolicy:RolePolicy", "logs-loki-role")?.["policy"])) as {
      Statement: { Action: string[]; Resource: string[] }[];
    };
    expect(policy.Statement.map(({ Action }) => Action)).to.deep.equal([
      ["s3:ListBucket"],
      ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
      ["kms:Decrypt", "kms:GenerateDataKey"],
    ]);
    expect(policy.Statement.flatMap(({ Resource }) => Resource)).to.not.include("*");
    expect(inputsOf("aws:eks/podIdentityAssociation:PodIdentityAssociation", "logs-loki-identity")).to.deep.include({
      namespace: "loki",
      serviceAccount: "loki",
    });
  });
  it("[A9.1] collects in namespace logging, which alone may see the host", () => {
    const level = (name: string) =>
      (inputsOf("kubernetes:core/v1:Namespace", name)?.["metadata"] as { labels: Record<string, string> }).labels[
        "pod-security.kubernetes.io/enforce"
      ];
    expect(level("logs-logging")).to.equal("privileged");
    expect(level("logs-loki")).to.equal("restricted");
  });
  it("lets collectors write to the store, and out to nothing else", () => {
    expect(policies("loki")["allow-callers"]).to.include('"kubernetes.io/metadata.name":"logging"');
    expect(policies("logging")["allow-namespaces"]).to.include('"kubernetes.io/metadata.name":"loki"');
    expect(policies("logging")).to.not.have.property("allow-internet");
  });
  it("shows Grafana where the logs are", () => {
    const source = inputsOf("kubernetes:core/v1:ConfigMap", "logs-data-source");
    expect(source).to.have.nested.property("metadata.labels.grafana_datasource", "1");
    expect(JSON.stringify(source?.["data"])).to.include("http://loki.loki.svc.cluster.local:3100");
  });
  it("[A9.6] keeps traces in an encrypted bucket of their own, with the right to that alone", () => {
    expect(inputsOf("aws:s3/bucket:Bucket", "logs-traces-bucket")?.["bucket"]).to.equal(
      "slipway-production-traces-333333333333",
    );
    expect(values("logs-traces-tempo")).to.have.nested.property("tempo.storage.trace.backend", "s3");
    expect(values("logs-traces-tempo")).to.have.nested.property("tempo.retention", "720h");
    expect(values("logs-traces-tempo")).to.have.nested.property("persistence.enabled", true);
    const policy = String(inputsOf("aws:iam/rolePolicy:RolePolicy", "logs-traces-tempo-role")?.["policy"]);
    expect(policy).to.include("logs-traces-bucket").and.not.include('"*"');
  });
  it("[A9.6] takes spans of every namespace, and lets the collector go to the store alone", () => {
    expect(policies("traces-opentelemetry")["allow-everybody"]).to.include('"port":4317').and.include('"port":4318');
    expect(policies("traces-opentelemetry")["allow-namespaces"]).to.include('"kubernetes.io/metadata.name":"tempo"');
    expect(policies("traces-opentelemetry")).to.not.have.property("allow-internet");
    expect(policies("traces-tempo")["allow-callers"]).to.include('"kubernetes.io/metadata.name":"opentelemetry"');
  });
  it("[A9.6] gives the collector one pipeline, from applications to the store", () => {
    const config = JSON.stringify((values("logs-traces-collector") as { alternateConfig: object }).alternateConfig);
    expect(config).to.include("tempo.tempo.svc.cluster.local:4317").and.not.include("debug");
    expect(values("logs-traces-collector")).to.have.property("replicaCount", 2);
  });
  it("[G4.3] leads in Grafana from a line to its trace, and from a trace to its lines and figures", () => {
    const source = (name: string) => JSON.stringify(inputsOf("kubernetes:core/v1:ConfigMap", name)?.["data"]);
    expect(source("logs-data-source")).to.include('\\"datasourceUid\\":\\"tempo\\"');
    expect(source("logs-traces-data-source")).to.include('\\"datasourceUid\\":\\"loki\\"');
    expect(source("logs-traces-data-source")).to.include('\\"datasourceUid\\":\\"prometheus\\"');
    expect(values("metrics-kube-prometheus-stack")).to.have.nested.property(
      "grafana.sidecar.datasources.exemplarTraceIdDestinations.datasourceUid",
      "tempo",
    );
    // A trace id as loggers write it, and nothing else.
    const [{ matcherRegex } = { matcherRegex: "" }] = dataSources.loki.jsonData.derivedFields;
    const id = "0af7651916cd43dd8448eb211c80319c";
    for (const key of ["trace_id", "traceId", "traceID"])
      expect(new RegExp(matcherRegex).exec(`{"${key}": "${id}"}`)?.[1]).to.equal(id);
    expect(new RegExp(matcherRegex).test(`{"span_id":"${id}"}`)).to.equal(false);
  });
});
