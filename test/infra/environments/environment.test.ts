import * as k8s from "@pulumi/kubernetes";
import { expect } from "chai";
import { ApplicationEnvironment } from "../../../infra/environments/environment";
import { kinds } from "../../../infra/environments/sizes";
import { levelOf } from "../../../policy/rule";
import { rules } from "../../../policy/rules";
import { specOf } from "../../support/environments";
import { judge, judgeStack } from "../../support/policy";
import { record, type Registered } from "../../support/pulumi";

const levels = { preview: "dev", qa: "dev", staging: "staging", production: "production" } as const;

describe("an application environment as declared", () => {
  for (const kind of kinds)
    it(`[E1.4] ${kind} breaks no rule of the policy pack that is mandatory there`, async () => {
      const environment = levels[kind];
      const { seen } = await record("dev", () => {
        const provider = new k8s.Provider("cluster", { kubeconfig: "{}" });
        new ApplicationEnvironment("shop", { spec: specOf(kind), vpcCidr: "10.10.0.0/16", provider });
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
