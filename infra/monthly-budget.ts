import * as budgets from "@pulumi/aws/budgets";
import type * as pulumi from "@pulumi/pulumi";
import type { PlatformConfig } from "./config";
import { named, type Tags } from "./naming";

/** A budget, not a promise: mails at 80 % of what is spent and at 100 % of what is forecast (B5). */
export function monthlyBudget(
  name: string,
  { budget, environment }: PlatformConfig,
  tags: Tags,
  child: pulumi.CustomResourceOptions,
): void {
  const total = budget.compute + budget.storage + budget.network + budget.monitoring + budget.recovery;
  const notify = (notificationType: string, threshold: number) => ({
    comparisonOperator: "GREATER_THAN",
    threshold,
    thresholdType: "PERCENTAGE",
    notificationType,
    subscriberEmailAddresses: budget.contacts,
  });
  new budgets.Budget(
    `${name}-budget`,
    {
      name: `slipway-${environment}`,
      budgetType: "COST",
      limitAmount: total.toFixed(2),
      limitUnit: "USD",
      timeUnit: "MONTHLY",
      costFilters: [{ name: "TagKeyValue", values: [`user:environment$${environment}`] }],
      notifications: [notify("ACTUAL", 80), notify("FORECASTED", 100)],
      tags: named(tags, `${name}-budget`),
    },
    child,
  );
}
