import { apiVersionOf, type Resource } from "./object";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** What kubectl and client libraries ask before anything else; undefined for paths that are objects. */
export function discovery(path: string, resources: readonly Resource[], version: string): object | undefined {
  const groups = [...new Set(resources.map(({ group }) => group))].filter((group) => group !== "");
  if (path === "/version") {
    const [major = "1", minor = "36"] = version.split(".");
    return { major, minor, gitVersion: `v${version}.2-slipway-embedded`, platform: "linux/amd64" };
  }
  if (path === "/api") return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
  if (path === "/apis")
    return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map((group) => describeGroup(group, resources)) };
  const group = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  if (group !== undefined && groups.includes(group))
    return { kind: "APIGroup", apiVersion: "v1", ...describeGroup(group, resources) };
  const groupVersion = path === "/api/v1" ? "v1" : /^\/apis\/([^/]+\/[^/]+)$/.exec(path)?.[1];
  const served = resources.filter((resource) => apiVersionOf(resource) === groupVersion);
  return served.length === 0
    ? undefined
    : { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources: served.flatMap(describe) };
}

function describeGroup(name: string, resources: readonly Resource[]): object {
  const versions = [...new Set(resources.filter(({ group }) => group === name).map(({ version }) => version))].map(
    (version) => ({ groupVersion: `${name}/${version}`, version }),
  );
  return { name, versions, preferredVersion: versions[0] };
}

function describe({ plural, kind, namespaced, subresources = [], verbs = VERBS }: Resource): object[] {
  const own = { name: plural, singularName: kind.toLowerCase(), namespaced, kind, verbs };
  const pod =
    kind === "Pod"
      ? [
          { name: "pods/log", singularName: "", namespaced, kind, verbs: ["get"] },
          {
            name: "pods/eviction",
            singularName: "",
            namespaced,
            group: "policy",
            version: "v1",
            kind: "Eviction",
            verbs: ["create"],
          },
        ]
      : [];
  return [
    own,
    ...subresources.map((name) => ({
      name: `${plural}/${name}`,
      singularName: "",
      namespaced,
      kind: name === "scale" ? "Scale" : kind,
      verbs: ["get", "patch", "update"],
    })),
    ...pod,
  ];
}
