import { expect } from "chai";
import { check, guarded, judge } from "../../../../../orchestrator/engine/builtin/deploy/judgement";
import { emptyGoal } from "../../../../../orchestrator/engine/builtin/deploy/providers";
import { StepFailed } from "../../../../../orchestrator/engine/builtin/deploy/runner";
import {
  OUTPUT_VALUE,
  SIGNATURE,
  type AnalyzedResource,
  type PolicyGate,
  type Properties,
} from "../../../../../orchestrator/engine/builtin/model";
import { secret } from "../../../../../orchestrator/engine/builtin/values";
import { scripted, staged, type Given } from "../../../../support/deployments";
import { urnOf } from "../../../../support/states";
import { strict } from "../../../../support/strict";

const URN = urnOf("a");
const failed = async (step: Promise<unknown>) => {
  const error: unknown = await step.catch((reason: unknown) => reason);
  expect(error).to.be.instanceOf(StepFailed);
};

describe("what a provider says of inputs", () => {
  const failures = [
    { property: "size", reason: "too small" },
    { property: "", reason: "nothing fits" },
  ];

  it("are the inputs it takes, or every mistake with its property", async () => {
    const { deployment, errors } = staged();
    const taking = scripted({ check: () => Promise.resolve({ inputs: { size: 2 }, failures: [] }) });
    expect(await check(deployment, taking, URN, undefined, { size: 1 })).to.deep.equal({ size: 2 });
    const refusing = scripted({ check: (_urn, _olds, news) => Promise.resolve({ inputs: news, failures }) });
    await failed(check(deployment, refusing, URN, undefined, {}));
    expect(errors()).to.deep.equal([
      "x:y:Thing a resource has a problem: property size: too small",
      "x:y:Thing a resource has a problem: nothing fits",
    ]);
    expect(deployment.runner.failed).to.equal(true);
  });

  it("fails its resource when it cannot be asked, in the provider's own words", async () => {
    const { deployment, errors } = staged();
    const error = Object.assign(new Error("2 UNKNOWN: no such region"), { details: "no such region" });
    await failed(guarded(deployment, URN, () => Promise.reject(error)));
    expect(errors()).to.deep.equal(["no such region"]);
  });
});

describe("what policies say of inputs", () => {
  const goal = emptyGoal("x:y:Thing", "a");
  interface Seen {
    remediated: Properties[];
    analyzed: Properties[];
  }
  function gate(accepted: boolean, mend = (properties: Properties) => properties) {
    const seen: Seen = { remediated: [], analyzed: [] };
    const policies = strict<PolicyGate>("gate", {
      remediate: ({ properties }: AnalyzedResource) => {
        seen.remediated.push(properties);
        return Promise.resolve(mend(properties));
      },
      analyze: ({ properties }) => {
        seen.analyzed.push(properties);
        return Promise.resolve(accepted);
      },
    });
    return { seen, policies };
  }
  const judged = (given: Given, inputs: Properties) => judge(staged(given).deployment, goal, URN, inputs, undefined);

  it("is nothing where there are none", async () => {
    const inputs = { size: 1 };
    expect(await judged({}, inputs)).to.equal(inputs);
  });

  it("is heard after they have mended: what they made of it is judged and made", async () => {
    const { seen, policies } = gate(true, (properties) => ({ ...properties, tag: "owner" }));
    expect(await judged({ policies }, { size: 1 })).to.deep.equal({ size: 1, tag: "owner" });
    expect(seen.analyzed).to.deep.equal([{ size: 1, tag: "owner" }]);
  });

  it("keeps the very inputs where nothing was mended, though policies see the values outputs stand for", async () => {
    const { seen, policies } = gate(true);
    const inputs = { key: { [SIGNATURE]: OUTPUT_VALUE, value: "k", secret: true }, __internal: {} };
    expect(await judged({ policies }, inputs)).to.equal(inputs);
    expect(seen.remediated).to.deep.equal([{ key: secret("k"), __internal: {} }]);
    expect(seen.analyzed).to.deep.equal([{ key: secret("k") }]);
  });

  it("takes the step from an update; a preview goes on, and fails at its end", async () => {
    const { policies } = gate(false);
    const update = staged({ policies });
    await failed(judge(update.deployment, goal, URN, {}, undefined));
    expect([update.deployment.violated, update.deployment.runner.failed]).to.deep.equal([true, true]);
    const preview = staged({ policies, dryRun: true });
    expect(await judge(preview.deployment, goal, URN, {}, undefined)).to.deep.equal({});
    expect([preview.deployment.violated, preview.deployment.runner.failed]).to.deep.equal([true, false]);
  });
});
