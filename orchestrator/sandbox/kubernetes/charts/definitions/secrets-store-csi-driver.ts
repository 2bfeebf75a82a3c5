import { definition, fields, list, map, text } from "../schema";

const GROUP = "secrets-store.csi.x-k8s.io";
const versions = ["v1", "v1alpha1"];

/** Kinds of the Secrets Store CSI driver 1.6.0. */
export const secretsStoreDefinitions = [
  definition({
    group: GROUP,
    kind: "SecretProviderClass",
    plural: "secretproviderclasses",
    versions,
    spec: fields({
      provider: text(),
      parameters: map,
      secretObjects: list(
        fields({
          annotations: map,
          labels: map,
          secretName: text(),
          type: text(),
          data: list(fields({ key: text(), objectName: text() })),
        }),
      ),
    }),
  }),
  definition({
    group: GROUP,
    kind: "SecretProviderClassPodStatus",
    plural: "secretproviderclasspodstatuses",
    versions,
  }),
];
