import { expect } from "chai";
import { deliverySchema } from "../../../../orchestrator/promotion/delivery/settings";

describe("what the rules say of the delivery", () => {
  it("is the layout of this project unless they say otherwise", () => {
    expect(deliverySchema.parse({ repository: "https://git.example/platform", branch: "main" })).to.include({
      folder: "apps/root/{environment}",
      namespace: "argocd",
      root: "applications",
    });
  });
  for (const folder of ["apps/root", "../{environment}", "a/../{environment}", "/{environment}"]) {
    it(`refuses the folder ${folder}`, () =>
      expect(deliverySchema.safeParse({ repository: "x", branch: "main", folder }).success).to.equal(false));
  }
  it("refuses a branch that Git would take for an option", () =>
    expect(deliverySchema.safeParse({ repository: "x", branch: "--upload-pack=x" }).success).to.equal(false));
});
