import { expect } from "chai";
import { auditReader, type LookupEventsReply } from "../../../../orchestrator/checks/aws/audit";
import { settings } from "./fixture";

const event = (record: object) => ({ CloudTrailEvent: JSON.stringify(record) });
const role = "arn:aws:iam::111122223333:role/reader";
const session = { arn: `${role}/pod`, sessionContext: { sessionIssuer: { arn: role } } };

describe("the audit log of a real account", () => {
  const asked: object[] = [];
  const answering = (...replies: LookupEventsReply[]) => {
    asked.splice(0);
    return auditReader(settings, (request) => {
      asked.push(request);
      return Promise.resolve(replies[asked.length - 1] ?? { NextToken: "more" });
    });
  };

  it("[A12.4] says which role read which secret, over its pages", async () => {
    const reader = answering(
      { Events: [event({ requestParameters: { secretId: "a" }, userIdentity: session })], NextToken: "two" },
      { Events: [event({ requestParameters: { secretId: "b" }, userIdentity: { arn: "arn:user" } })] },
    );
    expect(await reader.secretReads()).to.deep.equal([
      { secret: "a", reader: role },
      { secret: "b", reader: "arn:user" },
    ]);
    expect(asked).to.deep.equal([
      { LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "GetSecretValue" }], MaxResults: 50 },
      {
        LookupAttributes: [{ AttributeKey: "EventName", AttributeValue: "GetSecretValue" }],
        MaxResults: 50,
        NextToken: "two",
      },
    ]);
  });
  it("keeps a refusal a refusal", async () => {
    const refused = { requestParameters: null, userIdentity: session, errorCode: "AccessDenied" };
    expect(await answering({ Events: [event(refused)] }).secretReads()).to.deep.equal([
      { secret: "", reader: role, error: "AccessDenied" },
    ]);
  });
  it("reads no more than four pages of a busy account", async () => {
    expect(await answering().secretReads()).to.deep.equal([]);
    expect(asked).to.have.length(4);
  });
});
