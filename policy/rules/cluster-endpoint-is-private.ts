import { fsbp } from "../framework";
import { resourceRule } from "../rule";
import { at, isFields, items, UNKNOWN, type Value } from "../value";

/** The two ways to declare a cluster, and where each says who may reach its API. */
const clusters: Readonly<Record<string, (properties: Value) => Endpoint>> = {
  "eks:index:Cluster": (properties) => ({
    public: at(properties, "endpointPublicAccess"),
    cidrs: at(properties, "publicAccessCidrs"),
  }),
  "aws:eks/cluster:Cluster": (properties) => {
    const config = at(properties, "vpcConfig");
    const vpc = isFields(config) || config === UNKNOWN ? config : items(config)[0 as never];
    return { public: at(vpc, "endpointPublicAccess"), cidrs: at(vpc, "publicAccessCidrs") };
  },
};
interface Endpoint {
  readonly public: Value;
  readonly cidrs: Value;
}

/** AWS makes the endpoint public to the whole world when nothing is said. */
export const clusterEndpointIsPrivate = resourceRule({
  name: "cluster-endpoint-is-private",
  description: "The Kubernetes API is reached from inside the VPC; where it is public, only from a list of networks.",
  severity: "critical",
  framework: fsbp("EKS.1", "EKS cluster endpoints should not be publicly accessible."),
  requirement: "A2.4",
  remediation:
    "Set endpointPublicAccess: false and endpointPrivateAccess: true, or list the networks in publicAccessCidrs.",
  url: "https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html",
  applies: (type) => Object.hasOwn(clusters, type),
  judge(subject, verdict) {
    const endpoint = clusters[subject.type]?.(subject.properties);
    if (endpoint === undefined || endpoint.public === false) return;
    if (endpoint.public === UNKNOWN) return verdict.undecided("endpointPublicAccess");
    const cidrs = items(endpoint.cidrs);
    if (cidrs === UNKNOWN) return verdict.undecided("publicAccessCidrs");
    if (cidrs.length === 0) verdict.violation("the API endpoint is public without a list of networks");
    else if (cidrs.some((cidr) => cidr === "0.0.0.0/0" || cidr === "::/0"))
      verdict.violation("the API endpoint is open to the world");
  },
});
