import { nsa } from "../framework";
import { parseImage } from "../image";
import { resourceRule } from "../rule";
import { isAbsent, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

const DIGEST = /^[a-z0-9]{2,16}(?:[+._-][a-z0-9]{1,16}){0,3}:[a-zA-Z0-9]{32,256}$/;

/** Only a digest says that what staging verified is what production runs. */
export const imagesArePinnedByDigest = resourceRule({
  name: "images-are-pinned-by-digest",
  description: "Every image is named by its digest.",
  severity: "medium",
  framework: nsa(
    "Kubernetes Pod security: Building secure container images",
    "Use trusted images and verify that the image run is the image that was scanned.",
  ),
  requirement: "E2.9",
  remediation: "Add @sha256:… to the image, as the registry or the release record states it.",
  url: "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
  levels: { dev: "advisory" },
  applies: isWorkload,
  judge(subject, verdict) {
    eachContainer(subject, verdict, (container) => {
      const reference = container.fields["image"];
      if (reference === UNKNOWN) return verdict.undecided(`${container.place}.image`);
      if (isAbsent(reference) || typeof reference !== "string") return;
      const { digest } = parseImage(reference);
      if (digest === undefined) verdict.violation(`${container.title}: image has no digest`);
      else if (digest.length > 300 || !DIGEST.test(digest))
        verdict.violation(`${container.title}: image digest is none`);
    });
  },
});
