import { bool, definition, fields, int, list, map, open, text } from "../schema";
import { appProjectBounds } from "./bounds/app-project";
import { applicationBounds } from "./bounds/application";

/** Kinds of Argo CD 3.4, with the fields the platform writes. */
const GROUP = "argoproj.io";

const grant = list(fields({ "group!": text(), "kind!": text(), name: text() }));
const kinds = list(fields({ "group!": text(), "kind!": text() }));
const project = fields({
  description: text(),
  sourceRepos: list(text()),
  sourceNamespaces: list(text()),
  destinations: list(fields({ server: text(), name: text(), namespace: text() })),
  destinationServiceAccounts: list(open),
  clusterResourceWhitelist: grant,
  clusterResourceBlacklist: grant,
  namespaceResourceWhitelist: kinds,
  namespaceResourceBlacklist: kinds,
  orphanedResources: fields({ warn: bool, ignore: list(open) }),
  permitOnlyProjectScopedClusters: bool,
  roles: list(open),
  signatureKeys: list(open),
  syncWindows: list(open),
});
const application = fields({
  "project!": text(),
  "destination!": fields({ server: text(), name: text(), namespace: text() }),
  source: fields({
    "repoURL!": text(),
    targetRevision: text(),
    path: text(),
    chart: text(),
    helm: open,
    kustomize: open,
    directory: open,
  }),
  sources: list(open),
  syncPolicy: fields({
    automated: fields({ prune: bool, selfHeal: bool, allowEmpty: bool, enabled: bool }),
    managedNamespaceMetadata: fields({ labels: map, annotations: map }),
    retry: fields({
      limit: int,
      refresh: bool,
      backoff: fields({ duration: text(), factor: int, maxDuration: text() }),
    }),
    syncOptions: list(text()),
  }),
  ignoreDifferences: list(
    fields({
      group: text(),
      "kind!": text(),
      name: text(),
      namespace: text(),
      jsonPointers: list(text()),
      jqPathExpressions: list(text()),
      managedFieldsManagers: list(text()),
    }),
  ),
  info: list(open),
  revisionHistoryLimit: int,
});

export const argoCdDefinitions = [
  definition({
    group: GROUP,
    kind: "Application",
    versions: ["v1alpha1"],
    spec: application,
    bounds: applicationBounds,
    root: { operation: open },
  }),
  definition({ group: GROUP, kind: "ApplicationSet", versions: ["v1alpha1"] }),
  definition({ group: GROUP, kind: "AppProject", versions: ["v1alpha1"], spec: project, bounds: appProjectBounds }),
];
