import type { KubernetesObject } from "@kubernetes/client-node";
import type { EnvironmentName } from "../../infra/outputs";
import { Evaluator } from "../../policy/evaluate";
import type { PackConfig } from "../../policy/config";
import { subjectsOf } from "../../policy/manifest/read";
import { rules } from "../../policy/rules";
import dev from "../../policy/config/dev.json";
import production from "../../policy/config/production.json";
import staging from "../../policy/config/staging.json";
import { nameOf, type ClusterView } from "./cluster-view";

const levels = { dev, staging, production } as Readonly<Record<EnvironmentName, PackConfig>>;
const PREFIX = "slipway-";

/** What admission looks at: everything a rule of the pack can be about, as it is in the cluster now. */
const kinds = [
  ["v1", "Namespace"],
  ["v1", "Service"],
  ["v1", "Pod"],
  ["apps/v1", "Deployment"],
  ["apps/v1", "StatefulSet"],
  ["apps/v1", "DaemonSet"],
  ["batch/v1", "CronJob"],
  ["batch/v1", "Job"],
  ["rbac.authorization.k8s.io/v1", "Role"],
  ["rbac.authorization.k8s.io/v1", "RoleBinding"],
  ["rbac.authorization.k8s.io/v1", "ClusterRole"],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding"],
] as const;

/** Something that is there and that a rule would not let in. */
export interface Open {
  /** Name of the admission policy. */
  readonly policy: string;
  readonly object: string;
  readonly message: string;
}

/**
 * What the rules have against that which runs, judged by the rules themselves: an audit log says so of what was written
 * since the rule came, and a cluster's own warnings go to whoever writes.
 *
 * @param held names of the admission policies
 * @param exempt namespaces that admission leaves alone
 */
export async function openFindings(
  view: ClusterView,
  environment: EnvironmentName,
  held: readonly string[],
  exempt: readonly string[],
): Promise<{ looked: number; open: Open[] }> {
  const known = new Set(held);
  const evaluator = new Evaluator({
    rules: rules.filter(({ name }) => known.has(`${PREFIX}${name}`)),
    environment,
    config: levels[environment],
  });
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind]) =>
      (await view.list<KubernetesObject>(apiVersion, kind)).map((object) => ({ ...object, apiVersion, kind })),
    ),
  );
  const objects = lists.flat().filter((object) => isJudged(object, exempt));
  const open = objects.flatMap((object) => {
    // As it was sent: the client makes dates of texts, and status is the cluster's own.
    const { status: _status, ...manifest } = JSON.parse(JSON.stringify(object)) as Record<string, unknown>;
    return (subjectsOf(manifest, nameOf(object), 1) ?? [])
      .flatMap((subject) => evaluator.resource(subject))
      .filter(({ outcome }) => outcome === "violation")
      .map(({ rule, message }) => ({
        policy: `${PREFIX}${rule.name}`,
        object: `${object.kind} ${nameOf(object)}`,
        message,
      }));
  });
  return { looked: objects.length, open };
}

/** Kubernetes' own objects are not ours to mend, and pods of a controller break what its template breaks. */
function isJudged({ kind, metadata }: KubernetesObject, exempt: readonly string[]): boolean {
  const { name = "", namespace = "", labels, ownerReferences } = metadata ?? {};
  if (name.startsWith("system:") || labels?.["kubernetes.io/bootstrapping"] !== undefined) return false;
  if (ownerReferences?.some(({ controller }) => controller === true) === true) return false;
  return !exempt.includes(kind === "Namespace" ? name : namespace);
}

/** `containers-have-probes 3, images-are-pinned-by-digest 12`: how many are open, by rule. */
export function counted(open: readonly Open[]): string {
  const byPolicy = new Map<string, number>();
  for (const { policy } of open) byPolicy.set(policy, (byPolicy.get(policy) ?? 0) + 1);
  return [...byPolicy].map(([policy, count]) => `${policy.slice(PREFIX.length)} ${count}`).join(", ");
}
