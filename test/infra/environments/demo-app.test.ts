import { expect } from "chai";
import { recorded } from "../../support/recorded";

describe("the example app", () => {
  it("[C1.11] [E2.9] is what a team's app should look like: restricted, probed, spread, by digest", async () => {
    const { seen } = await recorded("production");
    const pod = (
      seen.find((one) => one.type === "kubernetes:apps/v1:Deployment")?.inputs["spec"] as {
        template: { spec: Record<string, unknown> };
      }
    ).template.spec;
    const [container] = pod["containers"] as Record<string, unknown>[];
    expect(container?.["image"]).to.match(/@sha256:[0-9a-f]{64}$/);
    expect(container).to.include.keys(
      "resources",
      "securityContext",
      "startupProbe",
      "readinessProbe",
      "livenessProbe",
    );
    expect(pod).to.include.keys("topologySpreadConstraints", "securityContext");
    expect(pod["automountServiceAccountToken"]).to.equal(false);
    expect(seen.some((one) => one.type === "kubernetes:policy/v1:PodDisruptionBudget")).to.equal(true);
  });
});
