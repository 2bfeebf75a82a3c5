import { expect } from "chai";
import { namespacesDenyByDefault as rule } from "../../../policy/rules/namespaces-deny-by-default";
import { judgeStack, unknown, type StackMember } from "../../support/policy";

const namespace: StackMember = {
  type: "kubernetes:core/v1:Namespace",
  name: "shop",
  props: { metadata: { name: "shop" } },
};
const policy = (spec: object, inNamespace = "shop"): StackMember => ({
  type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
  name: "deny",
  props: { metadata: { name: "deny", namespace: inNamespace }, spec },
});
const deny = { podSelector: {}, policyTypes: ["Ingress", "Egress"] };

describe("policy namespaces-deny-by-default", () => {
  it("[E3.1] accepts a namespace whose pods are all denied in both directions", () => {
    expect(judgeStack(rule, [namespace, policy(deny)]).violations).to.deep.equal([]);
  });
  const insufficient: Readonly<Record<string, StackMember[]>> = {
    "has no policy": [],
    "is only denied ingress": [policy({ podSelector: {}, policyTypes: ["Ingress"] })],
    "is only denied for some pods": [policy({ ...deny, podSelector: { matchLabels: { app: "a" } } })],
    "has a policy with a rule, which allows": [policy({ ...deny, ingress: [{}] })],
    "has its deny in another namespace": [policy(deny, "other")],
    "leaves the directions to the default, which is ingress": [policy({ podSelector: {} })],
  };
  for (const [title, policies] of Object.entries(insufficient)) {
    it(`[E3.1] refuses a namespace that ${title}`, () => {
      const { violations } = judgeStack(rule, [namespace, ...policies]);
      expect(violations).to.have.length(1);
      expect(violations[0]).to.include("namespace shop has no default deny");
    });
  }
  it("follows the resource where the namespace's name is not known yet", () => {
    const unnamed: StackMember = { ...namespace, props: { metadata: { name: unknown } } };
    const linked: StackMember = { ...policy(deny, unknown), from: { metadata: ["shop"] } };
    expect(judgeStack(rule, [unnamed, linked]).violations).to.deep.equal([]);
    expect(judgeStack(rule, [unnamed, policy(deny, unknown)]).violations).to.have.length(1);
  });
});
