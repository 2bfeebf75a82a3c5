import { expect } from "chai";
import { containersHaveResources as rule } from "../../../policy/rules/containers-have-resources";
import { deployment, judge, unknown } from "../../support/policy";

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- test data is broken on purpose
type Pod = Record<string, any>;
const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const app = (pod: Pod) => pod["containers"][0];

describe("policy containers-have-resources", () => {
  it("[E2.1] accepts a pod whose every container states requests and limits", () => {
    expect(judge(rule, DEPLOYMENT, deployment())).to.deep.equal({
      violations: [],
      undecided: [],
      notApplicable: false,
    });
  });
  for (const [side, resource] of [
    ["requests", "cpu"],
    ["requests", "memory"],
    ["limits", "cpu"],
    ["limits", "memory"],
  ] as const) {
    it(`[E2.1] refuses a container without ${side}.${resource}`, () => {
      const { violations } = judge(
        rule,
        DEPLOYMENT,
        deployment((pod) => delete app(pod).resources[side][resource]),
      );
      expect(violations.join()).to.include(
        `spec.template.spec.containers[0] (app): resources.${side}.${resource} is not set`,
      );
      expect(violations).to.have.length(1);
    });
  }
  it("[E2.1] refuses an init container without any resources", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => delete pod["initContainers"][0].resources),
    );
    expect(violations).to.have.length(4);
    expect(violations[0]).to.include("initContainers[0] (init)");
  });
  it("reads null as missing", () => {
    expect(
      judge(
        rule,
        DEPLOYMENT,
        deployment((pod) => (app(pod).resources.limits = null)),
      ).violations,
    ).to.have.length(2);
  });
  it("judges the known containers before it leaves an unknown quantity open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => {
        app(pod).resources.limits.cpu = unknown;
        delete pod["containers"][1].resources.limits.memory;
      }),
    );
    expect(judged.violations).to.have.length(1);
    expect(judged.undecided.join()).to.include("containers[0].resources.limits.cpu");
  });
  it("fails closed on an unknown quantity where the environment says so [E1.5]", () => {
    const broken = deployment((pod) => (app(pod).resources.limits.cpu = unknown));
    expect(judge(rule, DEPLOYMENT, broken, { whenUnknown: "violation" }).violations).to.have.length(1);
  });
  it("asks nothing of ephemeral containers, which cannot have resources", () => {
    const debug = deployment((pod: Pod) => (pod["ephemeralContainers"] = [{ name: "debug" }]));
    expect(judge(rule, DEPLOYMENT, debug).violations).to.deep.equal([]);
  });
  it("leaves patches and other types alone", () => {
    const patch = { spec: { template: { spec: { containers: [{ name: "app", image: "app:1" }] } } } };
    expect(judge(rule, "kubernetes:apps/v1:DeploymentPatch", patch).violations).to.deep.equal([]);
    expect(judge(rule, "kubernetes:core/v1:ConfigMap", {}).notApplicable).to.equal(true);
  });
  it("finds the pod of a CronJob and of a bare Pod", () => {
    const spec = { containers: [{ name: "job" }] };
    const cron = { spec: { jobTemplate: { spec: { template: { spec } } } } };
    expect(judge(rule, "kubernetes:batch/v1:CronJob", cron).violations).to.have.length(4);
    expect(judge(rule, "kubernetes:core/v1:Pod", { spec }).violations[0]).to.include("spec.containers[0] (job)");
  });
});
