import { rollback, wayBack } from "../../promotion/promote";
import type { Invocation } from "../invocation";
import type { RollbackOptions } from "../promotion";
import { requireCheckedOut, wirePromotion } from "../promotion-work";
import { close } from "./promote";

/** `slipway rollback ENVIRONMENT`. */
export async function rollbackCommand(options: RollbackOptions, invocation: Invocation): Promise<number> {
  const work = wirePromotion(options, invocation);
  const release = await wayBack(work);
  invocation.terminal.line(`the way back of ${options.environment} is release ${release}`);
  await requireCheckedOut(work, release, invocation.root);
  return close(await rollback(work), `rollback of ${options.environment}`, invocation.terminal);
}
