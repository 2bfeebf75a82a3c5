import { expect } from "chai";
import { isAllowed } from "../../../../orchestrator/sandbox/aws/iam";
import { readSecret, secretReads } from "../../../../orchestrator/sandbox/aws/secrets";
import { openAccount } from "./secrets-account";

describe("the rehearsal's Secrets Manager", () => {
  const world = openAccount();
  const NAME = "slipway/dev/api-keys";
  const BELOW = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:slipway/dev/*";
  const KEY = "arn:aws:kms:eu-central-1:111122223333:key/k";
  const read = () => readSecret(world.account(), { roleArn: world.role("reader"), name: NAME });
  const both = [
    { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [BELOW] },
    { Effect: "Allow", Action: "kms:Decrypt", Resource: KEY },
  ];

  it("[A12.3] gives a value to a role that may read and decrypt it, and says so in the audit log", () => {
    world.secret(NAME, KEY, '{"demo":"value"}');
    world.grant("reader", both);
    expect(read()).to.equal('{"demo":"value"}');
    expect(secretReads(world.account())).to.deep.equal([{ secret: NAME, reader: world.role("reader") }]);
  });
  it("[A12.3] refuses a role whose prefix is another environment's, and keeps the refusal on record", () => {
    world.secret(NAME, KEY, "value");
    world.grant("reader", [{ ...both[0], Resource: [BELOW.replace("dev", "staging")] }, both[1] as object]);
    expect(read).to.throw(
      /AccessDeniedException: User: .*reader is not authorized to perform: secretsmanager:GetSecretValue/,
    );
    expect(secretReads(world.account())[0]).to.include({ error: "AccessDeniedException" });
  });
  it("refuses a role that may read and not decrypt", () => {
    world.secret(NAME, KEY, "value");
    world.grant("reader", both.slice(0, 1));
    expect(read).to.throw(/not authorized to perform: kms:Decrypt on resource: arn:aws:kms/);
  });
  it("has nothing to give of a secret without a value", () => {
    world.secret(NAME, KEY);
    world.grant("reader", both);
    expect(read).to.throw(/ResourceNotFoundException: Secrets Manager can't find the specified secret/);
  });
  it("never says a value in an error or in the audit log", () => {
    world.secret(NAME, KEY, "hunter2");
    world.grant("reader", both);
    read();
    expect(JSON.stringify(secretReads(world.account()))).to.not.include("hunter2");
  });
  it("judges patterns as IAM does: a denial wins, `?` is one character, a dot is a dot", () => {
    const may = (action: string, resource: string) =>
      isAllowed({ account: world.account() }, world.role("reader"), action, resource);
    world.grant("reader", [
      { Effect: "Allow", Action: "s3:Get*", Resource: "arn:aws:s3:::a.b/?" },
      { Effect: "Deny", Action: "*", Resource: "arn:aws:s3:::a.b/x" },
    ]);
    expect(may("s3:GetObject", "arn:aws:s3:::a.b/c")).to.equal(true);
    expect(may("s3:PutObject", "arn:aws:s3:::a.b/c")).to.equal(false);
    expect(may("s3:GetObject", "arn:aws:s3:::a.b/cc")).to.equal(false);
    expect(may("s3:GetObject", "arn:aws:s3:::a-b/c")).to.equal(false);
    expect(may("s3:GetObject", "arn:aws:s3:::a.b/x")).to.equal(false);
  });
});
