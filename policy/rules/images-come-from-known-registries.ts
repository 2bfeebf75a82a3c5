import { nsa } from "../framework";
import { parseImage } from "../image";
import { memo } from "../memo";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { isAbsent, UNKNOWN } from "../value";
import { matches } from "../waiver";
import { eachContainer, isWorkload } from "../workload";

/** Registries of the projects the platform installs, and the account's own. */
const KNOWN = [
  "*.dkr.ecr.*.amazonaws.com",
  "public.ecr.aws",
  "registry.k8s.io",
  "quay.io",
  "ghcr.io",
  "gcr.io",
  "docker.io/envoyproxy",
  "docker.io/grafana",
  "docker.io/istio",
  "cr.l5d.io",
];

/** Anyone can push to a public registry under a name one letter off. */
export const imagesComeFromKnownRegistries = resourceRule<{ registries: readonly string[] }>({
  name: "images-come-from-known-registries",
  description: "Images come from registries the platform knows.",
  severity: "medium",
  framework: nsa(
    "Kubernetes Pod security: Building secure container images",
    "Only use trusted repositories to pull images from.",
  ),
  requirement: "E2.9",
  remediation: "Mirror the image into the account's registry, or add its registry to the list in the policy config.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html",
  levels: { dev: "advisory" },
  settings: { registries: list("a registry, or a registry and the beginning of a path; * stands for any text", KNOWN) },
  applies: isWorkload,
  judge(subject, verdict, { registries }) {
    eachContainer(subject, verdict, (container) => {
      const reference = container.fields["image"];
      if (reference === UNKNOWN) return verdict.undecided(`${container.place}.image`);
      if (isAbsent(reference) || typeof reference !== "string") return;
      if (!known(registries)(reference))
        verdict.violation(
          `${container.title}: image comes from ${parseImage(reference).registry}, which is not on the list`,
        );
    });
  },
});

const byList = new WeakMap<readonly string[], (reference: string) => boolean>();

/** Whether an image is from the list; worked out once per image and list. */
function known(registries: readonly string[]): (reference: string) => boolean {
  let judge = byList.get(registries);
  if (judge === undefined) {
    judge = memo((reference) => {
      const { registry, repository } = parseImage(reference);
      return registries.some((pattern) =>
        pattern.includes("/") ? `${registry}/${repository}`.startsWith(`${pattern}/`) : matches(pattern, registry),
      );
    });
    byList.set(registries, judge);
  }
  return judge;
}
