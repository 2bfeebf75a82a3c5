import { expect } from "chai";
import fc from "fast-check";
import { quantity, textOf } from "../../../../orchestrator/sandbox/cluster/quantity";
import { enforceQuota, quotaStatus } from "../../../../orchestrator/sandbox/cluster/quotas";
import { pod, refusal, useWorld } from "./fixture";

describe("quotas of the embedded API", () => {
  const world = useWorld();
  const quota = (hard: object) =>
    world().put({
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata: { name: "quota", namespace: "default" },
      spec: { hard },
    });
  const asking = (name: string, requests: object) =>
    pod(name, { containers: [{ name: "app", image: "x", resources: { requests } }] });

  it("[A17.3] count what runs, and refuse what would be too much", () => {
    quota({ "requests.cpu": "1", pods: "3" });
    world().put(asking("old", { cpu: "700m" }));
    expect(refusal(() => enforceQuota(world().store, asking("new", { cpu: "500m" }))).message).to.equal(
      'pods "new" is forbidden: exceeded quota: quota, requested: requests.cpu=500m, used: requests.cpu=700m, limited: requests.cpu=1',
    );
    enforceQuota(world().store, asking("new", { cpu: "300m" }));
    world().put({ ...asking("old", { cpu: "700m" }), status: { phase: "Succeeded" } });
    enforceQuota(world().store, asking("new", { cpu: "500m" }));
  });
  it("want to know what they count, container by container", () => {
    quota({ "limits.memory": "1Gi", "requests.cpu": "1" });
    expect(refusal(() => enforceQuota(world().store, pod("new"))).message).to.include(
      "must specify limits.memory for: app; requests.cpu for: app",
    );
  });
  it("say what is used", () => {
    const given = quota({ "requests.memory": "1Gi", pods: "3" });
    for (const name of ["a", "b"]) world().put(asking(name, { memory: "256Mi" }));
    expect(quotaStatus(world().store, given)["used"]).to.deep.equal({ "requests.memory": "512Mi", pods: "2" });
  });
  it("write quantities that read the same", () => {
    fc.assert(fc.property(fc.nat(2 ** 40), (value) => quantity(textOf(value)) === value));
    fc.assert(fc.property(fc.nat(100_000), (milli) => Math.abs(quantity(textOf(milli / 1000)) - milli / 1000) < 1e-9));
  });
});
