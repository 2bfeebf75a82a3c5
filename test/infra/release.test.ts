import { expect } from "chai";
import { restrictedContainer, replicas } from "../../infra/release";
import { configOf } from "../support/pulumi";

describe("releases", () => {
  it("[B2.4] run one copy in dev and two or more where availability counts", () => {
    expect(replicas(configOf("dev"))).to.equal(1);
    expect(replicas(configOf("staging"))).to.equal(2);
    expect(replicas(configOf("production"), 3)).to.equal(3);
  });
  it("share the restricted context", () =>
    expect(restrictedContainer).to.deep.include({
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      readOnlyRootFilesystem: true,
    }));
});
