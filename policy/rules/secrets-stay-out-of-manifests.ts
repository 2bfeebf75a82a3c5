import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { isAbsent, isFields, UNKNOWN } from "../value";

/** What a manifest may hold in a secret's place: text that SOPS encrypted, or a path that a plugin fills in. */
const STANDS_FOR = /^(?:ENC\[|<path:|\$\{|ref\+|vault:)/;

/** A secret in Git is in every clone of it, for ever; taking it out of the file does not take it out of the history. */
export const secretsStayOutOfManifests = resourceRule({
  name: "secrets-stay-out-of-manifests",
  description: "No manifest holds the value of a Secret; it names where the value comes from.",
  severity: "critical",
  framework: platform("E4.6", "No secrets in Git."),
  requirement: "E4.6",
  remediation: "Declare an ExternalSecret in place of the Secret, and change the value: it has been seen.",
  url: "https://external-secrets.io/latest/introduction/overview/",
  // In a program the value is a Pulumi secret, which a policy sees in the clear: there it cannot be told from a literal.
  only: "manifests",
  applies: isKind("/Secret"),
  judge({ properties }, verdict) {
    if (isFields(properties["sops"])) return;
    for (const field of ["data", "stringData"]) {
      const data = properties[field];
      if (!isFields(data)) continue;
      for (const key of Object.keys(data)) {
        const value = data[key];
        if (isAbsent(value) || value === UNKNOWN) continue;
        if (typeof value !== "string" || !STANDS_FOR.test(value.slice(0, 16)))
          verdict.violation(`${field}[${JSON.stringify(key)}] holds a value`);
      }
    }
  },
});
