import type { Operation } from "../rollout/operation";
import type { StateResource } from "../rollout/stack";
import { canonical, contentHash } from "./canonical";

/** What a promotion would do to an environment, and the environment it would do it to: what approvals are bound to. */
export interface Foreseen {
  /** Of every resource with the operation that is planned for it. */
  readonly plan: string;
  /** Of the environment's state as it is now. */
  readonly state: string;
  /** Engine operation → resources, for a person. */
  readonly changes: Readonly<Record<string, number>>;
}

/**
 * Names plan and state by their content. The order in which an engine happens to go through resources says nothing.
 * Secrets are in the state as ciphertext only, and of that only a hash remains. Pure.
 */
export function foreseenOf(
  { steps, changes }: Pick<Operation, "steps" | "changes">,
  resources: readonly StateResource[],
): Foreseen {
  return {
    plan: contentHash(steps.map(({ urn, operation }) => `${operation} ${urn}`).toSorted()),
    state: contentHash(resources.map((resource) => canonical(resource)).toSorted()),
    changes,
  };
}
