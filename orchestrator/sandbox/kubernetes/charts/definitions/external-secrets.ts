import { bool, definition, fields, list, open, text } from "../schema";
import { secretStoreBounds } from "./bounds/secret-store";
import { externalSecretBounds } from "./bounds/external-secret";
import { clusterSecretStoreBounds } from "./bounds/cluster-secret-store";

/** Kinds of External Secrets 2.9.0, with the fields the platform writes. */

const GROUP = "external-secrets.io";
const GENERATORS = "generators.external-secrets.io";

const vault = fields({
  "server!": text(),
  path: text(),
  version: text("v1", "v2"),
  namespace: text(),
  caBundle: text(),
  caProvider: fields({ "type!": text("Secret", "ConfigMap"), "name!": text(), key: text(), namespace: text() }),
  auth: fields({
    kubernetes: fields({
      "mountPath!": text(),
      "role!": text(),
      serviceAccountRef: fields({ "name!": text(), namespace: text(), audiences: list(text()) }),
      secretRef: open,
    }),
    ...Object.fromEntries(
      ["appRole", "cert", "gcp", "iam", "jwt", "ldap", "tokenSecretRef", "userPass"].map((way) => [way, open]),
    ),
    namespace: text(),
  }),
  tls: open,
  headers: open,
  checkAndSet: open,
  forwardInconsistent: bool,
  readYourWrites: bool,
});
const store = fields({
  controller: text(),
  "provider!": fields({
    aws: fields({
      "service!": text("SecretsManager", "ParameterStore"),
      "region!": text(),
      role: text(),
      externalID: text(),
      prefix: text(),
      additionalRoles: list(text()),
      sessionTags: list(open),
      transitiveTagKeys: list(text()),
      auth: open,
      secretsManager: open,
    }),
    vault,
    fake: open,
    kubernetes: open,
    webhook: open,
  }),
  retrySettings: open,
  conditions: list(
    fields({
      namespaces: list(text()),
      namespaceRegexes: list(text()),
      namespaceSelector: open,
    }),
  ),
});
const remote = fields({
  "key!": text(),
  property: text(),
  version: text(),
  metadataPolicy: text("None", "Fetch"),
  conversionStrategy: text("Default", "Unicode"),
  decodingStrategy: text("Auto", "Base64", "Base64URL", "None"),
});
const reference = fields({ name: text(), kind: text("SecretStore", "ClusterSecretStore") });
const externalSecret = fields({
  refreshInterval: text(),
  refreshPolicy: text("CreatedOnce", "Periodic", "OnChange"),
  secretStoreRef: reference,
  target: fields({
    name: text(),
    creationPolicy: text("Owner", "Orphan", "Merge", "None"),
    deletionPolicy: text("Delete", "Merge", "Retain"),
    immutable: { type: "boolean" },
    template: open,
    manifest: open,
  }),
  data: list(fields({ "secretKey!": text(), "remoteRef!": remote, sourceRef: open })),
  dataFrom: list(open),
});

const generators = [
  "ACRAccessToken",
  "BeyondtrustWorkloadCredentialsDynamicSecret",
  "CloudsmithAccessToken",
  "ECRAuthorizationToken",
  "Fake",
  "GCRAccessToken",
  "GeneratorState",
  "GithubAccessToken",
  "GitlabDeployToken",
  "Grafana",
  "MFA",
  "Password",
  "QuayAccessToken",
  "SSHKey",
  "STSSessionToken",
  "UUID",
  "VaultDynamicSecret",
  "Webhook",
];
export const externalSecretsDefinitions = [
  definition({ group: GROUP, kind: "ClusterExternalSecret", scope: "Cluster", versions: ["v1"] }),
  definition({ group: GROUP, kind: "ClusterPushSecret", scope: "Cluster", versions: ["v1alpha1"] }),
  definition({
    group: GROUP,
    kind: "ClusterSecretStore",
    scope: "Cluster",
    versions: ["v1"],
    spec: store,
    bounds: clusterSecretStoreBounds,
  }),
  definition({
    group: GROUP,
    kind: "ExternalSecret",
    versions: ["v1"],
    spec: externalSecret,
    bounds: externalSecretBounds,
  }),
  definition({ group: GROUP, kind: "PushSecret", versions: ["v1alpha1"] }),
  definition({ group: GROUP, kind: "SecretStore", versions: ["v1"], spec: store, bounds: secretStoreBounds }),
  definition({ group: GENERATORS, kind: "ClusterGenerator", scope: "Cluster", versions: ["v1alpha1"] }),
  ...generators.map((kind) => definition({ group: GENERATORS, kind, versions: ["v1alpha1"] })),
];
