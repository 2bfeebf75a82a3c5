import { platform } from "../framework";
import { parseImage } from "../image";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { isAbsent, UNKNOWN } from "../value";
import { matches } from "../waiver";
import { eachContainer, isWorkload } from "../workload";

/** What staging ran and verified is known by its digest; anything else in production was never seen before. */
export const imagesAreReleased = resourceRule<{ digests: readonly string[]; namespaces: readonly string[] }>({
  name: "images-are-released",
  description: "Every image is one of the release: its digest is on the list that staging verified.",
  severity: "high",
  framework: platform("E2.10", "Production admits only digests the ledger shows verified in staging."),
  requirement: "E2.10",
  remediation: "Promote the image through staging, and hand the release's digests to the rule.",
  url: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  // A release hands its digests over with the level; without one there is nothing to hold an image against.
  levels: { dev: "disabled", staging: "disabled", production: "disabled" },
  settings: {
    digests: list("digests of the release, as sha256:…", []),
    namespaces: list("namespaces whose pods run images of the release; * stands for any text", ["*"]),
  },
  applies: isWorkload,
  judge(subject, verdict, { digests, namespaces }) {
    const { namespace } = subject;
    const concerns = (name: string) => namespaces.some((one) => matches(one, name));
    if (namespace !== UNKNOWN && !concerns(namespace)) return;
    eachContainer(subject, verdict, (container) => {
      const reference = container.fields["image"];
      if (reference === UNKNOWN) return verdict.undecided(`${container.place}.image`);
      if (isAbsent(reference) || typeof reference !== "string") return;
      const { digest } = parseImage(reference);
      if (digest !== undefined && digests.includes(digest)) return;
      // Whose pods these are may not be known before the update; where every namespace counts that is no question.
      if (namespace === UNKNOWN && !namespaces.includes("*")) verdict.undecided("metadata.namespace");
      else verdict.violation(`${container.title}: image ${reference} is not one of the release`);
    });
  },
});
