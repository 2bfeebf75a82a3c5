import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { at, UNKNOWN } from "../value";

/** The only way back to the minute before the bad deploy. */
export const tablesRecoverToAPointInTime = resourceRule({
  name: "tables-recover-to-a-point-in-time",
  description: "Every DynamoDB table can be restored to any second of the last weeks.",
  severity: "medium",
  framework: fsbp("DynamoDB.2", "DynamoDB tables should have point-in-time recovery enabled."),
  requirement: "B4.2",
  remediation: "Set pointInTimeRecovery.enabled: true on the table.",
  url: "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Point-in-time-recovery.html",
  levels: { dev: "advisory", staging: "advisory" },
  applies: (type) => type === "aws:dynamodb/table:Table",
  judge({ properties }, verdict) {
    const enabled = at(properties["pointInTimeRecovery"], "enabled");
    if (enabled === UNKNOWN) verdict.undecided("pointInTimeRecovery.enabled");
    else if (enabled !== true) verdict.violation("pointInTimeRecovery is off");
  },
});
