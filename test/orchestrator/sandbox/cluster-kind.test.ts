import * as fs from "node:fs";
import path from "node:path";
import { expect } from "chai";
import { chooseCluster, kindOf, type ChoiceRequest } from "../../../orchestrator/sandbox/cluster-kind";
import { useFolder } from "../../support/folder";
import { refusal } from "../../support/refusal";

describe("what a rehearsal runs on", () => {
  const folder = useFolder();
  const world = (name: string) => path.join(folder(), name);
  const built = (name: string, mark: string) => {
    const cluster = path.join(world(name), "clusters", "slipway-x");
    fs.mkdirSync(cluster, { recursive: true });
    fs.writeFileSync(path.join(cluster, mark), "{}");
  };
  const choose = (asked: ChoiceRequest["asked"], atHand: boolean) =>
    chooseCluster({
      asked,
      worlds: { dev: world("dev"), staging: world("staging") },
      atHand: () => Promise.resolve(atHand),
    });

  it("is by itself the real thing where it is at hand, else the embedded API", async () => {
    expect(await choose("auto", true)).to.equal("control-plane");
    expect(await choose("auto", false)).to.equal("embedded");
  });

  it("is what is asked for", async () => {
    expect(await choose("embedded", true)).to.equal("embedded");
    expect(await choose("control-plane", false), "which then says what is missing").to.equal("control-plane");
  });

  it("stays what a world was built on, whatever came to hand since", async () => {
    built("dev", "cluster.json");
    expect(kindOf(world("dev"))).to.equal("embedded");
    expect(kindOf(world("staging"))).to.equal(undefined);
    expect(await choose("auto", true)).to.equal("embedded");
    built("staging", "cluster.json");
    expect(await choose("auto", true)).to.equal("embedded");
  });

  it("is not changed under a world that exists", async () => {
    built("dev", "control-plane.json");
    const error = await refusal(() => choose("embedded", true));
    expect(error.code).to.equal("cluster-kind-differs");
    expect(error.message).to.include("dev was rehearsed with --cluster control-plane");
    expect(error.fix).to.include("--state-dir");
  });
});
