import { expect } from "chai";
import * as fs from "node:fs";
import * as path from "node:path";
import { charts, type Chart } from "../../infra/charts";
import { chartsArePinned } from "../../policy/rules/charts-are-pinned";
import { judge } from "../support/policy";
import { root } from "../support/pulumi";

const published = path.join(root, "..", "shared", "charts");

describe("the chart table", () => {
  it("[A21.5] pins every chart to an exact version and no moving tag", () => {
    for (const [name, chart] of Object.entries(charts)) expect(chart.version, name).to.match(/^v?\d+\.\d+\.\d+$/);
  });
  it("[A21.5] takes every chart, of options too, from a repository that the policy pack knows", () => {
    for (const [name, { chart, version, repository }] of Object.entries<Chart>(charts)) {
      const inputs = { chart, version, ...(repository !== undefined && { repositoryOpts: { repo: repository } }) };
      const { violations } = judge(chartsArePinned, "kubernetes:helm.sh/v3:Release", inputs);
      expect(violations, name).to.deep.equal([]);
    }
  });
  it("was reviewed at its versions", () => {
    for (const [name, chart] of Object.entries(charts)) expect(chart.reviewed, name).to.match(/^20\d\d-\d\d-\d\d$/);
  });
  it("holds the versions whose published values were read", function () {
    if (!fs.existsSync(published)) {
      process.stdout.write(`      skipped: the published charts are not at hand (${path.basename(published)})\n`);
      return this.skip();
    }
    const folders: Record<string, string> = {
      karpenter: "karpenter",
      cilium: "cilium",
      "cert-manager": "cert-manager",
      "aws-load-balancer-controller": "aws-load-balancer-controller",
      "external-dns": "external-dns",
      "envoy-gateway": "gateway-helm",
      "kube-prometheus-stack": "kube-prometheus-stack",
      loki: "loki",
      traefik: "traefik",
      alloy: "alloy",
      keda: "keda",
      "secrets-store-csi-driver": "secrets-store-csi-driver",
      "fluent-bit": "fluent-bit",
      vault: "vault",
      "vertical-pod-autoscaler": "vertical-pod-autoscaler",
    };
    for (const [name, folder] of Object.entries(folders)) {
      const { chartVersion } = JSON.parse(fs.readFileSync(path.join(published, folder, "workloads.json"), "utf8")) as {
        chartVersion: string;
      };
      expect(charts[name as keyof typeof charts].version, name).to.equal(chartVersion);
    }
  });
});
