import { expect } from "chai";
import { volumesStayOffTheHost as rule } from "../../../policy/rules/volumes-stay-off-the-host";
import { deployment, judge, unknown } from "../../support/policy";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- test data is broken on purpose
type Pod = Record<string, any>;

describe("policy volumes-stay-off-the-host", () => {
  it("[E2.4] refuses a hostPath volume", () => {
    const { violations } = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => pod["volumes"].push({ name: "docker", hostPath: { path: "/var/run" } })),
    );
    expect(violations).to.have.length(1);
    expect(violations[0]).to.include("volumes[1] mounts a hostPath");
  });
  it("reads a volume with only a name as the emptyDir that Kubernetes makes of it", () => {
    expect(
      judge(
        rule,
        DEPLOYMENT,
        deployment((pod: Pod) => pod["volumes"].push({ name: "x" })),
      ).violations,
    ).to.deep.equal([]);
  });
  it("leaves unknown volumes open", () => {
    const judged = judge(
      rule,
      DEPLOYMENT,
      deployment((pod: Pod) => (pod["volumes"] = unknown)),
    );
    expect(judged.violations).to.deep.equal([]);
    expect(judged.undecided.join()).to.include("volumes");
  });
});
