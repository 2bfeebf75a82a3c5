import { expect } from "chai";
import type { CheckContext } from "../../../orchestrator/checks/check";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { backedUp, keptApart, starts, unarchived } from "../../../orchestrator/checks/stateful-database";
import { impatient } from "./cluster-world";

const database = { namespace: "data", name: "db", schedules: ["daily"], bucket: "b" } as never;
const context = { waitUntil: impatient } as unknown as CheckContext;
const viewOf = (lists: Readonly<Record<string, readonly object[]>>, single: Readonly<Record<string, object>> = {}) =>
  ({
    list: (_apiVersion: string, kind: string) => Promise.resolve([...(lists[kind] ?? [])]),
    get: (_apiVersion: string, kind: string) => Promise.resolve(single[kind]),
  }) as unknown as ClusterView;
const instance = (startupProbe?: object) => ({
  metadata: { name: "db-1", namespace: "data", labels: { "cnpg.io/cluster": "db", "cnpg.io/podRole": "instance" } },
  spec: { containers: [{ name: "postgres", ...(startupProbe && { startupProbe }) }] },
});
const archives = (status: string, message = "") => ({
  Cluster: { status: { conditions: [{ type: "ContinuousArchiving", status, message }] } },
});
const backup = (name: string, status: object) => ({
  metadata: { name, namespace: "data", labels: { "cnpg.io/scheduled-backup": "daily" } },
  status,
});

describe("the database, as the check sees it", () => {
  it("[A11.7] is given a minute to start, or fails", async () => {
    const verdict = async (probe?: object) => (await starts(viewOf({ Pod: [instance(probe)] }), database)).verdict;
    expect(await verdict({ periodSeconds: 10, failureThreshold: 6 })).to.equal("passed");
    expect(await verdict({ periodSeconds: 10, failureThreshold: 5 })).to.equal("failed");
    expect(await verdict()).to.equal("failed");
    expect((await starts(viewOf({}), database)).verdict).to.equal("inconclusive");
  });
  it("[A11.6] [A11.8] has a quota, and a Secret of its operator's", async () => {
    const owned = { Secret: { metadata: { ownerReferences: [{ kind: "Cluster" }] } } };
    expect((await keptApart(viewOf({ ResourceQuota: [{}] }, owned), database)).verdict).to.equal("passed");
    expect((await keptApart(viewOf({}, owned), database)).detail).to.include("has no quota");
    expect((await keptApart(viewOf({ ResourceQuota: [{}] }), database)).detail).to.include("does not exist");
    const typed = { Secret: { metadata: {} } };
    expect((await keptApart(viewOf({ ResourceQuota: [{}] }, typed), database)).detail).to.include(
      "not the operator's own",
    );
  });
  it("[B4.2] counts the last backup of each schedule, and the archive", async () => {
    const old = backup("daily-1", { phase: "failed", error: "x" });
    const said = (backups: object[], single: Record<string, object>) =>
      backedUp(context, viewOf({ Backup: backups }, single), database).then(
        ({ verdict, detail }) => `${verdict} ${detail}`,
      );
    expect(await said([old, backup("daily-2", { phase: "completed" })], archives("True"))).to.match(/^passed/);
    expect(await said([old], archives("True"))).to.include("its last backup is failed: x");
    expect(await said([], archives("True"))).to.include("has made no backup");
    expect(await said([backup("daily-2", { phase: "completed" })], archives("False", "denied"))).to.include(
      "db: denied",
    );
    const none = { ...(database as object), schedules: [] } as never;
    expect((await backedUp(context, viewOf({}), none)).detail).to.include("disposable (B4.1)");
  });
  it("[A15.5] has its archive diagnosed only when it fails", async () => {
    const outputs = { cluster: { name: "c" }, stateful: { kafka: [], postgres: [database] } };
    const clients = { aws: { podIdentityAssociations: () => Promise.resolve([]) } };
    const of = { ...context, outputs, clients } as unknown as CheckContext;
    expect(await unarchived(of, viewOf({}, archives("True")))).to.deep.equal([]);
    expect((await unarchived(of, viewOf({}, archives("False"))))[0]?.subjects).to.deep.equal(["data/db"]);
  });
});
