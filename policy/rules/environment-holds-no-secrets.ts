import { cisEks } from "../framework";
import { isReference, looksSecret, namesASecret } from "../credential";
import { resourceRule } from "../rule";
import { at, isAbsent, items, several, text, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

/** What stands in env is shown by kubectl describe, kept in every ReplicaSet, and printed by every crash handler. */
export const environmentHoldsNoSecrets = resourceRule({
  name: "environment-holds-no-secrets",
  description: "No container gets a credential as a plain environment value.",
  severity: "high",
  framework: cisEks("4.4.1", "Prefer using secrets as files over secrets as environment variables."),
  requirement: "E4.5",
  remediation: "Mount the Secret as a file, or take it by valueFrom.secretKeyRef.",
  url: "https://kubernetes.io/docs/concepts/configuration/secret/",
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      const env = items(container.fields["env"]);
      if (env === UNKNOWN) return verdict.undecided(`${container.place}.env`);
      env.forEach((variable, index) => {
        const [name, value] = several(at(variable, "name"), at(variable, "value"));
        if (isAbsent(value) || (typeof value === "string" && isReference(value))) return;
        const secret = typeof name === "string" && namesASecret(name);
        // A value nobody knows yet may be harmless; under a secret's name it is a secret in the clear all the same.
        if (secret || (typeof value === "string" && looksSecret(value)))
          verdict.violation(`${container.title}: env[${index}] (${text(name)}) holds a credential in the clear`);
        else if (value === UNKNOWN) verdict.undecided(`${container.place}.env[${index}].value`);
      });
    });
  },
});
