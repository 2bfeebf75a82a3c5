import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { ApplicationEnvironment } from "../../../infra/environments/environment";
import { GATE, gatePolicies } from "../../../infra/environments/gates";
import type { ApplicationSpec } from "../../../infra/environments/application";
import { kinds, type Kind } from "../../../infra/environments/sizes";
import { levelOf } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { specOf } from "../../support/environments";
import { judge, judgeStack } from "../../support/policy";
import { record, type Registered } from "../../support/pulumi";

const levels = { preview: "dev", qa: "dev", staging: "staging", production: "production" } as const;

describe("an application environment as declared", () => {
  const alerts = { environment: "production", runbook: "https://runbooks.example.com" } as const;
  const variants: readonly (readonly [what: string, kind: Kind, changed: Partial<ApplicationSpec>])[] = [
    ...kinds.map((kind) => [kind, kind, kind === "preview" ? {} : { alerts }] as const),
    ["production by Argo Rollouts", "production", { alerts, strategy: { by: "argo-rollouts" } }],
    ["production by Flagger", "production", { strategy: { by: "flagger", loadTester: "http://loadtester.flagger/" } }],
    ["graded staging", "staging", { profile: "graded", strategy: { by: "argo-rollouts" } }],
    ["graded production", "production", { profile: "graded" }],
  ];
  for (const [what, kind, changed] of variants)
    it(`[E1.4] ${what} breaks no rule of the policy pack that is mandatory there`, async () => {
      const environment = levels[kind];
      const { seen } = await record("dev", () => {
        const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
        new ApplicationEnvironment("shop", { spec: specOf(kind, changed), vpcCidr: "10.10.0.0/16", provider });
      });
      const all = seen.map(({ type, name, inputs }) => ({ type, name, props: inputs }));
      const found = rules
        .filter((rule) => rule.only === undefined && levelOf(rule, environment) === "mandatory")
        .flatMap((rule) =>
          rule.scope === "stack"
            ? judgeStack(rule, all).violations.map((violation) => `${rule.name}: ${violation}`)
            : seen.flatMap(({ type, name, inputs }: Registered) =>
                judge(rule, type, inputs, rule.tuned?.[environment]).violations.map(
                  (violation) => `${rule.name} ${name}: ${violation}`,
                ),
              ),
        );
      expect(found).to.deep.equal([]);
    });
  it("gates reach the application of a stable environment and nothing else; a preview has none [D1.2]", () => {
    expect(gatePolicies(specOf("preview"))).to.deep.equal([]);
    for (const kind of ["qa", "staging", "production"] as const) {
      const [into, out] = gatePolicies(specOf(kind)).map(({ spec }) => spec);
      const ports = [{ protocol: "TCP", port: 8080 }];
      const application = { podSelector: { matchLabels: { "app.kubernetes.io/name": "app" } } };
      const gates = { podSelector: { matchLabels: GATE } };
      expect(into).to.deep.equal({ ...application, policyTypes: ["Ingress"], ingress: [{ from: [gates], ports }] });
      expect(out).to.deep.equal({ ...gates, policyTypes: ["Egress"], egress: [{ to: [application], ports }] });
    }
  });
  it("[C2.4] only a preview makes a password, and that is random", async () => {
    const made = [];
    for (const kind of kinds) {
      const { seen } = await record("dev", () => {
        const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
        new ApplicationEnvironment("shop", { spec: specOf(kind), vpcCidr: "10.10.0.0/16", provider });
      });
      made.push(seen.filter(({ type }) => /RandomPassword|:Secret$/.test(type)).length);
    }
    expect(made).to.deep.equal([2, 0, 0, 0]);
  });
});
