import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { flag, list } from "../setting";
import { at, isAbsent, isFields, items, text, UNKNOWN, type Value } from "../value";

type Settings = { versions: readonly string[]; standardSupport: boolean };

/** Extended support costs six times as much, and its end is an upgrade at AWS's hour. */
export const clusterVersionsAreSupported = resourceRule<Settings>({
  name: "cluster-versions-are-supported",
  description: "Clusters run a tested Kubernetes version in standard support, and stay out of extended support.",
  severity: "high",
  framework: fsbp("EKS.2", "EKS clusters should run on a supported Kubernetes version."),
  requirement: "A2.1",
  remediation: "Set version to a supported one and upgradePolicy.supportType to STANDARD.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html",
  settings: {
    versions: list("versions that may run", ["1.35", "1.36"]),
    standardSupport: flag("demand upgradePolicy.supportType STANDARD", true),
  },
  applies: (type) => type === "eks:index:Cluster" || type === "aws:eks/cluster:Cluster",
  judge({ properties }, verdict, { versions, standardSupport }) {
    const version = properties["version"];
    if (version === UNKNOWN) verdict.undecided("version");
    else if (isAbsent(version)) verdict.violation("version is not set, which means the newest of the day");
    else if (!versions.includes(text(version)))
      verdict.violation(`version ${text(version)} is not one of ${versions.join(", ")}`);
    if (!standardSupport) return;
    const support = at(first(properties["upgradePolicy"]), "supportType");
    if (support === UNKNOWN) verdict.undecided("upgradePolicy.supportType");
    else if (support !== "STANDARD") verdict.violation("upgradePolicy.supportType is not STANDARD");
  },
});

function first(value: Value): Value {
  const list = items(value);
  return list === UNKNOWN || isFields(value) ? value : list[0];
}
