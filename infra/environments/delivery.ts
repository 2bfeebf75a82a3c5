import type { Manifest } from "./manifest";
import type { Names } from "./names";
import { ignoredDifferences, type Strategy } from "./strategy";
import { sizeOf, type Kind, type Profile } from "./sizes";

export interface DeliveryArgs {
  readonly kind: Exclude<Kind, "preview">;
  readonly names: Names;
  readonly profile?: Profile;
  readonly strategy?: Strategy;
  /** Where the overlays are; over HTTPS. */
  readonly repository: string;
  /** Branch, tag or commit; production pins. */
  readonly revision: string;
  /** Folder of the application in it. */
  readonly folder: string;
  /** During an incident: until when (RFC 3339) and why (C7.2). */
  readonly paused?: { readonly until: string; readonly reason: string };
}

/** How often the repository is looked at, seconds: QA 2 min, production 10 min, staging as production (C7.2, B8). */
export const LOOK_SECONDS: Readonly<Record<DeliveryArgs["kind"], number>> = { qa: 120, staging: 600, production: 600 };

/**
 * The GitOps object of an environment, on a path of its own (C7.1). Promotion is a reviewed change of the image there.
 * Paused, nothing is synchronised, not even what somebody changes by hand.
 */
export function deliveryOf(args: DeliveryArgs): Manifest {
  const { kind, names, repository, revision, folder, paused } = args;
  const ignored = ignoredDifferences(args.strategy, sizeOf(args).autoscaler !== undefined);
  const automated = { prune: true, selfHeal: true, allowEmpty: false };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: {
      name: names.namespace,
      labels: { "slipway.dev/environment": kind },
      ...(paused === undefined
        ? {}
        : { annotations: { "slipway.dev/paused-until": paused.until, "slipway.dev/paused-because": paused.reason } }),
    },
    spec: {
      project: "workloads",
      source: { repoURL: repository, targetRevision: revision, path: `${folder}/overlays/${kind}` },
      destination: { server: "https://kubernetes.default.svc", namespace: names.namespace },
      ...(ignored.length > 0 && { ignoreDifferences: ignored }),
      syncPolicy: {
        ...(paused === undefined ? { automated } : {}),
        syncOptions: ["ServerSideApply=true", "RespectIgnoreDifferences=true"],
        retry: { limit: 5, backoff: { duration: "5s", factor: 2, maxDuration: "3m" } },
      },
    },
  };
}
