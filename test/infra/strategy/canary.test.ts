import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import type { Manifest } from "../../../infra/environments/manifest";
import { canaryManifests, measured } from "../../../infra/strategy/canary";
import { flaggerCanary, testerNamespace } from "../../../infra/strategy/flagger";
import { validate } from "../../../orchestrator/sandbox/cluster/schema";
import { flaggerDefinitions } from "../../../orchestrator/sandbox/kubernetes/charts/definitions/flagger";
import { at } from "../../../orchestrator/sandbox/kubernetes/object";
import { syntaxError } from "../../support/fake-prometheus";
import { root } from "../../support/pulumi";

const published = path.join(root, "..", "shared", "crds", "argoproj.io");
const args = {
  name: "app",
  namespace: "production",
  selector: { app: "app" },
  route: "app",
  prometheus: "http://prometheus.metrics:9090",
  load: { image: `registry.example/load@sha256:${"a".repeat(64)}`, labels: { app: "load" } },
};

interface Steps {
  readonly strategy: {
    readonly canary: { readonly steps: readonly object[]; readonly maxSurge: number; readonly maxUnavailable: number };
  };
}
interface Analysis {
  readonly metrics: readonly {
    readonly name: string;
    readonly failureLimit?: number;
    readonly successCondition?: string;
    readonly failureCondition?: string;
    readonly provider: {
      readonly prometheus?: { readonly query: string };
      readonly job?: { readonly spec: { readonly activeDeadlineSeconds: number } };
    };
  }[];
}
const specOf = <T>(manifests: readonly Manifest[], kind: string, name: string): T =>
  manifests.find((one) => one.kind === kind && one.metadata.name === name)?.["spec"] as T;

