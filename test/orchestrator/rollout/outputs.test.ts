import { expect } from "chai";
import fc from "fast-check";
import { holdsUnknown, phaseOutputs, secretTexts } from "../../../orchestrator/rollout/outputs";
import { phases } from "../../../orchestrator/rollout/phases";
import { refusal } from "../../support/refusal";

const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const [network, cluster] = phases as [(typeof phases)[number], (typeof phases)[number]];
const known = (value: unknown) => ({ value, secret: false });

describe("outputs", () => {
  it("sees what is not known yet however deep it lies", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom("array", "object", "text"), (value, where) => {
        expect(holdsUnknown(value)).to.equal(JSON.stringify(value).includes(UNKNOWN));
        const deep =
          where === "array" ? [value, [UNKNOWN]] : where === "object" ? { a: value, b: { c: UNKNOWN } } : `x${UNKNOWN}`;
        expect(holdsUnknown(deep)).to.equal(true);
      }),
    );
  });

  it("hands out exactly what the phases asked for own", () => {
    const all = {
      environment: known({}),
      network: known({ vpcId: "vpc-1" }),
      cluster: known(UNKNOWN),
      other: known(1),
    };
    expect(phaseOutputs(all, [network])).to.deep.equal({ environment: {}, network: { vpcId: "vpc-1" } });
  });

  it("never passes on as data what is absent or not known yet, and names each", async () => {
    const all = { environment: known({}), network: known({}), cluster: known({ endpoint: UNKNOWN }) };
    const error = await refusal(() => phaseOutputs(all, [network, cluster]));
    expect(error.code).to.equal("outputs-missing");
    expect(error.message).to.include("cluster is not known yet").and.include("kubeconfig is absent");
  });

  it("finds every text inside a secret, and only there", () => {
    const outputs = { a: { value: { b: ["one", { c: "two" }] }, secret: true }, d: known("three") };
    expect(secretTexts(outputs)).to.deep.equal(["one", "two"]);
  });
});
