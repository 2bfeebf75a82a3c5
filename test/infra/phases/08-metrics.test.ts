import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 08: metrics", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "production"]) built[environment] = (await recorded(environment)).seen;
  });
  const inputsOf = (type: string, name: string, environment = "production") =>
    (built[environment] ?? []).find((one) => one.type === type && one.name === name)?.inputs;
  const values = (environment = "production") =>
    inputsOf("kubernetes:helm.sh/v3:Release", "metrics-kube-prometheus-stack", environment)?.["values"];

  it("[A8.1] runs two Prometheus and three Alertmanager with budgets, in dev one of each", () => {
    expect(values()).to.have.nested.property("prometheus.prometheusSpec.replicas", 2);
    expect(values()).to.have.nested.property("alertmanager.alertmanagerSpec.replicas", 3);
    expect(values()).to.have.nested.property("prometheus.podDisruptionBudget.enabled", true);
    expect(values("dev")).to.have.nested.property("prometheus.prometheusSpec.replicas", 1);
    expect(values("dev")).to.have.nested.property("alertmanager.alertmanagerSpec.replicas", 1);
  });
  it("[A8.1] keeps data on gp3 volumes, and runs nothing as root", () => {
    for (const path of ["prometheus.prometheusSpec.storageSpec", "alertmanager.alertmanagerSpec.storage"])
      expect(values()).to.have.nested.property(`${path}.volumeClaimTemplate.spec.storageClassName`, "gp3");
    expect(values()).to.have.nested.property("grafana.persistence.enabled", true);
    expect(values()).to.have.nested.property("grafana.initChownData.enabled", false);
  });
  it("[B6.1] keeps 7 days in dev and 30 in production, within the volume", () => {
    expect(values("dev")).to.have.nested.property("prometheus.prometheusSpec.retention", "7d");
    expect(values()).to.have.nested.property("prometheus.prometheusSpec.retention", "30d");
    expect(values()).to.have.nested.property("prometheus.prometheusSpec.retentionSize", "160GiB");
  });
  it("[A8.4] writes on to a protected store outside dev, with the right to nothing else", () => {
    expect(inputsOf("aws:amp/workspace:Workspace", "metrics-long-term", "dev")).to.equal(undefined);
    expect(values("dev")).to.not.have.nested.property("prometheus.prometheusSpec.remoteWrite");
    expect(values()).to.have.nested.property("prometheus.prometheusSpec.remoteWrite[0].sigv4.region", "eu-central-1");
    const policy = JSON.parse(
      String(inputsOf("aws:iam/rolePolicy:RolePolicy", "metrics-prometheus-role")?.["policy"]),
    ) as { Statement: object[] };
    expect(policy.Statement).to.deep.equal([
      { Effect: "Allow", Action: ["aps:RemoteWrite"], Resource: ["arn:metrics-long-term"] },
    ]);
  });
  it("scrapes nothing that EKS does not show", () => {
    for (const part of ["kubeControllerManager", "kubeScheduler", "kubeEtcd", "kubeProxy"])
      expect(values()).to.have.nested.property(`${part}.enabled`, false);
  });
  it("keeps what sees the host in a namespace of its own, and the rest restricted", () => {
    const level = (name: string) =>
      (inputsOf("kubernetes:core/v1:Namespace", name)?.["metadata"] as { labels: Record<string, string> }).labels[
        "pod-security.kubernetes.io/enforce"
      ];
    expect(level("metrics-monitoring")).to.equal("restricted");
    expect(level("metrics-monitoring-agents")).to.equal("privileged");
    expect(values()).to.have.nested.property("prometheus-node-exporter.namespaceOverride", "monitoring-agents");
  });
  it("takes Grafana's password from a Secret, not from the values", () => {
    expect(values()).to.have.nested.property("grafana.admin.existingSecret", "grafana-admin");
    expect(JSON.stringify(values())).to.not.match(/adminPassword/);
  });
});
