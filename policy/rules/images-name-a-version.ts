import { platform } from "../framework";
import { parseImage } from "../image";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { isAbsent, text, UNKNOWN } from "../value";
import { eachContainer, isWorkload } from "../workload";

/** What `latest` is changes under a running Deployment: the next pod to start is another program. */
export const imagesNameAVersion = resourceRule<{ movingTags: readonly string[] }>({
  name: "images-name-a-version",
  description: "Every image has a digest or a tag that does not move.",
  severity: "medium",
  framework: platform("E2.9", "Images by digest; no latest or other moving tag."),
  requirement: "E2.9",
  remediation: "Name the image's version, or better its digest.",
  url: "https://kubernetes.io/docs/concepts/containers/images/#image-names",
  settings: { movingTags: list("tags that move", ["latest", "main", "master", "edge", "nightly", "stable", "dev"]) },
  applies: isWorkload,
  judge(subject, verdict, { movingTags }) {
    eachContainer(subject, verdict, (container, workload) => {
      const reference = container.fields["image"];
      if (reference === UNKNOWN) return verdict.undecided(`${container.place}.image`);
      if (isAbsent(reference)) {
        if (!workload.partial) verdict.violation(`${container.title}: image is not set`);
        return;
      }
      const { tag, digest } = parseImage(text(reference));
      if (digest !== undefined) return;
      if (tag === undefined) verdict.violation(`${container.title}: image has no tag, which means latest`);
      else if (movingTags.includes(tag)) verdict.violation(`${container.title}: image tag ${tag} moves`);
    });
  },
});
