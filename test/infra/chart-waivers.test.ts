import { expect } from "chai";
import { chartWaivers } from "../../infra/chart-waivers";
import { charts } from "../../infra/charts";
import { enforcePodSecurity } from "../../orchestrator/sandbox/cluster/pod-security";
import type { ClusterStore } from "../../orchestrator/sandbox/cluster/store";
import { render } from "../../orchestrator/sandbox/kubernetes/charts";
import { at, type KubeObject } from "../../orchestrator/sandbox/kubernetes/object";
import type { Properties } from "../../orchestrator/sandbox/provider/serve";
import { Evaluator } from "../../policy/evaluate";
import { subjectsOf } from "../../policy/manifest/read";
import { rules } from "../../policy/rules";
import { unknownKeys } from "../support/published";
import { everyOption } from "../support/options";
import type { Registered } from "../support/pulumi";

/** Charts inside a chart, and keys that its published values name in a comment or leave free for the reader. */
const published: Readonly<Record<string, Parameters<typeof unknownKeys>[2]>> = {
  karpenter: { documented: ["nodeSelector.node-role"] },
  "cert-manager": { documented: ["serviceAccount.name"] },
  loki: { documented: ["loki.limits_config.retention_period", "loki.storage.bucketNames"] },
  "kube-prometheus-stack": {
    subcharts: ["grafana", "kube-state-metrics", "prometheus-node-exporter"],
    documented: ["grafana.persistence.storageClassName"],
  },
  // What stands below configs.cm becomes argocd-cm, key by key.
  "argo-cd": { documented: ["configs.cm.application.resourceTrackingMethod", "configs.cm.resource.respectRBAC"] },
  tempo: { documented: ["persistence.storageClassName", "tempo.storage.trace.s3"] },
  "opentelemetry-collector": { documented: ["podDisruptionBudget.maxUnavailable"] },
};

const RELEASE = "kubernetes:helm.sh/v3:Release";

describe("every chart of production", () => {
  let releases: { chart: string; values: unknown; objects: readonly KubeObject[] }[];
  let every: readonly KubeObject[];
  let levels: Map<string, string>;
  before(async function () {
    this.timeout(180_000); // Whole platforms, on a machine that may be busy.
    const options = await everyOption();
    const seen = options.get("production") ?? [];
    const of = (type: string) => seen.filter((one) => one.type === type);
    levels = new Map(
      of("kubernetes:core/v1:Namespace").map(({ inputs }) => [
        String(at(inputs, "metadata", "name")),
        String(at(inputs, "metadata", "labels", "pod-security.kubernetes.io/enforce")),
      ]),
    );
    releases = of(RELEASE).map(rendered);
    const chosen = [...options.values()].flatMap((one) => one.filter(({ type }) => type === RELEASE).map(rendered));
    every = chosen.flatMap(({ objects }) => objects);
  });
  const rendered = ({ inputs }: Registered) => {
    const text = (key: string) => String(inputs[key]);
    const chart = text("chart").split("/").at(-1) ?? "";
    const values = inputs["values"] as Properties;
    const where = { version: text("version"), release: text("name"), namespace: text("namespace") };
    return { chart, values, objects: render({ chart, ...where, values }).objects };
  };
  /** `rule Kind/name`, once each, with what was said first. */
  const judgedBy = (objects: readonly KubeObject[]) => {
    const broken = new Map<string, string>();
    const evaluator = new Evaluator({ rules, environment: "production" });
    for (const object of objects)
      for (const subject of subjectsOf(object, "chart", 1) ?? [])
        for (const { rule, level, outcome, message } of evaluator.resource(subject)) {
          const key = `${rule.name} ${object.kind}/${object.metadata.name}`;
          if (outcome === "violation" && level === "mandatory" && !broken.has(key)) broken.set(key, message);
        }
    return broken;
  };
  const excused = ({ rule, workloads }: (typeof chartWaivers)[number], broken: string) =>
    workloads === "every" ? broken.startsWith(`${rule} `) : workloads.some((one) => broken === `${rule} ${one}`);

  it("is given keys that the published chart has: Helm ignores a misspelt one in silence", function () {
    const found = releases.flatMap(({ chart, values }) =>
      (unknownKeys(values, chart, published[chart]) ?? []).map((key) => `${chart}: ${key}`),
    );
    // No published chart at hand means that nothing was compared.
    if (releases.every(({ chart, values }) => unknownKeys(values, chart) === undefined)) return this.skip();
    expect(found).to.deep.equal([]);
  });
  it("makes objects that satisfy the policy pack at production level, or have a waiver, and so does every chart that can be chosen [E1.5] [A14.2]", () => {
    const broken = [...judgedBy(every)];
    const open = broken.filter(([what]) => !chartWaivers.some((waiver) => excused(waiver, what)));
    expect(open.map(([what, said]) => `${what}: ${said}`)).to.deep.equal([]);
    const idle = chartWaivers.flatMap((waiver) =>
      (waiver.workloads === "every" ? ["every"] : waiver.workloads)
        .filter(
          (one) => !broken.some(([what]) => excused(waiver, what) && (one === "every" || what.endsWith(` ${one}`))),
        )
        .map((one) => `${waiver.rule} ${one}`),
    );
    expect(idle, "waivers that nothing needs").to.deep.equal([]);
  });
  it("has waivers with an owner, a reason, and an end after the charts were looked at [E1.5]", () => {
    const looked =
      Object.values(charts)
        .map(({ reviewed }) => reviewed)
        .sort()
        .at(-1) ?? "";
    for (const { rule, owner, reason, expires } of chartWaivers) {
      expect(owner, rule).to.match(/\w/);
      expect(reason.length, rule).to.be.greaterThan(20);
      expect(expires, rule).to.match(/^20\d\d-\d\d-\d\d$/);
      expect(expires > looked, rule).to.equal(true);
    }
  });
  it("would be named if it did not", () => {
    const workload = releases.flatMap(({ objects }) => objects).find(({ kind }) => kind === "Deployment");
    const open = JSON.parse(JSON.stringify(workload)) as { spec: { template: { spec: { containers: object[] } } } };
    Object.assign(open.spec.template.spec.containers[0] ?? {}, {
      securityContext: { privileged: true },
      resources: {},
    });
    expect([...judgedBy([open as unknown as KubeObject]).keys()].join()).to.match(/containers-are-unprivileged/);
  });
  it("makes pods that the Pod Security level of their namespace admits [A14.1]", () => {
    const found = releases.flatMap(({ chart, objects }) =>
      objects
        .filter(({ kind }) => ["Deployment", "StatefulSet", "DaemonSet"].includes(kind))
        .flatMap(({ metadata: { name, namespace = "" }, ...workload }) => {
          const level = levels.get(namespace) ?? (namespace === "kube-system" ? "privileged" : "none");
          const labels = { "pod-security.kubernetes.io/enforce": level };
          const store = { find: () => ({ metadata: { labels } }) } as unknown as ClusterStore;
          if (level === "none") return [`${chart}: ${namespace} has no level`];
          const spec = at(workload, "spec", "template", "spec") as object;
          const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec };
          try {
            enforcePodSecurity(store, pod as never, () => undefined);
            return [];
          } catch (error) {
            return [`${chart}: ${name}: ${(error as Error).message}`];
          }
        }),
    );
    expect(found).to.deep.equal([]);
  });
});
