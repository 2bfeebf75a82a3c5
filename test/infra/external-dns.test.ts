import { expect } from "chai";
import { recorded } from "../support/recorded";

describe("external-dns", () => {
  const seenIn = async (environment: string) => (await recorded(environment)).seen;
  it("[A6.5] removes records in dev, and leaves those of production to a person", async () => {
    for (const [environment, policy] of [
      ["dev", "sync"],
      ["production", "upsert-only"],
    ] as const) {
      const release = (await seenIn(environment)).find(({ name }) => name === "entry-point-external-dns");
      expect(release?.inputs["values"]).to.deep.include({ policy, txtOwnerId: `slipway-${environment}` });
    }
  });
  it("may change records of the environment's own zone only", async () => {
    const policy = (await seenIn("dev")).find(
      ({ name, type }) => type === "aws:iam/rolePolicy:RolePolicy" && name === "entry-point-external-dns-role",
    )?.inputs["policy"];
    const [change, list] = (JSON.parse(String(policy)) as { Statement: { Action: string[]; Resource: string[] }[] })
      .Statement;
    expect(change?.Action).to.include("route53:ChangeResourceRecordSets");
    expect(change?.Resource).to.have.length(1);
    expect(change?.Resource[0]).to.match(/^arn:aws:route53:::hostedzone\/[^*]*$/);
    expect(list?.Action.every((action) => action.startsWith("route53:List"))).to.equal(true);
  });
});
