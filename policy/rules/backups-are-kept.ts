import { platform } from "../framework";
import { resourceRule } from "../rule";
import { count } from "../setting";
import { at, isAbsent, items, UNKNOWN } from "../value";

/** A backup plan that forgets after a day cannot undo what is found on Monday. */
export const backupsAreKept = resourceRule<{ days: number }>({
  name: "backups-are-kept",
  description: "Backup plans keep what they take for the days the environment asks for.",
  severity: "medium",
  framework: platform("B4.1", "Staging and production databases are backed up."),
  requirement: "B4.1",
  remediation: "Set lifecycle.deleteAfter of each rule to the days asked for, or leave it out to keep them for ever.",
  url: "https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html",
  levels: { dev: "advisory" },
  settings: { days: count("days a recovery point is kept", 7) },
  applies: (type) => type === "aws:backup/plan:Plan",
  judge({ properties }, verdict, { days }) {
    const rules = items(properties["rules"]);
    if (rules === UNKNOWN) return verdict.undecided("rules");
    if (rules.length === 0) verdict.violation("the plan has no rule");
    rules.forEach((rule, index) => {
      const after = at(rule, "lifecycle", "deleteAfter");
      if (after === UNKNOWN) verdict.undecided(`rules[${index}].lifecycle.deleteAfter`);
      else if (!isAbsent(after) && Number(after) < days)
        verdict.violation(`rules[${index}] keeps recovery points for ${Number(after)} of ${days} days`);
    });
  },
});
