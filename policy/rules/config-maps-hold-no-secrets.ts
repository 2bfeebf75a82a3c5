import { cisEks } from "../framework";
import { looksSecret, namesASecret } from "../credential";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { isAbsent, isFields, UNKNOWN } from "../value";

/** A ConfigMap is read by everyone who may read the namespace, and is not encrypted by the cluster's key. */
export const configMapsHoldNoSecrets = resourceRule({
  name: "config-maps-hold-no-secrets",
  description: "No ConfigMap holds a credential.",
  severity: "high",
  framework: cisEks("4.4", "Secrets belong in Secrets, kept encrypted and under their own access rights."),
  requirement: "E4.5",
  remediation: "Move the value to a Secret, best one that an ExternalSecret fills from AWS Secrets Manager.",
  url: "https://kubernetes.io/docs/concepts/configuration/configmap/",
  applies: isKind("/ConfigMap"),
  judge(subject, verdict) {
    const data = subject.properties["data"];
    if (data === UNKNOWN) return verdict.undecided("data");
    if (!isFields(data)) return;
    for (const key of Object.keys(data)) {
      const value = data[key];
      if (isAbsent(value)) continue;
      if (namesASecret(key) || (typeof value === "string" && looksSecret(value)))
        verdict.violation(`data[${JSON.stringify(key)}] holds a credential`);
      else if (value === UNKNOWN) verdict.undecided(`data[${JSON.stringify(key)}]`);
    }
  },
});
