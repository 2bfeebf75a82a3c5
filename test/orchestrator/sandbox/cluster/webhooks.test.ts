import { expect } from "chai";
import type { KubeObject } from "../../../../orchestrator/sandbox/cluster/object";
import { configMap, pod, refusal, useWorld, WRITE } from "./fixture";

const service: KubeObject = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { name: "judge", namespace: "other" },
  spec: { selector: { app: "judge" }, ports: [{ port: 443 }] },
};
/** A registration for ConfigMaps, changed as the test wants it. */
const registered = (webhook: object = {}, kind = "ValidatingWebhookConfiguration"): KubeObject => ({
  apiVersion: "admissionregistration.k8s.io/v1",
  kind,
  metadata: { name: "judges" },
  webhooks: [
    {
      name: "judge.test.dev",
      failurePolicy: "Fail",
      timeoutSeconds: 5,
      clientConfig: { service: { name: "judge", namespace: "other", path: "/validate", port: 443 } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"], resources: ["configmaps"] }],
      ...webhook,
    },
  ],
});

describe("admission webhooks of the embedded API", () => {
  const world = useWorld();
  const ready = (status = "True") =>
    world().put({
      ...pod("judge-0"),
      metadata: { name: "judge-0", namespace: "other", labels: { app: "judge" } },
      status: { conditions: [{ type: "Ready", status }] },
    });
  const refused = (object = configMap({})) => refusal(() => world().create(object));

  it("refuse a write while nobody answers for them, in the words of the API server", () => {
    world().put(registered());
    expect(refused().message).to.equal(
      'Internal error occurred: failed calling webhook "judge.test.dev": failed to call webhook: ' +
        'Post "https://judge.other.svc:443/validate?timeout=5s": service "judge" not found',
    );
    world().put(service);
    ready("False");
    expect(refused()).to.include({ code: 500, reason: "InternalError" });
    expect(refused().message).to.contain('no endpoints available for service "judge"');
    ready();
    expect(world().create(configMap({})).metadata.name).to.equal("settings");
  });
  it("are asked by a dry run too, and nothing is kept of it", () => {
    world().put(registered());
    expect(refusal(() => world().create(configMap({}), { ...WRITE, dryRun: true })).message).to.contain(
      "failed calling",
    );
    world().put(service);
    ready();
    world().create(configMap({}), { ...WRITE, dryRun: true });
    expect(world().find("ConfigMap", "settings")).to.equal(undefined);
  });
  it("that ask and do not insist let everything pass", () => {
    world().put(registered({ failurePolicy: "Ignore" }, "MutatingWebhookConfiguration"));
    world().create(configMap({}));
  });
  it("are asked for the operations, kinds, namespaces and labels they name, and for no other", () => {
    const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["configmaps"] };
    for (const webhook of [
      { rules: [{ ...rule, resources: ["secrets"] }] },
      { rules: [{ ...rule, operations: ["DELETE"] }] },
      { rules: [{ ...rule, apiGroups: ["apps"] }] },
      { rules: [{ ...rule, apiVersions: ["v2"] }] },
      { rules: [{ ...rule, resources: ["configmaps/status"] }] },
      { objectSelector: { matchLabels: { judged: "yes" } } },
      { namespaceSelector: { matchLabels: { judged: "yes" } } },
    ]) {
      world().put(registered(webhook));
      world().create(configMap({}), { ...WRITE, dryRun: true });
    }
    for (const resources of [["*"], ["*/*"], ["configmaps"]]) {
      world().put(registered({ rules: [{ ...rule, apiGroups: ["*"], resources }] }));
      expect(refused().message, resources.join()).to.contain("failed calling webhook");
    }
  });
  it("are not put before one another: a registration that stands in the way can be mended", () => {
    const rule = { apiGroups: ["*"], apiVersions: ["*"], operations: ["*"], resources: ["*/*"] };
    world().put(registered({ rules: [rule] }));
    const other = registered();
    world().create({ ...other, metadata: { name: "others" } });
  });
});
