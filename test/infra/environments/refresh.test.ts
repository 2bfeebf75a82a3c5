import { expect } from "chai";
import { guardManifests, workloadManifests } from "../../../infra/environments/environment";
import { refreshManifests, type RefreshSettings } from "../../../infra/environments/refresh";
import { parseRules, treatments } from "../../../orchestrator/data/rules";
import { schema } from "../../../infra/config/schema";
import { allows } from "../../../orchestrator/sandbox/cluster/network-policy";
import type { KubeObject } from "../../../orchestrator/sandbox/cluster/object";
import { imageOf, specOf } from "../../support/environments";
import { rawConfig } from "../../support/pulumi";

const refresh: RefreshSettings = {
  image: imageOf("d"),
  snapshot: { host: "snapshot.example.com", cidrs: ["10.98.0.0/28"] },
  secretPath: "slipway/staging/snapshot-credentials",
  tables: { "public.users": { id: "keep", mail: "mail" } },
};
const spec = specOf("staging", { refresh });
const one = (kind: string) => refreshManifests(spec).find((manifest) => manifest.kind === kind);

describe("the refresh of staging's data", () => {
  it("[C4.4] runs on Sundays at 02:00 under an account of its own, is tried again, and by one image only", () => {
    const job = one("CronJob")?.["spec"] as { schedule: string; jobTemplate: { spec: { backoffLimit: number } } };
    expect(job).to.include({ schedule: "0 2 * * 0", timeZone: "Etc/UTC", concurrencyPolicy: "Forbid" });
    expect(job.jobTemplate.spec.backoffLimit).to.equal(2);
    expect(JSON.stringify(job)).to.include('"serviceAccountName":"data-refresh"').and.include(refresh.image);
    expect(one("ServiceAccount")?.metadata.name).to.equal("data-refresh");
  });
  it("[C4.5] loads only what was anonymised and scanned, whole or not at all", () => {
    const script = JSON.stringify(one("CronJob"));
    const order = ["pg_dump", "slipway data refresh", "rm /scratch/snapshot.sql", "psql"].map((word) =>
      script.indexOf(word),
    );
    expect(order).to.deep.equal(order.toSorted((a, b) => a - b));
    expect(order[0]).to.be.greaterThan(0);
    expect(script).to.include("set -eu").and.include("--single-transaction").and.include("--file /scratch/clean.sql");
  });
  it("[C4.5] its rules are read by the command that uses them, and know the same treatments as the settings", () => {
    const data = one("ConfigMap")?.["data"] as Record<string, string>;
    expect(parseRules(data["anonymisation.yaml"] ?? "", "anonymisation.yaml").tables).to.deep.equal(refresh.tables);
    const raw = rawConfig("staging") as { application: object };
    for (const treatment of treatments) {
      const tables = { t: { c: treatment } };
      const application = { ...raw.application, refresh: { ...refresh, tables } };
      expect(schema.safeParse({ ...raw, application }).error?.issues ?? [], treatment).to.deep.equal([]);
    }
  });
  it("[C3.2] replaces nobody else's data", () => {
    for (const kind of ["preview", "qa", "production"] as const) {
      expect(() => workloadManifests(specOf(kind, { refresh }))).to.throw(RangeError);
      expect(refreshManifests(specOf(kind))).to.deep.equal([]);
    }
  });
  it("reaches the snapshot, which the application does not", () => {
    const policies = guardManifests({ spec, vpcCidr: "10.20.0.0/16" }).filter(({ kind }) => kind === "NetworkPolicy");
    const world = { policies: policies as unknown as KubeObject[], namespaces: new Map() };
    const reaches = (name: string) =>
      allows(world, {
        from: { ip: "10.20.0.9", namespace: "staging", labels: { "app.kubernetes.io/name": name } },
        to: { ip: "10.98.0.4" },
        port: 5432,
        protocol: "TCP",
      });
    expect([reaches("app-data-refresh"), reaches("app")]).to.deep.equal([true, false]);
  });
});
