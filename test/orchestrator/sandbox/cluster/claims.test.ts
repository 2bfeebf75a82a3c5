import { expect } from "chai";
import { claimsOf } from "../../../../orchestrator/sandbox/cluster/claims";

describe("claims of a StatefulSet", () => {
  const set = (volumeClaimTemplates?: object[]) => ({
    apiVersion: "apps/v1",
    kind: "StatefulSet",
    metadata: { name: "db", namespace: "shop" },
    spec: { selector: { matchLabels: { app: "db" } }, ...(volumeClaimTemplates && { volumeClaimTemplates }) },
  });
  it("are one of each template for a pod, named after both", () => {
    const spec = { resources: { requests: { storage: "1Gi" } } };
    expect(claimsOf(set([{ metadata: { name: "data" }, spec }]), "db-1")).to.deep.equal([
      {
        apiVersion: "v1",
        kind: "PersistentVolumeClaim",
        metadata: { name: "data-db-1", namespace: "shop", labels: { app: "db" } },
        spec,
      },
    ]);
  });
  it("are none without templates", () => {
    expect(claimsOf(set(), "db-0")).to.deep.equal([]);
  });
});
