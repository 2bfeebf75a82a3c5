import { expect } from "chai";
import type { SecretRead } from "../../../orchestrator/checks/aws/reader";
import type { CheckContext } from "../../../orchestrator/checks/check";
import { secretReadsCauses, secretReadsReviewed } from "../../../orchestrator/checks/secret-review";

const READER = "arn:aws:iam::1:role/slipway-dev-external-secrets";
const PERSON = "arn:aws:iam::1:role/admin";
const NAME = "slipway/dev/api-keys";
const context = (...reads: SecretRead[]) =>
  ({
    outputs: { secrets: { prefix: "slipway/dev/" }, cluster: { name: "slipway-dev" } },
    clients: {
      proof: { aws: "stand-in", kubernetes: "stand-in" },
      aws: {
        secretReads: () => Promise.resolve(reads),
        podIdentityAssociations: () =>
          Promise.resolve([{ namespace: "external-secrets", serviceAccount: "external-secrets", roleArn: READER }]),
      },
    },
  }) as unknown as CheckContext;
const arn = `arn:aws:secretsmanager:eu-central-1:1:secret:${NAME}-a1B2c3`;

describe("the review of secrets", () => {
  it("[H5.2] names who read what and how often, by name or ARN, and says who is from outside", async () => {
    const world = context(
      { secret: NAME, reader: READER },
      { secret: arn, reader: READER },
      { secret: NAME, reader: PERSON },
      { secret: NAME, reader: PERSON, error: "AccessDenied" },
      { secret: "slipway/staging/api-keys", reader: PERSON },
    );
    const finding = await secretReadsReviewed(world);
    expect(finding.verdict).to.equal("passed");
    expect(finding.proof).to.equal("stand-in");
    expect(finding.table?.rows).to.deep.equal([
      [NAME, PERSON, "outside", "1", "1"],
      [NAME, READER, "add-on", "2", "0"],
    ]);
    expect((await secretReadsCauses(world)).map(({ subjects }) => subjects)).to.deep.equal([[`${NAME} by ${PERSON}`]]);
  });
  it("[H5.2] diagnoses nothing where only add-ons read", async () => {
    expect(await secretReadsCauses(context({ secret: NAME, reader: READER }))).to.deep.equal([]);
  });
  it("[H5.2] passes nothing where the log is empty, or does not answer", async () => {
    expect((await secretReadsReviewed(context())).verdict).to.equal("inconclusive");
    const broken = context();
    (broken.clients.aws as { secretReads: unknown }).secretReads = () =>
      Promise.reject(new Error("ThrottlingException"));
    expect((await secretReadsReviewed(broken)).verdict).to.equal("errored");
  });
});
