import { expect } from "chai";
import { namespacesDenyByDefault } from "../../../policy/rules/namespaces-deny-by-default";
import { buildPlatform } from "../../../infra/platform";
import { judgeStack } from "../../support/policy";
import { configOf, record } from "../../support/pulumi";

describe("a namespace of the platform", () => {
  it("[A14.1] states its Pod Security level, and satisfies the pack's default-deny rule [E3.1]", async () => {
    const { seen } = await record("dev", () => buildPlatform(configOf("dev")));
    const namespaces = seen.filter((one) => one.type === "kubernetes:core/v1:Namespace");
    for (const { name, inputs } of namespaces)
      expect(
        (inputs["metadata"] as { labels: Record<string, string> }).labels["pod-security.kubernetes.io/enforce"],
        name,
      ).to.equal("restricted");
    const members = seen
      .filter((one) => /:(Namespace|NetworkPolicy)$/.test(one.type))
      .map(({ type, name, inputs }) => ({ type, name, props: inputs }));
    expect(judgeStack(namespacesDenyByDefault, members).violations).to.deep.equal([]);
  });
});
