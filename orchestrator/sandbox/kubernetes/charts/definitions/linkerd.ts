import { definition } from "../schema";

/** Kinds of chart linkerd-crds; the platform writes none of them. */
const POLICY = "policy.linkerd.io";
const policies = (kind: string, plural: string) => definition({ group: POLICY, kind, plural, versions: ["v1alpha1"] });

export const linkerdDefinitions = [
  policies("AuthorizationPolicy", "authorizationpolicies"),
  policies("EgressNetwork", "egressnetworks"),
  policies("HTTPLocalRateLimitPolicy", "httplocalratelimitpolicies"),
  policies("MeshTLSAuthentication", "meshtlsauthentications"),
  policies("NetworkAuthentication", "networkauthentications"),
  definition({ group: POLICY, kind: "HTTPRoute", versions: ["v1beta3", "v1beta2", "v1beta1", "v1alpha1"] }),
  definition({ group: POLICY, kind: "ServerAuthorization", versions: ["v1beta1", "v1alpha1"] }),
  definition({ group: POLICY, kind: "Server", versions: ["v1beta3", "v1beta2", "v1beta1", "v1alpha1"] }),
  definition({ group: "linkerd.io", kind: "ServiceProfile", versions: ["v1alpha2", "v1alpha1"] }),
  definition({ group: "workload.linkerd.io", kind: "ExternalWorkload", versions: ["v1beta1", "v1alpha1"] }),
];
