import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { at, UNKNOWN } from "../value";
import { matches } from "../waiver";

const certificate = isKind("cert-manager.io/Certificate");
const entry = isKind("networking.k8s.io/Ingress", "gateway.networking.k8s.io/Gateway");
const ANNOTATIONS = ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer"];

/** The production issuer's rate limit is spent on tests in an hour; the staging issuer's certificates nobody trusts. */
export const issuersFitTheEnvironment = resourceRule<{ forbidden: readonly string[] }>({
  name: "issuers-fit-the-environment",
  description: "Certificates come from an issuer that is meant for the environment.",
  severity: "medium",
  framework: platform("E3.8", "Production ACME issuer only where A5.4 permits."),
  requirement: "E3.8",
  remediation: "Use letsencrypt-staging in dev, letsencrypt-production in staging and production.",
  url: "https://letsencrypt.org/docs/staging-environment/",
  settings: {
    forbidden: list("names of issuers that may not be used; * stands for any text", ["*letsencrypt-staging*"]),
  },
  tuned: { dev: { forbidden: ["*letsencrypt-production*", "*letsencrypt-prod"] } },
  applies: (type) => certificate(type) || entry(type),
  judge({ type, properties, metadata }, verdict, { forbidden }) {
    const places = certificate(type)
      ? [["spec.issuerRef.name", at(properties["spec"], "issuerRef", "name")] as const]
      : ANNOTATIONS.map((key) => [`annotation ${key}`, at(metadata["annotations"], key)] as const);
    for (const [place, name] of places) {
      if (name === UNKNOWN) verdict.undecided(place);
      else if (typeof name === "string" && forbidden.some((pattern) => matches(pattern, name)))
        verdict.violation(`${place} is ${name}, which is not for this environment`);
    }
  },
});
