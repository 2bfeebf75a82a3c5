import { bool, definition, fields, list, map, open, text, type Bounds, type Schema } from "../schema";

/** Kinds of Flux 2.8 that its source and kustomize controllers bring, with the fields the platform writes. */
const KUSTOMIZE = "kustomize.toolkit.fluxcd.io";
const SOURCE = "source.toolkit.fluxcd.io";

const named: Schema = fields({ "name!": text() });
const kustomization = fields({
  commonMetadata: fields({ annotations: map, labels: map }),
  components: list(text()),
  decryption: open,
  deletionPolicy: text("MirrorPrune", "Delete", "WaitForTermination", "Orphan"),
  dependsOn: list(fields({ "name!": text(), namespace: text(), readyExpr: text() })),
  force: bool,
  healthChecks: list(fields({ apiVersion: text(), "kind!": text(), "name!": text(), namespace: text() })),
  healthCheckExprs: list(open),
  ignoreMissingComponents: bool,
  images: list(fields({ "name!": text(), digest: text(), newName: text(), newTag: text() })),
  "interval!": text(),
  kubeConfig: open,
  namePrefix: text(),
  nameSuffix: text(),
  patches: list(open),
  path: text(),
  postBuild: open,
  "prune!": bool,
  retryInterval: text(),
  serviceAccountName: text(),
  "sourceRef!": fields({
    apiVersion: text(),
    "kind!": text("OCIRepository", "GitRepository", "Bucket", "ExternalArtifact"),
    "name!": text(),
    namespace: text(),
  }),
  suspend: bool,
  targetNamespace: text(),
  timeout: text(),
  wait: bool,
});
const repository = fields({
  ignore: text(),
  include: list(open),
  "interval!": text(),
  provider: text("generic", "azure", "github"),
  proxySecretRef: named,
  recurseSubmodules: bool,
  ref: fields({ branch: text(), commit: text(), name: text(), semver: text(), tag: text() }),
  secretRef: named,
  serviceAccountName: text(),
  sparseCheckout: list(text()),
  suspend: bool,
  timeout: text(),
  "url!": text(),
  verify: open,
});

/** Published with chart flux2 2.18.3, for the fields that are used. */
const duration: Schema = { pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m|h))+$" };
const kustomizationBounds: Bounds = {
  "spec.force": { default: false },
  "spec.interval": duration,
  "spec.namePrefix": { maxLength: 200, minLength: 1 },
  "spec.nameSuffix": { maxLength: 200, minLength: 1 },
  "spec.retryInterval": duration,
  "spec.targetNamespace": { maxLength: 63, minLength: 1 },
  "spec.timeout": duration,
};
const repositoryBounds: Bounds = {
  spec: {
    "x-kubernetes-validations": [
      {
        message: "serviceAccountName can only be set when provider is 'azure'",
        rule: "!has(self.serviceAccountName) || (has(self.provider) && self.provider == 'azure')",
      },
    ],
  },
  "spec.interval": duration,
  "spec.timeout": { default: "60s", pattern: "^([0-9]+(\\.[0-9]+)?(ms|s|m))+$" },
  "spec.url": { pattern: "^(http|https|ssh)://.*$" },
};

export const fluxDefinitions = [
  definition({
    group: KUSTOMIZE,
    kind: "Kustomization",
    versions: ["v1"],
    spec: kustomization,
    bounds: kustomizationBounds,
  }),
  definition({
    group: SOURCE,
    kind: "GitRepository",
    plural: "gitrepositories",
    versions: ["v1"],
    spec: repository,
    bounds: repositoryBounds,
  }),
  definition({ group: SOURCE, kind: "Bucket", versions: ["v1"] }),
  definition({ group: SOURCE, kind: "ExternalArtifact", versions: ["v1"] }),
  definition({ group: SOURCE, kind: "HelmChart", versions: ["v1"] }),
  definition({ group: SOURCE, kind: "HelmRepository", plural: "helmrepositories", versions: ["v1"] }),
  definition({ group: SOURCE, kind: "OCIRepository", plural: "ocirepositories", versions: ["v1"] }),
];
