import { expect } from "chai";
import { AwsError } from "../../../../orchestrator/sandbox/aws/error";

const error = (text = "no") => new AwsError("creating EC2 VPC", "EC2: CreateVpc", "VpcLimitExceeded", text);

describe("an error of the rehearsal's AWS", () => {
  it("reads as the provider passes AWS's own on: what was done, the operation, the status, the code and the text", () =>
    expect(error("The maximum number of VPCs has been reached.").message).to.match(
      /^creating EC2 VPC: operation error EC2: CreateVpc, https response error StatusCode: 400, RequestID: [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}, api error VpcLimitExceeded: The maximum number of VPCs has been reached\.$/,
    ));
  it("carries the code by itself", () => expect(error().code).to.equal("VpcLimitExceeded"));
  it("carries another status where AWS answers another", () =>
    expect(new AwsError("d", "IAM: GetRole", "NoSuchEntity", "gone", 404).message).to.include("StatusCode: 404"));
  it("is the same text for the same refusal, so that two runs can be compared, and another for another", () => {
    expect(error().message).to.equal(error().message);
    const request = (text: string) => /RequestID: (\S+),/.exec(error(text).message)?.[1];
    expect(request("no")).to.not.equal(request("never"));
  });
});
