import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { hasTemplate, validateWorkload } from "../../../../orchestrator/sandbox/cluster/workloads";
import { pod, refusal, useWorld, workload } from "./fixture";

describe("pods and what makes them", () => {
  const world = useWorld();
  const judge = (object: KubeObject, before?: KubeObject) =>
    validateWorkload(world().resource(object.apiVersion, object.kind), object, before);
  const refuses = (object: KubeObject, before?: KubeObject) => refusal(() => judge(object, before)).message;
  const templated = (containers: object[]) => ({
    template: { metadata: { labels: { app: "web" } }, spec: { containers } },
  });

  it("have containers, each with a name and an image of its own", () => {
    expect(refuses(pod("a", { containers: [] }))).to.equal('Pod "a" is invalid: spec.containers: Required value');
    expect(refuses(pod("a", { containers: [{ name: "x" }] }))).to.include("spec.containers[0].image: Required value");
    const twice = [
      { name: "x", image: "x" },
      { name: "x", image: "y" },
    ];
    expect(refuses(pod("a", { containers: twice }))).to.include('spec.containers[1].name: Duplicate value: "x"');
    judge(pod("a"));
  });
  it("have them in a template too, a CronJob's one level deeper", () => {
    expect(refuses(workload("DaemonSet", templated([])))).to.include("spec.template.spec.containers: Required value");
    const cron = { apiVersion: "batch/v1", kind: "CronJob", metadata: { name: "c" }, spec: {} };
    expect(refuses(cron)).to.include("spec.jobTemplate.spec.template.spec.containers: Required value");
  });
  it("have a selector that fits the template and never changes", () => {
    const other = workload("Deployment", { selector: { matchLabels: { app: "other" } } });
    expect(refuses(other)).to.include("`selector` does not match template `labels`");
    expect(refuses(other, workload("Deployment"))).to.include("field is immutable");
    expect(refuses(workload("Deployment", { selector: undefined }))).to.include("spec.selector: Required value");
    judge(workload("Deployment"), workload("Deployment", { replicas: 5 }));
  });
  it("are told from custom kinds of the same name", () => {
    const deployment = world().resource("apps/v1", "Deployment");
    expect(hasTemplate(deployment)).to.equal(true);
    expect(hasTemplate({ ...deployment, group: "test.dev" })).to.equal(false);
  });
});
