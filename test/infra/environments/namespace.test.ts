import { expect } from "chai";
import { namespacesDenyByDefault } from "../../../policy/rules/namespaces-deny-by-default";
import { judgeStack } from "../../support/policy";
import { recorded } from "../../support/recorded";

describe("a namespace of the platform", () => {
  it("[A14.1] states its Pod Security level, and satisfies the pack's default-deny rule [E3.1]", async () => {
    const { seen } = await recorded("dev");
    const namespaces = seen.filter((one) => one.type === "kubernetes:core/v1:Namespace");
    const levels = namespaces.map(({ name, inputs }) => [
      name,
      (inputs["metadata"] as { labels: Record<string, string> }).labels["pod-security.kubernetes.io/enforce"],
    ]);
    // Agents that read the node itself, Velero's among them, are apart from everything else.
    expect(levels.filter(([, level]) => level !== "restricted").map(([name]) => name)).to.have.members([
      "backup-namespace",
      "metrics-monitoring-agents",
      "logs-logging",
      "chaos-namespace",
    ]);
    const members = seen
      .filter((one) => /:(Namespace|NetworkPolicy)$/.test(one.type))
      .map(({ type, name, inputs }) => ({ type, name, props: inputs }));
    expect(judgeStack(namespacesDenyByDefault, members).violations).to.deep.equal([]);
  });
});
