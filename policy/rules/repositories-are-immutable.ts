import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { at, UNKNOWN } from "../value";

/** A tag that can be pushed again is no name for what was tested. */
export const repositoriesAreImmutable = resourceRule({
  name: "repositories-are-immutable",
  description: "Every ECR repository refuses to move a tag and scans what is pushed.",
  severity: "medium",
  framework: fsbp("ECR.2", "ECR private repositories should have tag immutability configured."),
  requirement: "E2.9",
  remediation: "Set imageTagMutability: IMMUTABLE and imageScanningConfiguration.scanOnPush: true.",
  url: "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html",
  levels: { dev: "advisory" },
  applies: (type) => type === "aws:ecr/repository:Repository",
  judge({ properties }, verdict) {
    const mutability = properties["imageTagMutability"];
    const scan = at(properties["imageScanningConfiguration"], "scanOnPush");
    if (mutability === UNKNOWN) verdict.undecided("imageTagMutability");
    else if (mutability !== "IMMUTABLE" && mutability !== "IMMUTABLE_WITH_EXCLUSION")
      verdict.violation("imageTagMutability is not IMMUTABLE");
    if (scan === UNKNOWN) verdict.undecided("imageScanningConfiguration.scanOnPush");
    else if (scan !== true) verdict.violation("imageScanningConfiguration.scanOnPush is not true");
  },
});
