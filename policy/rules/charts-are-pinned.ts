import { platform } from "../framework";
import { isKind } from "../kind";
import { resourceRule } from "../rule";
import { list } from "../setting";
import { at, isAbsent, several, text, UNKNOWN } from "../value";

type Settings = { repositories: readonly string[] };
/** Repositories of the charts the platform installs; a beginning of the address, up to a slash. */
const KNOWN = [
  "oci://public.ecr.aws/",
  "oci://quay.io/",
  "oci://ghcr.io/",
  "oci://docker.io/envoyproxy/",
  "https://helm.cilium.io/",
  "https://docs.tigera.io/calico/",
  "https://aws.github.io/eks-charts",
  "https://aws.github.io/secrets-store-csi-driver-provider-aws",
  "https://kubernetes-sigs.github.io/",
  "https://kubernetes.github.io/autoscaler",
  "https://grafana.github.io/helm-charts",
  "https://grafana-community.github.io/helm-charts",
  "https://prometheus-community.github.io/helm-charts",
  "https://argoproj.github.io/argo-helm",
  "https://fluxcd-community.github.io/helm-charts",
  "https://flagger.app",
  "https://vmware-tanzu.github.io/helm-charts",
  "https://charts.jetstack.io",
  "https://charts.external-secrets.io",
  "https://kedacore.github.io/charts",
  "https://helm.vector.dev",
  "https://charts.chaos-mesh.org",
  "https://cloudnative-pg.github.io/charts",
  "https://open-telemetry.github.io/opentelemetry-helm-charts",
  "https://opencost.github.io/opencost-helm-chart",
  "https://helm.releases.hashicorp.com",
  "https://openbao.github.io/openbao-helm",
  "https://helm.linkerd.io/",
  "https://fluent.github.io/helm-charts",
  "https://nvidia.github.io/",
  "https://kyverno.github.io/kyverno",
  "https://secrets-store-csi-driver.sigs.k8s.io/charts",
  "https://traefik.github.io/charts",
  "https://strimzi.io/charts",
];
const EXACT = /^v?\d{1,9}\.\d{1,9}\.\d{1,9}(?:-[0-9A-Za-z.-]{1,64})?(?:\+[0-9A-Za-z.-]{1,64})?$/;

/** A chart without a version is another program tomorrow, installed with the rights of the installer. */
export const chartsArePinned = resourceRule<Settings>({
  name: "charts-are-pinned",
  description: "Every Helm release names an exact version and a repository the platform knows.",
  severity: "medium",
  framework: platform("A21.5", "One version table: chart, repository and exact version."),
  requirement: "A21.5",
  remediation: "Set version to the exact version, and take the chart from a repository on the list.",
  url: "https://helm.sh/docs/chart_best_practices/dependencies/",
  settings: { repositories: list("addresses of repositories, or their beginnings", KNOWN) },
  applies: isKind("helm.sh/Release"),
  judge({ properties }, verdict, { repositories }) {
    const [chart, version, repository] = several(
      properties["chart"],
      properties["version"],
      at(properties["repositoryOpts"], "repo"),
    );
    if (version === UNKNOWN) verdict.undecided("version");
    else if (isAbsent(version)) verdict.violation("version is not set, which means the newest");
    else if (typeof version !== "string" || version.length > 200 || !EXACT.test(version))
      verdict.violation("version is a range, not one version");
    if (chart === UNKNOWN || repository === UNKNOWN) return verdict.undecided("chart or repositoryOpts.repo");
    const source = typeof repository === "string" ? repository : text(chart);
    const known = repositories.some((one) => source === one || source.startsWith(one.endsWith("/") ? one : `${one}/`));
    // A folder of the project itself is as known as the program.
    if (!known && !source.startsWith("./") && !source.startsWith("/"))
      verdict.violation("the chart's repository is not on the list");
  },
});
