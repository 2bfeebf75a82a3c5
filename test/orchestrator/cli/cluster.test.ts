import path from "node:path";
import { expect } from "chai";
import { withCluster } from "../../../orchestrator/cli/cluster";
import { useFolder } from "../../support/folder";
import { root } from "../../support/pulumi";
import { options } from "./fixture";

describe("what Kubernetes runs on", () => {
  const folder = useFolder();
  const decide = async (changed: Parameters<typeof options>[1]) =>
    (await withCluster(options(path.join(folder(), "state"), changed), { root, variables: {} })).cluster;

  it("is what was asked for", async () => expect(await decide({ cluster: "embedded" })).to.equal("embedded"));
  it("is left alone on the aws target, whose cluster is EKS", async () =>
    expect(await decide({ target: "aws", cluster: "auto" })).to.equal("auto"));
  it("is decided before anything else sees it", async () =>
    expect(await decide({ cluster: "auto" })).to.be.oneOf(["embedded", "control-plane"]));
});
