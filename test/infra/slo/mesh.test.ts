import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import { alertRules } from "../../../infra/slo/alerts";
import { dashboardsOf } from "../../../infra/slo/dashboards";
import { exporters, exportersOf } from "../../../infra/slo/exporters";
import { alertNames, monitorSpec, unwatched } from "../../../infra/slo/manifests";
import { meshAlerts } from "../../../infra/slo/mesh";
import { configOf } from "../../support/pulumi";

const withMesh = (kind: PlatformConfig["mesh"]["kind"], namespaces: string[] = []): PlatformConfig => ({
  ...configOf("production"),
  mesh: { kind, namespaces, demands: [] },
});
const scraped = (config: PlatformConfig) => exportersOf(config, unwatched).map(({ name }) => name);
const boards = (config: PlatformConfig) => dashboardsOf(config).map(([name]) => name);

describe("what is measured of a mesh", () => {
  it("[A10.1] is nothing while there is none: no monitor, no alert, no dashboard", () => {
    const without = withMesh("none");
    expect(scraped(without)).to.not.include.members(["istiod"]).and.not.include.members(["linkerd"]);
    expect(alertNames(without).filter((name) => name.startsWith("Mesh"))).to.deep.equal([]);
    expect(boards(without)).to.not.include("mesh");
  });
  it("[A10.5] of Istio is its control plane and the proxy of each node", () => {
    const mesh = withMesh("istio-ambient", ["staging", "demo"]);
    expect(scraped(mesh)).to.include.members(["istiod", "ztunnel"]).and.not.include("linkerd");
    expect(alertNames(mesh)).to.include.members([
      "MeshCertificateExpires",
      "MeshRefusesConfiguration",
      "MeshPlainText",
    ]);
    expect(boards(mesh)).to.include("mesh");
  });
  it("[A10.5] of Linkerd is every proxy, in whatever namespace, under the pod's own name", () => {
    const mesh = withMesh("linkerd");
    expect(scraped(mesh)).to.include("linkerd").and.not.include("istiod");
    const proxies = unwatched.find(({ name }) => name === "linkerd");
    expect(proxies && monitorSpec(proxies)).to.deep.include({
      namespaceSelector: { any: true },
      selector: { matchLabels: { "linkerd.io/control-plane-ns": "linkerd" } },
    });
    expect(alertNames(mesh)).to.include.members(["MeshCertificateExpires", "MeshRequestsFail"]);
  });
  it("[A10.1] names plain text in namespaces that joined, and in no other", () => {
    const told = (namespaces: string[]) =>
      meshAlerts(withMesh("istio-ambient", namespaces)).filter(({ name }) => name === "MeshPlainText");
    expect(told(["staging", "demo"])[0]?.expr).to.include('destination_workload_namespace=~"staging|demo"');
    expect(told([])).to.deep.equal([]);
  });
  it("[B6.3] wakes somebody for certificates that are not renewed within hours, and not for those with a month left", () => {
    const urgency = (kind: "istio-ambient" | "linkerd") =>
      meshAlerts(withMesh(kind)).find(({ name }) => name === "MeshCertificateExpires")?.urgency;
    expect([urgency("istio-ambient"), urgency("linkerd")]).to.deep.equal(["ticket", "page"]);
  });
  it("is missed when a scrape of it ends: an alert for each exporter", () => {
    for (const kind of ["istio-ambient", "linkerd"] as const) {
      const config = withMesh(kind);
      const missed = alertRules(config).flatMap(({ rules }) =>
        rules.flatMap((rule) => ("alert" in rule && rule.alert === "NotMeasured" ? [rule.labels["exporter"]] : [])),
      );
      expect(missed).to.have.members(exportersOf(config, exporters).map(({ name }) => name));
    }
  });
});