describe("the canary of a workload", () => {
  const manifests = canaryManifests(args);

  it("takes 10, 20, 30, 40, 50 % and then all, each under load and for a minute [D5.1] [D5.3]", () => {
    const { steps, maxSurge, maxUnavailable } = specOf<Steps>(manifests, "Rollout", "app").strategy.canary;
    expect(steps.flatMap((step) => ("setWeight" in step ? [step.setWeight] : []))).to.deep.equal([10, 20, 30, 40, 50]);
    expect(steps.filter((step) => "pause" in step)).to.deep.equal(Array(5).fill({ pause: { duration: "60s" } }));
    expect(steps.filter((step) => "analysis" in step)).to.have.length(5);
    expect([maxSurge, maxUnavailable]).to.deep.equal([1, 0]);
  });
  it("is judged by Prometheus in its own grammar; the fifth failure ends it, no traffic is inconclusive [D5.1] [D5.2] [D5.4]", () => {
    const { metrics } = specOf<Analysis>(manifests, "AnalysisTemplate", "app-canary");
    expect(metrics.map(({ successCondition }) => successCondition)).to.deep.equal([
      "len(result) > 0 && result[0] >= 0.99",
      "len(result) > 0 && result[0] <= 500",
    ]);
    expect(metrics.map(({ failureCondition }) => failureCondition)).to.deep.equal([
      "len(result) > 0 && result[0] < 0.99",
      "len(result) > 0 && result[0] > 500",
    ]);
    for (const { failureLimit, provider } of metrics) {
      expect(failureLimit).to.equal(4);
      expect(syntaxError((provider.prometheus?.query ?? "").replace("{{args.canary-hash}}", "abc"))).to.equal(
        undefined,
      );
    }
  });
  it("has its load for a minute and its hook's five seconds, then no longer [D5.3]", () => {
    const { metrics } = specOf<Analysis>(manifests, "AnalysisTemplate", "app-load");
    expect(metrics[0]?.provider.job?.spec.activeDeadlineSeconds).to.equal(65);
  });

  for (const [kind, file] of [
    ["Rollout", "rollouts"],
    ["AnalysisTemplate", "analysistemplates"],
  ] as const) {
    it(`is what the published definition of ${kind} takes, with no field it does not know`, function () {
      const name = path.join(published, `${file}.json`);
      // Published definitions do not ship with the project.
      if (!fs.existsSync(name)) return this.skip();
      const { spec } = JSON.parse(fs.readFileSync(name, "utf8")) as {
        spec: { versions: { schema: { openAPIV3Schema: Record<string, unknown> } }[] };
      };
      const schema = spec.versions[0]?.schema.openAPIV3Schema ?? {};
      const some = manifests.filter((one) => one.kind === kind);
      expect(some).to.not.have.length(0);
      for (const manifest of some) {
        expect(validate(schema, manifest, undefined)).to.deep.equal([]);
        expect(unknown(schema, manifest)).to.deep.equal([]);
      }
      expect(validate(schema, { ...some[0], spec: { metrics: 1, replicas: "x" } }, undefined)).to.not.deep.equal([]);
      expect(unknown(schema, { ...some[0], spec: { strateggy: {} } })).to.deep.equal(["spec.strateggy"]);
    });
  }

  it("is the same for Flagger [D5.1] [D5.2] [D5.3]", () => {
    const { spec } = flaggerCanary({
      ...args,
      host: "app.example",
      gateway: { name: "public", namespace: "entry", sectionName: "application" },
      loadTester: "http://load.tools/",
      autoscaler: "app",
    }) as unknown as { spec: { analysis: Record<string, unknown>; targetRef: object } };
    // The pods of the new version, as Prometheus finds them, and of no other.
    const { share, duration } = measured('namespace="production",pod=~"app-[0-9a-z]+-[0-9a-z]+"');
    expect(spec.analysis).to.deep.equal({
      interval: "1m",
      threshold: 5,
      maxWeight: 50,
      stepWeight: 10,
      metrics: [
        { name: "success-rate", interval: "1m", query: share, thresholdRange: { min: 0.99 } },
        { name: "duration", interval: "1m", query: duration, thresholdRange: { max: 500 } },
      ],
      webhooks: [
        {
          name: "load-test",
          type: "rollout",
          url: "http://load.tools/",
          timeout: "5s",
          metadata: { type: "cmd", cmd: "hey -z 1m -q 10 -c 2 http://app-canary.production:80/" },
        },
      ],
    });
  });
  it("[D5.3] its Canary has every field by the definition, and what is misspelt is refused", () => {
    const canary = flaggerCanary({
      ...args,
      host: "app.example",
      gateway: { name: "public", namespace: "entry", sectionName: "application" },
      loadTester: "http://load.tools/",
      autoscaler: "app",
    });
    const definition = flaggerDefinitions.find(({ spec }) => at(spec, "names", "kind") === "Canary");
    const schema = at(definition, "spec", "versions", "0", "schema", "openAPIV3Schema") as Record<string, unknown>;
    expect(validate(schema, canary, undefined)).to.deep.equal([]);
    expect(unknown(schema, canary)).to.deep.equal([]);
    expect(unknown(schema, { spec: { analysis: { stepWieght: 10 } } })).to.deep.equal(["spec.analysis.stepWieght"]);
    const spec = canary["spec"] as { analysis: Record<string, unknown> };
    const { stepWeight: _step, ...stepless } = spec.analysis;
    expect(validate(schema, { ...canary, spec: { ...spec, analysis: stepless } }, undefined)).to.not.deep.equal([]);
  });
  it("[D5.3] Flagger's load tester is where its address says", () => {
    expect(testerNamespace("http://loadtester.flagger/")).to.equal("flagger");
    expect(testerNamespace("http://load.tools.svc.cluster.local:8080/")).to.equal("tools");
  });
});

/** Fields that a schema does not name, where it does not take any. */
function unknown(schema: Record<string, unknown>, value: unknown, at = ""): string[] {
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return [];
  if (Array.isArray(value)) {
    const items = schema["items"] as Record<string, unknown> | undefined;
    return items === undefined ? [] : value.flatMap((one, index) => unknown(items, one, `${at}[${index}]`));
  }
  const properties = schema["properties"] as Record<string, Record<string, unknown>> | undefined;
  if (typeof value !== "object" || value === null || properties === undefined) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const known = properties[key];
    const place = at === "" ? key : `${at}.${key}`;
    return known === undefined ? [place] : unknown(known, inner, place);
  });
}
