import { expect } from "chai";
import { containersRunAsNonRoot as rule } from "../../../policy/rules/containers-run-as-non-root";
import { deployment, judge, unknown } from "../../support/policy";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- test data is broken on purpose
type Pod = Record<string, any>;

describe("policy containers-run-as-non-root", () => {
  it("accepts the restricted pod", () => {
    expect(judge(rule, DEPLOYMENT, deployment())).to.deep.equal({
      violations: [],
      undecided: [],
      notApplicable: false,
    });
  });
  it("[E2.2] refuses a pod that does not say it runs as non-root", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => delete pod["securityContext"]),
    );
    expect(violations).to.have.length(3);
    expect(violations[0]).to.include("runAsNonRoot is not set");
  });
  it("[E2.2] refuses a container that undoes the pod's promise", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["containers"][0].securityContext.runAsNonRoot = false)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("(app): runAsNonRoot is false");
  });
  it("[E2.2] refuses user 0 of the pod in each container", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["securityContext"].runAsUser = 0)),
    );
    expect(violations).to.have.length(3);
    expect(violations[0]).to.include("runAsUser is 0");
  });
  it("leaves an unknown setting open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["securityContext"].runAsNonRoot = unknown)),
    );
    expect(judged.violations).to.deep.equal([]);
    expect(judged.undecided.join()).to.include("runAsNonRoot");
  });
  it("judges a patch by what it sets, not by what it leaves out", () => {
    expect(
      judge(rule, "kubernetes:apps/v1:DeploymentPatch", {
        spec: { template: { spec: { containers: [{ name: "a" }] } } },
      }).violations,
    ).to.deep.equal([]);
    expect(
      judge(
        rule,
        "kubernetes:apps/v1:DeploymentPatch",
        deployment((pod: Pod) => (pod["securityContext"].runAsNonRoot = false)),
      ).violations,
    ).to.have.length(3);
  });
  it("leaves other types alone", () => {
    expect(judge(rule, "kubernetes:core/v1:Service", {}).notApplicable).to.equal(true);
  });
});
