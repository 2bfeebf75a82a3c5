import { expect } from "chai";
import { monthlyBudget } from "../../infra/monthly-budget";
import { configOf, record } from "../support/pulumi";

describe("the budget that AWS watches", () => {
  it("[B5.1] is the sum of the kinds, for what carries the environment's tag, with mails at 80 and 100 per cent", async () => {
    const { seen } = await record("dev", () => monthlyBudget("network", configOf("dev"), {}, {}));
    expect(seen).to.have.length(1);
    expect(seen[0]?.inputs).to.deep.include({
      limitAmount: "500.00",
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      costFilters: [{ name: "TagKeyValue", values: ["user:environment$dev"] }],
    });
    const notifications = seen[0]?.inputs["notifications"] as { notificationType: string; threshold: number }[];
    expect(notifications.map(({ notificationType, threshold }) => [notificationType, threshold])).to.deep.equal([
      ["ACTUAL", 80],
      ["FORECASTED", 100],
    ]);
  });
});
