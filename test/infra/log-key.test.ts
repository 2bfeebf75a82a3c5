import { expect } from "chai";
import { logKey } from "../../infra/log-key";
import { configOf, record } from "../support/pulumi";

describe("the key of the log groups", () => {
  it("rotates, and may be used by CloudWatch Logs for the platform's own groups alone", async () => {
    const { seen } = await record("dev", () => logKey("network", configOf("dev"), {}, {}));
    const key = seen[0]?.inputs;
    expect(key).to.deep.include({ enableKeyRotation: true });
    const [account, logs] = (JSON.parse(String(key?.["policy"])) as { Statement: Record<string, unknown>[] }).Statement;
    expect(account?.["Principal"]).to.deep.equal({ AWS: "arn:aws:iam::111111111111:root" });
    expect(logs?.["Principal"]).to.deep.equal({ Service: "logs.eu-central-1.amazonaws.com" });
    expect(logs?.["Condition"]).to.deep.equal({
      ArnLike: {
        "kms:EncryptionContext:aws:logs:arn": [
          "arn:aws:logs:eu-central-1:111111111111:log-group:/slipway/dev/*",
          "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/eks/slipway-dev/*",
          "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/rds/instance/slipway-dev-*",
        ],
      },
    });
  });
});
