import { expect } from "chai";
import { containersDoNotEscalate as rule } from "../../../policy/rules/containers-do-not-escalate";
import { deployment, judge, unknown } from "../../support/policy";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- test data is broken on purpose
type Pod = Record<string, any>;

describe("policy containers-do-not-escalate", () => {
  it("accepts the restricted pod", () => {
    expect(judge(rule, DEPLOYMENT, deployment())).to.deep.equal({
      violations: [],
      undecided: [],
      notApplicable: false,
    });
  });
  it("refuses a container that may escalate", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["containers"][1].securityContext.allowPrivilegeEscalation = true)),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("(sidecar): allowPrivilegeEscalation is true");
  });
  it("refuses a container that says nothing, init containers included", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => delete pod["initContainers"][0].securityContext),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("initContainers[0] (init): allowPrivilegeEscalation is not set");
  });
  it("leaves an unknown setting open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["containers"][0].securityContext.allowPrivilegeEscalation = unknown)),
    );
    expect(judged.violations).to.deep.equal([]);
    expect(judged.undecided.join()).to.include("allowPrivilegeEscalation");
  });
  it("leaves other types alone", () => {
    expect(judge(rule, "kubernetes:core/v1:Service", {}).notApplicable).to.equal(true);
  });
});
