import type { KubernetesObject } from "@kubernetes/client-node";
import { imageTag, namesOf, type Names } from "../../infra/environments/names";
import { surroundingsOf } from "../../infra/environments/stable";
import { sizes } from "../../infra/environments/sizes";
import { SlipwayError } from "../errors";
import { attempt } from "../rollout/steps/ended";
import type { StackPort } from "../rollout/stack";
import { comment } from "./comment";
import { breaches } from "./isolation";
import { imageFor, labelsFor, requireApproved, requireRoom, type Fork } from "./preview";
import { holding, listPreviews, requireSuccess, type PreviewWork } from "./work";

export interface CreateRequest {
  readonly pullRequest: number;
  /** Digest of the application's image. */
  readonly digest: string;
  /** Set when the pull request comes from a fork. */
  readonly fork?: Fork;
}
export interface Created {
  readonly pullRequest: number;
  readonly namespace: string;
  readonly url: string;
  readonly image: string;
  readonly status: "created" | "updated" | "unchanged";
  /** Body of the one comment on the pull request. */
  readonly comment: string;
}

/**
 * Makes or updates the preview of a pull request, and proves that it is reachable and on its own. Kill it anywhere and
 * run it again: it goes on. The same image again changes nothing (C2.1).
 *
 * @throws SlipwayError `preview-failed` with what failed, seed job included; nothing that failed is shown as good.
 */
export async function createPreview(work: PreviewWork, request: CreateRequest): Promise<Created> {
  const { settings } = work;
  const image = imageFor(settings, request.digest);
  requireApproved(request.fork, request.pullRequest);
  const names = placeOf(work, request.pullRequest);
  return holding(work, names.namespace, "slipway environment create", async () => {
    const all = await listPreviews(work);
    const before = all.find(({ pullRequest }) => pullRequest === request.pullRequest);
    if (before?.ending === true) throw ending(names);
    requireRoom(all, request.pullRequest, settings, work.now());
    const { config, outputs } = work;
    const stack = await work.openStack(names.namespace, {
      pullRequest: request.pullRequest,
      image,
      domain: config.domain,
      gateway: outputs.entryPoint.gateway,
      ...surroundingsOf(config),
      networks: config.entryPoint.allow,
      kubeconfig: outputs.kubeconfig,
      labels: labelsFor(request.pullRequest, imageTag(image), before, work.now()),
    });
    if (stack === undefined) throw new Error("a stack that is to be made is there");
    const changed = await build(work, stack, names);
    await prove(work, names);
    return {
      pullRequest: request.pullRequest,
      namespace: names.namespace,
      url: names.url,
      image,
      status: before === undefined ? "created" : changed ? "updated" : "unchanged",
      comment: comment({ ...names, image, ...settings }),
    };
  });
}

/** @throws SlipwayError `pull-request-invalid` for what is no number of one. */
export function placeOf({ config }: Pick<PreviewWork, "config">, pullRequest: number): Names {
  try {
    return namesOf({ kind: "preview", pullRequest, domain: config.domain });
  } catch (error) {
    throw new SlipwayError(
      "pull-request-invalid",
      error instanceof Error ? error.message : String(error),
      "pass the number of the pull request: --pr 12",
      "usage",
    );
  }
}

/** Previews it under the policy pack, then builds it. Whether anything changed. */
async function build(work: PreviewWork, stack: StackPort, { namespace }: Names): Promise<boolean> {
  const context = { stack, processes: work.processes };
  // Every object of a preview is applied under its own name: what a killed run may have made is met again, not doubled.
  if ((await stack.state()).pendingCreates.length > 0) {
    const { operation } = await attempt(context, () => stack.forgetCreates());
    requireSuccess(operation, `clearing what a killed run left of ${namespace}`, "preview-failed");
  }
  work.say(`${namespace}: preview under the policy pack`);
  const planned = await attempt(context, () => stack.preview({ pack: work.pack }));
  const broken = planned.operation.violations.filter(({ level }) => level === "mandatory");
  if (broken.length > 0) {
    throw new SlipwayError(
      "preview-refused",
      `${namespace} breaks ${broken.length} mandatory rules of the policy pack; nothing was touched: ${broken.map(({ rule, reason }) => `${rule}: ${reason}`).join("; ")}`,
      "correct what the rules name; slipway policy explain RULE says why",
    );
  }
  requireSuccess(planned.operation, `the preview of ${namespace}`, "preview-failed");
  work.say(`${namespace}: namespace, database, migration, test data, application`);
  const { operation } = await attempt(context, () => stack.up([]));
  requireSuccess(operation, `building ${namespace}`, "preview-failed");
  return Object.entries(operation.changes).some(([change, count]) => change !== "same" && count > 0);
}

interface Route extends KubernetesObject {
  readonly status?: { readonly parents?: readonly { readonly conditions?: readonly Condition[] }[] };
}
interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message?: string;
}

/** The way in leads to it, and NetworkPolicies keep it apart from everything else. */
async function prove({ view, edge, waitUntil, say }: PreviewWork, { namespace, host }: Names): Promise<void> {
  const reached = await waitUntil({
    reason: `the entry point to serve ${host}`,
    deadlineSeconds: sizes.preview.rolloutSeconds,
    attempt: async () => {
      const route = await view.get<Route>("gateway.networking.k8s.io/v1", "HTTPRoute", "app", namespace);
      const conditions = (route?.status?.parents ?? []).flatMap((parent) => parent.conditions ?? []);
      const refused = conditions.find(({ status }) => status !== "True");
      const accepted = conditions.some(({ type, status }) => type === "Accepted" && status === "True");
      if (!accepted || refused !== undefined)
        return { done: false, value: refused?.message ?? "the route is not accepted yet" };
      const resolved = await edge.resolve(host);
      return { done: resolved.length > 0, value: `${host} does not resolve yet` };
    },
  });
  if (!reached.done) {
    throw new SlipwayError(
      "preview-unreachable",
      `${namespace} runs and is not to be reached: ${reached.value}`,
      "look at the route and the Gateway's listener for previews, then run the same command again",
    );
  }
  const open = await breaches(view, namespace);
  if (open.length === 0) return say(`${namespace}: reachable at ${host}, and apart from everything else`);
  throw new SlipwayError(
    "preview-not-isolated",
    `NetworkPolicies let ${open.length} connections through that must not be: ${open.map(({ from, to, port }) => `${from} → ${to}:${port}`).join(", ")}`,
    "remove the policy that opens them, or the preview: slipway environment delete --pr N",
  );
}

function ending({ namespace }: Names): SlipwayError {
  return new SlipwayError(
    "preview-ending",
    `${namespace} is being removed at this moment`,
    "run the same command again when it is gone",
    "refused",
  );
}
