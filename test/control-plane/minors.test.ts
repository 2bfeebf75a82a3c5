import { expect } from "chai";
import { atHand } from "../../orchestrator/sandbox/control-plane/binaries";
import { ControlPlanes } from "../../orchestrator/sandbox/control-plane/control-planes";
import { minors } from "../../orchestrator/sandbox/control-plane/versions";
import { KubeApi } from "../../orchestrator/sandbox/kubernetes/api";
import { at, conditionOf } from "../../orchestrator/sandbox/kubernetes/object";
import { useFolder } from "../support/folder";
import { START_MS, node, until } from "./plane";

const NAME = "slipway-minors";

describe("minors of a real control plane", function () {
  this.timeout(2 * START_MS);
  const folder = useFolder();

  it("are all that the platform accepts; the next one takes over what the one before has kept", async function () {
    for (const minor of minors) if (!(await atHand(minor, process.env))) this.skip();
    const host = new ControlPlanes({ directory: folder(), variables: process.env });
    const kept = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "kept", namespace: "default" } };
    const seen: string[] = [];
    try {
      for (const minor of minors.toReversed()) {
        const access = await host.ensure(NAME, minor);
        const api = new KubeApi(access);
        try {
          await api.apply(kept, { manager: "test" });
          await host.setNodes(NAME, "general", [node("one")]);
          const ready = await until(async () => {
            const found = await api.get({ apiVersion: "v1", kind: "Node", name: "one" });
            return conditionOf(found, "Ready")?.status === "True" ? found : undefined;
          });
          const { items } = await api.list("v1", "ConfigMap", "default");
          seen.push(
            `${String(at(ready, "status", "nodeInfo", "kubeletVersion")).replace(/\.\d+$/, "")} ${items.length}`,
          );
        } finally {
          api.close();
        }
      }
    } finally {
      await host.close();
    }
    // Its own configuration, and what was put there under 1.35.
    expect(seen).to.deep.equal(["v1.35 2", "v1.36 2"]);
  });
});
