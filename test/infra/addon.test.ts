import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { managedAddon } from "../../infra/addon";
import { configOf, record } from "../support/pulumi";

class Box extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Box", "box");
  }
}

describe("an add-on that EKS manages", () => {
  const made = async (addonVersions: { coredns?: string }, values?: object) => {
    const config = configOf("dev");
    const { seen } = await record("dev", () =>
      managedAddon(
        "cluster",
        {
          addon: "coredns",
          config: { ...config, cluster: { ...config.cluster, addonVersions } },
          tags: { owner: "us" },
          cluster: "c",
          ...(values && { values }),
        },
        { parent: new Box() },
      ),
    );
    return seen.find(({ type }) => type === "aws:eks/addon:Addon")?.inputs;
  };
  it("[A21.5] comes at the version of the configuration, else at the newest that EKS names", async () => {
    expect(await made({ coredns: "v1.14.2-eksbuild.4" })).to.include({ addonVersion: "v1.14.2-eksbuild.4" });
    expect(await made({})).to.include({ addonVersion: "v1.0.0-eksbuild.1", addonName: "coredns", clusterName: "c" });
  });
  it("keeps what a person changed in it through updates, and takes over what was there at first", async () => {
    expect(await made({})).to.include({ resolveConflictsOnCreate: "OVERWRITE", resolveConflictsOnUpdate: "PRESERVE" });
  });
  it("is configured only where the platform says something", async () => {
    expect(await made({}, { replicaCount: 2 })).to.include({ configurationValues: '{"replicaCount":2}' });
    expect(await made({})).to.not.have.property("configurationValues");
  });
});
