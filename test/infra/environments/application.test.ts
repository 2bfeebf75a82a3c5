import { expect } from "chai";
import { applicationManifests, configOf } from "../../../infra/environments/application";
import type { Manifest } from "../../../infra/environments/manifest";
import { CONFIG, DATABASE_SECRET } from "../../../infra/environments/pod";
import { kinds, type Kind } from "../../../infra/environments/sizes";
import { specOf } from "../../support/environments";

interface Workload {
  spec: {
    replicas?: number;
    strategy: object;
    backoffLimit: number;
    activeDeadlineSeconds: number;
    ttlSecondsAfterFinished: number;
    template: { spec: { restartPolicy?: string; initContainers: { command: string[] }[]; containers: Main[] } };
  };
}
interface Main {
  ports?: { containerPort: number }[];
  readinessProbe: object;
  livenessProbe: object;
}
const one = (kind: Kind, type: string, name = "app") =>
  applicationManifests(specOf(kind)).find(
    (manifest) => manifest.kind === type && manifest.metadata.name.startsWith(name),
  );
const workload = (kind: Kind, type = "Deployment", name = "app") => one(kind, type, name) as unknown as Workload;

describe("the application of an environment", () => {
  it("[B8.6] environments differ in name, log level, flags of disposable ones and the database's address, nothing else", () => {
    const settings = kinds.map((kind) => configOf(specOf(kind)));
    const differing = Object.keys(settings[0] ?? {}).filter((key) => new Set(settings.map((one) => one[key])).size > 1);
    expect(differing).to.have.members(["ENVIRONMENT", "LOG_LEVEL", "DEBUG", "PROFILING", "DATABASE_HOST"]);
    expect(new Set(settings.map((one) => Object.keys(one).join())).size).to.equal(1);
    expect(settings.map(({ DEBUG }) => DEBUG)).to.deep.equal(["true", "false", "false", "false"]);
  });
  it("[B8.5] port, health path and names are the same everywhere", () => {
    const same = kinds.map((kind) => {
      const [main] = workload(kind).spec.template.spec.containers;
      return JSON.stringify([main?.ports, main?.readinessProbe, main?.livenessProbe]);
    });
    expect(new Set(same).size).to.equal(1);
    expect(workload("qa").spec.template.spec.containers[0]?.ports).to.deep.equal([
      { name: "http", containerPort: 8080 },
    ]);
  });
  it("[C1.6] ready after 5 s by the health path; alive without asking the database", () => {
    const [main] = workload("staging").spec.template.spec.containers;
    expect(main?.readinessProbe).to.deep.include({ initialDelaySeconds: 5, periodSeconds: 5 });
    expect(main?.livenessProbe).to.deep.include({ initialDelaySeconds: 15, periodSeconds: 20 });
    expect(main?.livenessProbe).to.have.nested.property("httpGet.path", "/live");
  });
  it("[C1.5] waits for its database every 2 s, and not for ever", () => {
    const [wait] = workload("qa").spec.template.spec.initContainers;
    expect(wait?.command[2]).to.match(
      /^for try in \$\(seq 150\); do .*qa\.db\.example\.com:5432 .*sleep 2; done; .*exit 1$/,
    );
  });
  it("[C1.10] with an autoscaler no number of copies is declared", () => {
    expect(kinds.map((kind) => workload(kind).spec.replicas)).to.deep.equal([1, 2, undefined, undefined]);
    expect(kinds.map((kind) => one(kind, "HorizontalPodAutoscaler") !== undefined)).to.deep.equal([
      false,
      false,
      true,
      true,
    ]);
  });
  it("[C5.2] updates never lose a copy, and a drain leaves two", () => {
    for (const kind of kinds)
      expect(workload(kind).spec.strategy).to.have.deep.property("rollingUpdate", { maxSurge: 1, maxUnavailable: 0 });
    expect(one("production", "PodDisruptionBudget")?.["spec"]).to.have.property("minAvailable", 2);
  });
  it("[D3.7] [D3.8] a migration is tried again in previews and QA, and once for all after them", () => {
    const limits = kinds.map((kind) => {
      const { backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished, template } = workload(
        kind,
        "Job",
        "migrate",
      ).spec;
      return [backoffLimit, activeDeadlineSeconds, ttlSecondsAfterFinished, template.spec.restartPolicy];
    });
    expect(limits).to.deep.equal([
      [3, 300, 300, "OnFailure"],
      [3, 300, 300, "OnFailure"],
      [0, 600, 3600, "Never"],
      [0, 600, 3600, "Never"],
    ]);
  });
  it("[D3.6] the migration comes before the application, the test data between them [C2.5]", () => {
    const waveOf = (manifest: Manifest | undefined) =>
      Number(manifest?.metadata.annotations?.["argocd.argoproj.io/sync-wave"]);
    const order = [one("preview", "Job", "migrate"), one("preview", "Job", "seed"), one("preview", "Deployment")].map(
      waveOf,
    );
    expect(order).to.deep.equal(order.toSorted((a, b) => a - b));
    expect(new Set(order).size).to.equal(3);
    expect(workload("preview", "Job", "seed").spec).to.deep.include({ backoffLimit: 0, activeDeadlineSeconds: 120 });
  });
  it("[C3.2] QA's data is its own: nothing seeds outside of previews", () => {
    expect(kinds.map((kind) => one(kind, "Job", "seed") !== undefined)).to.deep.equal([true, false, false, false]);
  });
  it("[C3.4] [E3.7] QA asks for a login, previews name who may come in", () => {
    expect(one("qa", "SecurityPolicy")?.["spec"]).to.have.nested.property("oidc.clientSecret.name", "login-client");
    expect(one("preview", "SecurityPolicy")?.["spec"]).to.have.nested.property("authorization.defaultAction", "Deny");
  });
  it("[C1.4] a container takes its settings from one ConfigMap and its credentials from one Secret", () => {
    for (const kind of kinds) {
      const [main] = workload(kind).spec.template.spec.containers;
      expect(main).to.have.nested.property("envFrom[0].configMapRef.name", CONFIG);
      const { env } = main as unknown as { env: { valueFrom: { secretKeyRef: { name: string } } }[] };
      expect(new Set(env.map(({ valueFrom }) => valueFrom.secretKeyRef.name))).to.deep.equal(
        new Set([DATABASE_SECRET]),
      );
    }
  });
  it("[C1.9] credentials come from the secret store only", () => {
    for (const kind of ["qa", "staging", "production"] as const)
      expect(one(kind, "ExternalSecret", "database")?.["spec"]).to.have.nested.property(
        "data[0].remoteRef.key",
        `slipway/${kind}/database-credentials`,
      );
    expect(one("preview", "ExternalSecret", "database")).to.equal(undefined);
  });
});
