import { cisEks } from "../framework";
import { resourceRule, shown } from "../rule";
import { isAbsent, UNKNOWN } from "../value";
import { isWorkload, withWorkload } from "../workload";

/** A token in a pod that never calls the API only serves whoever breaks in. A pod that needs one says so, by its own account. */
export const serviceAccountTokensAreOff = resourceRule({
  name: "service-account-tokens-are-off",
  description: "Pods mount no service account token unless they ask for one under an account of their own.",
  severity: "medium",
  framework: cisEks("4.1.6", "Ensure that Service Account Tokens are only mounted where necessary."),
  requirement: "E4.2",
  remediation:
    "Set automountServiceAccountToken: false; a pod that calls the API sets it to true and names its own serviceAccountName.",
  url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#opt-out-of-api-credential-automounting",
  levels: { dev: "advisory", staging: "advisory" },
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place, partial }) => {
      const mounted = spec["automountServiceAccountToken"];
      const account = spec["serviceAccountName"];
      const own = !isAbsent(account) && account !== "default";
      if (mounted === UNKNOWN) verdict.undecided(`${place}.automountServiceAccountToken`);
      else if (mounted !== false && !(mounted === true && own) && !(partial && isAbsent(mounted)))
        verdict.violation(
          `${place}.automountServiceAccountToken is ${shown(mounted)}${own ? "" : " and the account is default"}`,
        );
    });
  },
});
