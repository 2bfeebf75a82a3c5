import { expect } from "chai";
import { keepMembers, ownedBy } from "../../../../orchestrator/sandbox/operators/members";
import { refOf, type KubeObject } from "../../../../orchestrator/sandbox/kubernetes/object";
import type { OperatorContext } from "../../../../orchestrator/sandbox/operators/operator";

const podOf = (name: string, image = "x"): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "n" },
  spec: { containers: [{ name: "c", image }] },
});
const member = (name: string, image?: string) => ({
  pod: podOf(name, image),
  claim: { apiVersion: "v1", kind: "PersistentVolumeClaim", metadata: { name: `data-${name}`, namespace: "n" } },
});

describe("members of a data system in a rehearsal", () => {
  const there = new Map<string, KubeObject>();
  const key = (object: KubeObject) => JSON.stringify(refOf(object));
  const world = {
    get: (ref: object) => [...there.values()].find((one) => JSON.stringify(refOf(one)) === JSON.stringify(ref)),
    ensure: (object: KubeObject) => Promise.resolve(void there.set(key(object), object)),
    create: (object: KubeObject) =>
      Promise.resolve(
        void there.set(key(object), { ...object, status: { conditions: [{ type: "Ready", status: "True" }] } }),
      ),
    remove: (object: KubeObject) => Promise.resolve(void there.delete(key(object))),
  };
  const pods = () => [...there.values()].filter(({ kind }) => kind === "Pod");
  const keep = (...members: ReturnType<typeof member>[]) =>
    keepMembers({ world } as unknown as OperatorContext, members, pods(), "test");
  const names = () => pods().map(({ metadata }) => metadata.name);
  beforeEach(() => there.clear());

  it("makes what is missing, with its volume, and counts what is ready", async () => {
    expect(await keep(member("a"), member("b"))).to.equal(0);
    expect(names()).to.deep.equal(["a", "b"]);
    expect(await keep(member("a"), member("b"))).to.equal(2);
    expect(there.size).to.equal(4);
  });
  it("replaces one at a time, and none while another is not ready", async () => {
    await keep(member("a"), member("b"));
    await keep(member("a", "y"), member("b"));
    expect(names()).to.deep.equal(["b"]);
    const [other] = pods();
    there.set(key(other as KubeObject), { ...(other as KubeObject), status: {} });
    await keep(member("a", "y"), member("b", "y"));
    expect(names()).to.have.members(["b", "a"]);
    await keep(member("a", "y"), member("b", "y"));
    expect(names()).to.deep.equal(["a"]);
  });
  it("removes who is one too many and leaves the volume", async () => {
    await keep(member("a"), member("b"));
    await keep(member("a"));
    expect(names()).to.deep.equal(["a"]);
    expect([...there.values()].map(({ metadata }) => metadata.name)).to.include("data-b");
  });
  it("are owned by what wants them", () => {
    const object = { ...podOf("o"), metadata: { name: "o", uid: "u" } };
    expect(ownedBy(object)[0]).to.include({ name: "o", uid: "u", controller: true });
  });
});
