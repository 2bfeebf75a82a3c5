import { expect } from "chai";
import { containersAreUnprivileged as rule } from "../../../policy/rules/containers-are-unprivileged";
import { deployment, judge, unknown } from "../../support/policy";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- test data is broken on purpose
type Pod = Record<string, any>;

describe("policy containers-are-unprivileged", () => {
  it("accepts the restricted pod", () => {
    expect(judge(rule, DEPLOYMENT, deployment())).to.deep.equal({
      violations: [],
      undecided: [],
      notApplicable: false,
    });
  });
  it("[E2.3] refuses a privileged container", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["containers"][0].securityContext.privileged = true)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("(app): privileged is true");
  });
  it("[E2.3] refuses a privileged init container", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["initContainers"][0].securityContext.privileged = true)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("initContainers[0]");
  });
  it("leaves an unknown setting open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["containers"][0].securityContext.privileged = unknown)),
    );
    expect(judged.violations).to.deep.equal([]);
    expect(judged.undecided.join()).to.include("privileged");
  });
  it("leaves containers that are not known open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["containers"] = unknown)),
    );
    expect(judged.violations).to.deep.equal([]);
    expect(judged.undecided.join()).to.include("spec.template.spec.containers");
  });
  it("leaves other types alone", () => {
    expect(judge(rule, "kubernetes:core/v1:Service", {}).notApplicable).to.equal(true);
  });
});
