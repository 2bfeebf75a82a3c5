import { watchEnvironment } from "../../promotion/watched";
import type { Invocation } from "../invocation";
import type { RollbackOptions } from "../promotion";
import { wirePromotion } from "../promotion-work";
import { close } from "./promote";

/** `slipway watch ENVIRONMENT`. */
export async function watchCommand(options: RollbackOptions, invocation: Invocation): Promise<number> {
  const work = wirePromotion(options, invocation);
  return close(await watchEnvironment(work), `watch of ${options.environment}`, invocation.terminal);
}
