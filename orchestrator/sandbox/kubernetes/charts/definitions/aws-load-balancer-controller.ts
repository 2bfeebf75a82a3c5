import { definition } from "../schema";

/** Kinds of the AWS Load Balancer Controller v3.5.0; the platform writes none of them. */

const ELB = "elbv2.k8s.aws";
const AWS_GATEWAY = "gateway.k8s.aws";
export const loadBalancerDefinitions = [
  definition({ group: ELB, kind: "ALBTargetControlConfig", versions: ["v1beta1"] }),
  definition({ group: "aga.k8s.aws", kind: "GlobalAccelerator", versions: ["v1beta1"] }),
  definition({
    group: ELB,
    kind: "IngressClassParams",
    plural: "ingressclassparams",
    scope: "Cluster",
    versions: ["v1beta1"],
  }),
  definition({ group: ELB, kind: "TargetGroupBinding", versions: ["v1beta1", "v1alpha1"] }),
  definition({ group: AWS_GATEWAY, kind: "ListenerRuleConfiguration", versions: ["v1", "v1beta1"] }),
  definition({ group: AWS_GATEWAY, kind: "LoadBalancerConfiguration", versions: ["v1", "v1beta1"] }),
  definition({ group: AWS_GATEWAY, kind: "TargetGroupConfiguration", versions: ["v1", "v1beta1"] }),
];
