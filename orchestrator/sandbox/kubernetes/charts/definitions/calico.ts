import { definition, fields, list, open, text } from "../schema";

const sized = fields({
  spec: fields({
    template: fields({ spec: fields({ containers: list(fields({ "name!": text(), resources: open })) }) }),
  }),
});

/** Kinds of Calico's operator that the platform's chart writes, or whose state is read. */
export const calicoDefinitions = [
  definition({
    group: "operator.tigera.io",
    kind: "Installation",
    plural: "installations",
    scope: "Cluster",
    versions: ["v1"],
    spec: fields({
      kubernetesProvider: text("", "EKS", "GKE", "AKS", "OpenShift", "DockerEnterprise", "RKE2", "TKG", "Kind"),
      cni: fields({ type: text("Calico", "GKE", "AmazonVPC", "AzureVNET"), ipam: open }),
      calicoNetwork: fields({ bgp: text("Enabled", "Disabled"), linuxDataplane: text() }),
      calicoNodeDaemonSet: sized,
      typhaDeployment: sized,
      calicoKubeControllersDeployment: sized,
      kubeletVolumePluginPath: text(),
      imagePullSecrets: list(open),
    }),
  }),
  definition({
    group: "operator.tigera.io",
    kind: "TigeraStatus",
    plural: "tigerastatuses",
    scope: "Cluster",
    versions: ["v1"],
    spec: fields({}),
  }),
];
