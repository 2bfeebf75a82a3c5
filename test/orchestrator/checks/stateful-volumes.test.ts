import { expect } from "chai";
import type { ClusterView } from "../../../orchestrator/checks/cluster-view";
import { apart, bindsEarly, membersOf, stranded } from "../../../orchestrator/checks/stateful-volumes";

const ZONE = "topology.kubernetes.io/zone";
const system = { namespace: "n", name: "db", members: 2, labels: { app: "db" } };

/** A cluster of lists alone. */
function viewOf(objects: Readonly<Record<string, readonly object[]>>): ClusterView {
  const list = (_apiVersion: string, kind: string) => Promise.resolve([...(objects[kind] ?? [])]);
  return { list } as unknown as ClusterView;
}
const node = (name: string, zone: string, ready = "True") => ({
  metadata: { name, labels: { [ZONE]: zone } },
  status: { conditions: [{ type: "Ready", status: ready }] },
});
const pod = (name: string, nodeName?: string, labels: object = { app: "db" }) => ({
  metadata: { name, namespace: "n", labels },
  spec: {
    ...(nodeName !== undefined && { nodeName }),
    volumes: [{ persistentVolumeClaim: { claimName: `data-${name}` } }],
  },
});
const claim = (name: string, storageClassName = "gp3") => ({
  metadata: { name: `data-${name}`, namespace: "n" },
  spec: { storageClassName, volumeName: `pv-${name}` },
});
const volume = (name: string, zone: string) => ({
  metadata: { name: `pv-${name}` },
  spec: {
    nodeAffinity: {
      required: { nodeSelectorTerms: [{ matchExpressions: [{ key: ZONE, operator: "In", values: [zone] }] }] },
    },
  },
});
const late = { metadata: { name: "gp3" }, volumeBindingMode: "WaitForFirstConsumer" };

describe("volumes of data systems", () => {
  const sound = {
    Node: [node("a", "z-a"), node("b", "z-b")],
    Pod: [pod("db-1", "a"), pod("db-2", "b"), pod("other", "a", {})],
    PersistentVolumeClaim: [claim("db-1"), claim("db-2")],
    StorageClass: [late],
  };

  it("[A11.3] knows members by their labels and finds them in different zones", async () => {
    expect((await membersOf(viewOf(sound), system)).map(({ metadata }) => metadata?.name)).to.deep.equal([
      "db-1",
      "db-2",
    ]);
    expect((await apart(viewOf(sound), [system])).wrong).to.deep.equal([]);
  });
  it("[A11.3] names two members in one zone, and one that is nowhere", async () => {
    const together = { ...sound, Pod: [pod("db-1", "a"), pod("db-2", "a"), pod("db-3")] };
    const reasons = (await apart(viewOf(together), [system])).wrong.map(
      ({ subject, reason }) => `${subject} ${reason}`,
    );
    expect(reasons).to.deep.equal(["n/db-2 is in z-a, as db-1 is", "n/db-3 is on no node with a zone"]);
  });
  it("[A11.3] names claims of a class that binds at once, or that is not there", async () => {
    const early = { ...sound, StorageClass: [{ metadata: { name: "gp3" }, volumeBindingMode: "Immediate" }] };
    expect(await bindsEarly(viewOf(early), [system])).to.have.length(2);
    expect((await bindsEarly(viewOf({ ...sound, StorageClass: [] }), [system]))[0]?.reason).to.include(
      "does not exist",
    );
    expect(await bindsEarly(viewOf(sound), [system])).to.deep.equal([]);
  });
  it("[A11.3] names pods whose volume is in a zone without a node that is ready", async () => {
    const waiting = {
      Pod: [pod("db-1"), pod("db-2")],
      PersistentVolumeClaim: [claim("db-1"), claim("db-2")],
      PersistentVolume: [volume("db-1", "z-a"), volume("db-2", "z-b")],
      Node: [node("a", "z-a", "False"), node("b", "z-b")],
    };
    expect(await stranded(viewOf(waiting), [system])).to.deep.equal([
      { subject: "n/db-1", reason: "its volume is in z-a, where no node is ready" },
    ]);
  });
});
