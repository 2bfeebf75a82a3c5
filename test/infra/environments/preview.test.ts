import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { previewProgram, previewSpec, type PreviewArgs } from "../../../infra/environments/preview";
import { imageOf } from "../../support/environments";
import { record, valueOf } from "../../support/pulumi";

const args: PreviewArgs = {
  pullRequest: 12,
  image: imageOf("a"),
  domain: "dev.example.com",
  gateway: { name: "public", namespace: "envoy-gateway-system" },
  vpcCidr: "10.10.0.0/16",
  networks: ["203.0.113.0/24"],
  kubeconfig: "secret-kubeconfig",
  labels: { "slipway.dev/pull-request": "12" },
  groups: { developers: "makers", qaEngineers: "testers", viewers: "lookers" },
};

describe("the program of a preview", () => {
  it("[C2.2] makes one namespace of its own and returns where it is", async () => {
    const { seen, result } = await record("dev", () => previewProgram(args)());
    const outputs = await result;
    expect(await valueOf(outputs["url"] as pulumi.Output<string>)).to.equal("https://pr-12.preview.dev.example.com");
    const namespaces = seen.filter(({ type }) => type === "kubernetes:core/v1:Namespace");
    expect(namespaces.map(({ inputs }) => (inputs["metadata"] as { name: string }).name)).to.deep.equal([
      "feature-pr-12",
    ]);
    const { labels } = namespaces[0]?.inputs["metadata"] as { labels: Record<string, string> };
    expect(labels).to.include(args.labels);
  });
  it("[C2.7] reads nothing from the secret store, whoever wrote the change", async () => {
    const { seen } = await record("dev", () => previewProgram(args)());
    expect(seen.filter(({ type }) => type.includes("external-secrets"))).to.deep.equal([]);
  });
  it("[C6.2] lets developers, as they are called here, write and open a shell", async () => {
    const { seen } = await record("dev", () => previewProgram(args)());
    const bindings = seen.filter(({ type }) => type.endsWith(":RoleBinding"));
    const subjects = bindings.map(({ name, inputs }) => [
      name,
      (inputs["subjects"] as { name: string }[]).map((one) => one.name),
    ]);
    expect(subjects).to.deep.include(["preview-rolebinding-shell", ["makers"]]);
  });
  it("[E3.7] is open to the networks of the cluster only", () => {
    expect(previewSpec(args).access).to.deep.equal({ networks: ["203.0.113.0/24"] });
  });
});
