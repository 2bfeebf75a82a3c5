import { expect } from "chai";
import type { Output } from "@pulumi/pulumi";
import { podIdentity } from "../../infra/pod-identity";
import { record, valueOf } from "../support/pulumi";

describe("an AWS identity for a service account", () => {
  const identity = (rights: { policy?: string; managedPolicies?: string[] }) =>
    record("dev", () =>
      podIdentity(
        "dns",
        {
          cluster: "c",
          namespace: "external-dns",
          serviceAccount: "external-dns",
          roleName: "c-dns",
          tags: { owner: "us" },
          ...rights,
        },
        {},
      ),
    );
  it("[A1.3] binds one role, trusted by Pod Identity alone, to one service account", async () => {
    const { seen } = await identity({ policy: "{}" });
    const role = seen.find(({ type }) => type === "aws:iam/role:Role")?.inputs;
    expect(role).to.deep.include({ name: "c-dns", tags: { owner: "us", Name: "dns-role" } });
    expect(JSON.parse(String(role?.["assumeRolePolicy"]))).to.deep.nested.include({
      "Statement[0].Principal": { Service: "pods.eks.amazonaws.com" },
      "Statement[0].Action": ["sts:AssumeRole", "sts:TagSession"],
    });
    expect(seen.find(({ type }) => type.endsWith(":PodIdentityAssociation"))?.inputs).to.deep.include({
      clusterName: "c",
      namespace: "external-dns",
      serviceAccount: "external-dns",
      roleArn: "arn:aws:iam::111122223333:role/dns-role",
    });
  });
  it("comes after its rights, so that whoever waits for it has them", async () => {
    const { seen, result } = await identity({ policy: "{}", managedPolicies: ["A", "path/B"] });
    expect(await valueOf(result.id as Output<string>)).to.equal("dns-identity-id");
    const order = seen.map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
    expect(order.at(-1)).to.equal("PodIdentityAssociation dns-identity");
    expect(order).to.include.members([
      "RolePolicyAttachment dns-role-A",
      "RolePolicyAttachment dns-role-B",
      "RolePolicy dns-role",
    ]);
  });
});
