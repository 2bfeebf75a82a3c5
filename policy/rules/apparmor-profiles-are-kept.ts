import { pss } from "../framework";
import { resourceRule, type Verdict } from "../rule";
import { at, isAbsent, isFields, text, UNKNOWN, type Value } from "../value";
import { eachContainer, isWorkload, withWorkload } from "../workload";

const ANNOTATION = "container.apparmor.security.beta.kubernetes.io/";

/** Unconfined, a container loses the mandatory access control of its node. */
export const apparmorProfilesAreKept = resourceRule({
  name: "apparmor-profiles-are-kept",
  description: "No container leaves its AppArmor profile.",
  severity: "medium",
  framework: pss(
    "baseline",
    "AppArmor",
    "On supported hosts the RuntimeDefault AppArmor profile is applied by default, and overriding it must be limited to an allowed set of profiles.",
  ),
  requirement: "E2.5",
  remediation: "Remove appArmorProfile and the AppArmor annotations, or use RuntimeDefault or Localhost.",
  url: "https://kubernetes.io/docs/tutorials/security/apparmor/",
  applies: isWorkload,
  judge(subject, verdict) {
    withWorkload(subject, verdict, ({ spec, place, metadata }) => {
      judgeProfile(at(spec["securityContext"], "appArmorProfile", "type"), { title: place }, verdict);
      const annotations = metadata["annotations"];
      if (annotations === UNKNOWN) verdict.undecided("annotations of the pod template");
      if (!isFields(annotations)) return;
      for (const key of Object.keys(annotations)) {
        if (!key.startsWith(ANNOTATION)) continue;
        const profile = annotations[key];
        if (profile === UNKNOWN) verdict.undecided(`annotation ${key}`);
        else if (!isAbsent(profile) && profile !== "runtime/default" && !text(profile).startsWith("localhost/"))
          verdict.violation(`annotation ${key} names no allowed profile`);
      }
    });
    eachContainer(subject, verdict, (container) =>
      judgeProfile(at(container.fields["securityContext"], "appArmorProfile", "type"), container, verdict),
    );
  },
});

function judgeProfile(type: Value, where: { readonly title: string }, verdict: Verdict): void {
  if (type === UNKNOWN) verdict.undecided(`appArmorProfile of ${where.title}`);
  else if (!isAbsent(type) && type !== "RuntimeDefault" && type !== "Localhost")
    verdict.violation(`${where.title}: appArmorProfile.type is neither RuntimeDefault nor Localhost`);
}
