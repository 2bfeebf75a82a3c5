import { alwaysDenied, heldRules } from "../admission/policies";
import { architectureOf, hasGpu, poolsOf } from "../node-pools";
import { compare } from "../skew";
import { didYouMean, mistake, type Rule } from "./mistakes";
import { tooWide } from "./networks";

/** Versions EKS offers with more than a month of standard support left on 2026-11-21 (A2.1). */
export const kubernetesVersions = ["1.36", "1.35"];

/** The control plane, who comes in, its nodes and what connects pods (A2, A3, A4, C6). */
export const clusterRules: readonly Rule[] = [
  ({ cluster }) =>
    kubernetesVersions.includes(cluster.version)
      ? undefined
      : mistake(
          "cluster.version",
          cluster.version,
          `a Kubernetes version in EKS standard support: ${kubernetesVersions.join(" or ")} (A2.1)`,
          `set "${kubernetesVersions[0]}"`,
        ),
  ({ cluster: { version, nodeVersion } }) =>
    nodeVersion === undefined || (kubernetesVersions.includes(nodeVersion) && compare(nodeVersion, version) <= 0)
      ? undefined
      : mistake(
          "cluster.nodeVersion",
          nodeVersion,
          `supported, and never ahead of the control plane, ${version} (H1.5)`,
          "leave it out, or name the version before",
        ),
  ({ environment, cluster }) =>
    environment === "dev" || !cluster.publicAccess.enabled
      ? undefined
      : mistake(
          "cluster.publicAccess.enabled",
          true,
          "a private API endpoint outside dev (A2.4)",
          `set false and reach it by ${cluster.accessPath}`,
        ),
  ({ security: { groups } }) =>
    new Set(Object.values(groups)).size === Object.keys(groups).length
      ? undefined
      : mistake("security.groups", groups, "a group of its own for each role (C6)", "name each group once"),
  ({ security: { admission } }) =>
    admission.audit.flatMap((name, index) => {
      const key = `security.admission.audit[${index}]`;
      if (alwaysDenied.includes(name))
        return [mistake(key, name, "a rule that a cluster denies from the first day (A14.2)", "remove it")];
      if (heldRules.includes(name)) return [];
      const meant = didYouMean(name, heldRules);
      return [
        mistake(
          key,
          name,
          "a rule that admission can hold (A14.4)",
          meant === undefined ? "see slipway policy list" : `did you mean ${meant}?`,
        ),
      ];
    }),
  ({ cluster }) => {
    const { enabled, cidrs } = cluster.publicAccess;
    if (!enabled) return undefined;
    if (cidrs.length === 0)
      return mistake(
        "cluster.publicAccess.cidrs",
        cidrs,
        "a public endpoint names who may reach it (A2.4)",
        "list your networks",
      );
    return tooWide("cluster.publicAccess.cidrs", cidrs, "never the whole world, not even in pieces (A2.4)");
  },
  ({ environment, entryPoint: { allow } }) =>
    environment === "production" && allow.includes("0.0.0.0/0")
      ? undefined
      : tooWide("entryPoint.allow", allow, "only production is open to the world; others are allow lists (B3.1)"),
  ({ cluster: { adminRoleArns } }) => {
    const account = (arn: string) => arn.split(":")[4];
    return adminRoleArns.flatMap((arn, index) =>
      adminRoleArns.indexOf(arn) < index
        ? [mistake(`cluster.adminRoleArns[${index}]`, arn, "each role once (A2.2)", "remove the second")]
        : account(arn) !== account(adminRoleArns[0] ?? "")
          ? [
              mistake(
                `cluster.adminRoleArns[${index}]`,
                arn,
                "all administrators in one account, the cluster's own (A2.2)",
                "name a role of that account that people of the other may assume",
              ),
            ]
          : [],
    );
  },
  ({ cluster: { adminRoleArns }, security: { members } }) => {
    const taken = new Set(adminRoleArns);
    return Object.entries(members).flatMap(([group, arns]) =>
      arns.flatMap((arn, index) => {
        const free = !taken.has(arn);
        taken.add(arn);
        return free
          ? []
          : [
              mistake(
                `security.members.${group}[${index}]`,
                arn,
                "a role of its own for each group, and none of them an administrator's (C6.6)",
                "name another role, or take it out of where it is named before",
              ),
            ];
      }),
    );
  },
  (config) =>
    poolsOf(config).flatMap(({ name, architecture, instanceTypes }) =>
      instanceTypes.flatMap((type, index) => {
        const key = `nodePools.${name}.instanceTypes[${index}]`;
        if (architectureOf(type) !== architecture)
          return [
            mistake(key, type, `one architecture per pool, here ${architecture} by its first type (A3.1)`, "move it"),
          ];
        return hasGpu(type) === (name === "gpu")
          ? []
          : [
              mistake(
                key,
                type,
                name === "gpu" ? "an instance type with an NVIDIA GPU (A3.1)" : "GPUs only in the pool gpu (A3.1)",
                name === "gpu" ? "use a type like g6.xlarge" : "move it to nodePools.gpu",
              ),
            ];
      }),
    ),
  ({ networkPolicy: { plugin, cilium }, network: { peers } }) => {
    if (cilium === undefined) return undefined;
    if (plugin === "vpc-cni" || plugin === "calico")
      return mistake(
        "networkPolicy.cilium",
        cilium,
        "settings of Cilium where it runs (A4.4)",
        "leave it out, or set plugin: cilium-eni",
      );
    const own = (["kubeProxyReplacement", "layer7", "clusterMesh"] as const).filter(
      (key) => cilium[key] !== undefined && cilium[key] !== false,
    );
    if (plugin === "cilium-chaining")
      return own.map((key) =>
        mistake(
          `networkPolicy.cilium.${key}`,
          cilium[key],
          "not while the VPC CNI is chained before Cilium, which limits it (A4.4)",
          "set plugin: cilium-eni",
        ),
      );
    return cilium.clusterMesh !== undefined && peers.length === 0
      ? mistake(
          "networkPolicy.cilium.clusterMesh",
          cilium.clusterMesh,
          "networks that reach each other: every node of a mesh talks to every other (A4.4, B3.2)",
          "name the other clusters' networks in network.peers",
        )
      : undefined;
  },
];
