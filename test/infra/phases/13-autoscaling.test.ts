import { expect } from "chai";
import type { Registered } from "../../support/pulumi";
import { recorded } from "../../support/recorded";

describe("phase 13: autoscaling", () => {
  const built: Record<string, Registered[]> = {};
  before(async () => {
    for (const environment of ["dev", "production"]) built[environment] = (await recorded(environment)).seen;
  });
  const inputsOf = (type: string, name: string, environment = "production") =>
    (built[environment] ?? []).find((one) => one.type === type && one.name === name)?.inputs;
  const advice = () =>
    (built["production"] ?? []).filter((one) => one.type === "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler");
  const autoscaler = () =>
    inputsOf("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "autoscaling-demo")?.["spec"] as Record<
      string,
      unknown
    >;

  it("[A13.2] holds the example app at 60 % CPU with 2 to 10 pods", () => {
    expect(autoscaler()).to.deep.include({ minReplicas: 2, maxReplicas: 10 });
    expect(autoscaler()["metrics"]).to.deep.equal([
      { type: "Resource", resource: { name: "cpu", target: { type: "Utilization", averageUtilization: 60 } } },
    ]);
    expect(autoscaler()["scaleTargetRef"]).to.deep.equal({ apiVersion: "apps/v1", kind: "Deployment", name: "demo" });
  });
  it("[A13.5] shrinks only after five minutes without need", () => {
    expect(autoscaler()["behavior"]).to.have.nested.property("scaleDown.stabilizationWindowSeconds", 300);
  });
  it("[A13.2] runs metrics-server as an EKS add-on, twice where availability counts", () => {
    const values = (environment: string) =>
      JSON.parse(
        String(inputsOf("aws:eks/addon:Addon", "autoscaling-metrics-server", environment)?.["configurationValues"]),
      ) as { replicas: number };
    expect(values("dev").replicas).to.equal(1);
    expect(values("production").replicas).to.equal(2);
  });
  it("[A13.1] advises and changes nothing: mode Off, no updater, no webhook", () => {
    expect(advice()).to.have.length(4);
    for (const { name, inputs } of advice())
      expect(inputs, name).to.have.nested.property("spec.updatePolicy.updateMode", "Off");
    const values = inputsOf("kubernetes:helm.sh/v3:Release", "autoscaling-vertical-pod-autoscaler")?.["values"];
    expect(values).to.deep.include({ admissionController: { enabled: false }, updater: { enabled: false } });
  });
  it("[A11.6] [H4.2] advises on the reference database, which starts small", () => {
    const targets = advice().map(({ inputs }) => (inputs["spec"] as { targetRef: object }).targetRef);
    expect(targets).to.deep.include({ apiVersion: "postgresql.cnpg.io/v1", kind: "Cluster", name: "checkout" });
  });
  it("[A13.1] never advises on what an autoscaler holds", () => {
    const targets = advice().map(({ inputs }) => (inputs["spec"] as { targetRef: { name: string } }).targetRef.name);
    expect(targets).to.not.include("demo");
  });
  it("leaves the number of the example app's pods to the autoscaler", () => {
    const spec = inputsOf("kubernetes:apps/v1:Deployment", "entry-point-demo")?.["spec"];
    expect(spec).to.have.property("replicas", 2);
  });
});
