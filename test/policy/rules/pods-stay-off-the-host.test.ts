import { expect } from "chai";
import { podsStayOffTheHost as rule } from "../../../policy/rules/pods-stay-off-the-host";
import { deployment, judge, unknown } from "../../support/policy";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- test data is broken on purpose
type Pod = Record<string, any>;

describe("policy pods-stay-off-the-host", () => {
  it("accepts the restricted pod", () => {
    expect(judge(rule, DEPLOYMENT, deployment())).to.deep.equal({
      violations: [],
      undecided: [],
      notApplicable: false,
    });
  });
  it("[E2.4] refuses hostNetwork", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["hostNetwork"] = true)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("hostNetwork is true");
  });
  it("[E2.4] refuses hostPID", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["hostPID"] = true)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("hostPID is true");
  });
  it("[E2.4] refuses hostIPC", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["hostIPC"] = true)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("hostIPC is true");
  });
  it("leaves an unknown host namespace open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["hostPID"] = unknown)),
    );
    expect(judged.violations).to.deep.equal([]);
    expect(judged.undecided.join()).to.include("hostPID");
  });
  it("leaves other types alone", () => {
    expect(judge(rule, "kubernetes:core/v1:Service", {}).notApplicable).to.equal(true);
  });
});
