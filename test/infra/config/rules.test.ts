import { expect } from "chai";
import { overlaps, parseCidr } from "../../../infra/cidr";
import { addressPlan, crossCheck, kubernetesVersions } from "../../../infra/config/rules";
import { configOf } from "../../support/pulumi";

describe("rules across keys", () => {
  it("[B3.2] the address plan itself has no overlap", () => {
    const ranges = Object.values(addressPlan).map((cidr) => parseCidr(cidr)!);
    for (const [i, a] of ranges.entries()) for (const b of ranges.slice(i + 1)) expect(overlaps(a, b)).to.equal(false);
  });
  it("[A2.1] 1.36 is the default and 1.35 is accepted", () => {
    expect(kubernetesVersions).to.deep.equal(["1.36", "1.35"]);
    const config = configOf("dev");
    expect(crossCheck({ ...config, cluster: { ...config.cluster, version: "1.35" } })).to.deep.equal([]);
  });

  const hours = {
    timeZone: "Europe/Berlin",
    days: ["monday" as const],
    start: "07:00",
    end: "20:00",
  };
  const keysOf = (environment: string, changed: object) =>
    crossCheck({ ...configOf(environment), ...changed }).map(({ key }) => key);

  for (const [environment, least] of [
    ["dev", 7],
    ["staging", 15],
    ["production", 30],
  ] as const)
    it(`[B6.1] metrics and logs of ${environment} are kept ${least} days at least`, () => {
      const { monitoring } = configOf(environment);
      for (const kind of ["metrics", "logs"] as const) {
        const keeping = (retentionDays: number) =>
          keysOf(environment, { monitoring: { ...monitoring, [kind]: { ...monitoring[kind], retentionDays } } });
        expect(keeping(least)).to.not.include(`monitoring.${kind}.retentionDays`);
        expect(keeping(least - 1)).to.include(`monitoring.${kind}.retentionDays`);
      }
    });

  it("[A14.2] [A14.4] audit names rules that admission can hold, and none that is denied from the first day", () => {
    const { security } = configOf("dev");
    const fixes = (audit: string[]) =>
      crossCheck({ ...configOf("dev"), security: { ...security, admission: { action: "deny", audit } } }).map(
        ({ fix }) => fix,
      );
    expect(fixes(["containers-have-probes"])).to.deep.equal([]);
    expect(fixes(["containers-have-probe"])).to.deep.equal(["did you mean containers-have-probes?"]);
    expect(fixes(["containers-are-unprivileged"])).to.deep.equal(["remove it"]);
    expect(fixes(["subnets-do-not-overlap-at-all"])).to.deep.equal(["see slipway policy list"]);
  });
  it("[C6] each role has a group of its own", () => {
    const { security } = configOf("dev");
    const groups = { ...security.groups, viewers: security.groups.developers };
    expect(keysOf("dev", { security: { ...security, groups } })).to.deep.equal(["security.groups"]);
  });
  it("[H4.3] nothing rests in production, and working hours begin and end on one day", () => {
    expect(keysOf("dev", { cost: { teams: [], workingHours: hours } })).to.deep.equal([]);
    expect(keysOf("production", { cost: { teams: [], workingHours: hours } })).to.deep.equal(["cost.workingHours"]);
    expect(keysOf("dev", { cost: { teams: [], workingHours: { ...hours, end: "06:00" } } })).to.deep.equal([
      "cost.workingHours.end",
    ]);
  });
  it("[H1.4] [H4.3] no time is named that a day may not have, or have twice", () => {
    const windows = [hours, { ...hours, start: "22:00", end: "02:30" }];
    expect(keysOf("staging", { maintenance: { windows } })).to.deep.equal(["maintenance.windows[1].end"]);
    expect(keysOf("dev", { cost: { teams: [], workingHours: { ...hours, start: "03:00" } } })).to.deep.equal([
      "cost.workingHours.start",
    ]);
  });
  it("[A16.3] [E6.5] faults need a scope, and none of the platform's own namespaces is one", () => {
    const keys = (environment: string, tool: "none" | "chaos-mesh", scope: string[]) =>
      keysOf(environment, { chaos: { tool, scope } });
    expect(keys("production", "chaos-mesh", [])).to.deep.equal(["chaos.scope"]);
    expect(keys("production", "chaos-mesh", ["demo"])).to.deep.equal([]);
    expect(keys("dev", "chaos-mesh", ["kube-system", "monitoring", "demo"])).to.deep.equal([
      "chaos.scope",
      "chaos.scope",
    ]);
    expect(keys("dev", "none", ["demo"])).to.deep.equal(["chaos.scope"]);
  });
  it("[A10.2] [A10.3] a mesh has namespaces of applications, each once, and what is demanded of it", () => {
    const keys = (kind: string, namespaces: string[], demands: string[] = []) =>
      keysOf("dev", { mesh: { kind, namespaces, demands } });
    expect(keys("istio-ambient", ["demo"], ["mutual-tls"])).to.deep.equal([]);
    expect(keys("none", ["demo"])).to.deep.equal(["mesh.namespaces"]);
    expect(keys("linkerd", ["monitoring", "demo", "demo"])).to.deep.equal(["mesh.namespaces[0]", "mesh.namespaces[2]"]);
    expect(keys("linkerd", ["demo"], ["zero-trust"])).to.deep.equal(["mesh.demands"]);
    expect(keys("none", [], ["mutual-tls"])).to.deep.equal(["mesh.demands"]);
  });
  it("[H1.4] staging and production have a maintenance window", () => {
    for (const environment of ["staging", "production"])
      expect(keysOf(environment, { maintenance: { windows: [] } })).to.deep.equal(["maintenance.windows"]);
    expect(keysOf("dev", { maintenance: { windows: [] } })).to.deep.equal([]);
  });
  it("[C3.4] a login stands before QA, and only there [B8.2]; no database is the whole world [E3.6]", () => {
    const database = { host: "db.example.com", cidrs: ["10.99.0.0/28"] };
    const rollout = { by: "rolling" };
    const login = { issuer: "https://login.example.com", clientId: "qa", clientSecret: "slipway/dev/api-keys" };
    expect(keysOf("dev", { application: { database, rollout, login } })).to.deep.equal([]);
    expect(keysOf("dev", { application: { database, rollout } })).to.deep.equal(["application.login"]);
    expect(keysOf("staging", { application: { database, rollout } })).to.deep.equal([]);
    expect(keysOf("production", { application: { database, rollout, login } })).to.deep.equal(["application.login"]);
    expect(
      keysOf("staging", { application: { rollout, database: { ...database, cidrs: ["0.0.0.0/0"] } } }),
    ).to.deep.equal(["application.database.cidrs[0]"]);
    const halves = ["0.0.0.0/1", "128.0.0.0/1"];
    expect(keysOf("staging", { application: { rollout, database: { ...database, cidrs: halves } } })).to.deep.equal([
      "application.database.cidrs[0]",
      "application.database.cidrs[1]",
    ]);
    const refresh = { snapshot: { host: "snapshot.example.com", cidrs: halves } };
    expect(keysOf("staging", { application: { rollout, database, refresh } })).to.deep.equal([
      "application.refresh.snapshot.cidrs[0]",
      "application.refresh.snapshot.cidrs[1]",
    ]);
  });
  it("[C3.3] QA is rolled out pod by pod: a canary needs users", () => {
    const application = {
      database: { host: "db.example.com", cidrs: ["10.99.0.0/28"] },
      profile: "equal",
      rollout: { by: "argo-rollouts" },
    };
    const login = { issuer: "https://login.example.com", clientId: "qa", clientSecret: "slipway/dev/api-keys" };
    expect(keysOf("dev", { application: { ...application, login } })).to.deep.equal(["application.rollout.by"]);
    expect(keysOf("staging", { application })).to.deep.equal([]);
    const flagger = { ...application, rollout: { by: "flagger", loadTester: "http://loadtester.flagger/" } };
    expect(keysOf("production", { application: flagger })).to.deep.equal([]);
    // D5.3 pairs Flagger with Flux; an application's environment is Argo CD's with either.
    const flux = { gitops: { ...configOf("production").gitops, engine: "flux" } };
    expect(keysOf("production", { application: flagger, ...flux })).to.deep.equal(["gitops.engine"]);
  });
  it("[C2.9] previews are on the dev cluster and leave half of it to others", () => {
    const previews = { repository: "registry.example.com/app", maximum: 64, idleHours: 72, lifetimeHours: 336 };
    expect(keysOf("dev", { previews })).to.deep.equal([]);
    expect(keysOf("dev", { previews: { ...previews, maximum: 65 } })).to.deep.equal(["previews.maximum"]);
    expect(keysOf("staging", { previews })).to.deep.equal(["previews"]);
  });
  it("[H1.5] nodes may be behind their control plane during an upgrade, and never ahead", () => {
    const cluster = (version: string, nodeVersion: string) => ({
      cluster: { ...configOf("staging").cluster, version, nodeVersion },
    });
    expect(keysOf("staging", cluster("1.36", "1.35"))).to.deep.equal([]);
    expect(keysOf("staging", cluster("1.35", "1.36"))).to.deep.equal(["cluster.nodeVersion"]);
    expect(keysOf("staging", cluster("1.36", "1.20"))).to.deep.equal(["cluster.nodeVersion"]);
  });
  it("[A21.5] versions that do not go together are refused with the pair", () => {
    const [mistake] = crossCheck({ ...configOf("dev"), charts: { velero: "11.4.0" } });
    expect(mistake?.key).to.equal("charts.velero");
    expect(mistake?.rule).to.include("velero 11.4.0 × velero-plugin-for-aws 1.14");
  });
  it("[A17.2] each team is named once", () =>
    expect(keysOf("dev", { cost: { teams: ["shop", "shop"] } })).to.deep.equal(["cost.teams[1]"]));
});
