import { securityHub } from "../framework";
import { resourceRule } from "../rule";
import { count } from "../setting";
import { isAbsent, UNKNOWN } from "../value";

/** Left out, logs are kept for ever, and paid for ever. */
export const logGroupsHaveRetention = resourceRule<{ days: number }>({
  name: "log-groups-have-retention",
  description: "Every CloudWatch log group says how long it keeps logs, and keeps them long enough.",
  severity: "low",
  framework: securityHub("CloudWatch.16", "CloudWatch log groups should be retained for a specified time period."),
  requirement: "B6.1",
  remediation: "Set retentionInDays on the log group.",
  url: "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html",
  levels: { dev: "advisory" },
  settings: { days: count("days logs are kept at least", 7) },
  applies: (type) => type === "aws:cloudwatch/logGroup:LogGroup",
  judge({ properties }, verdict, { days }) {
    const kept = properties["retentionInDays"];
    if (kept === UNKNOWN) verdict.undecided("retentionInDays");
    else if (isAbsent(kept) || kept === 0) verdict.violation("retentionInDays is not set, so logs are kept for ever");
    else if (Number(kept) < days) verdict.violation(`logs are kept for ${Number(kept)} of ${days} days`);
  },
});
