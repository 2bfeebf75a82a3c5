import { parseCidr, type Network } from "../cidr";
import { mistake, type Mistake } from "./mistakes";

/** The schema has let only networks through. */
export function networkOf(cidr: string): Network {
  return parseCidr(cidr) ?? { address: 0, prefix: 0 };
}

/** No organisation holds more than a /8, so what is larger is the world or a large part of it. */
const WIDEST_PREFIX = 8;
/** Networks of a list that are the world, or a piece of it. */
export function tooWide(key: string, cidrs: readonly string[], rule: string): Mistake[] {
  return cidrs.flatMap((cidr, index) =>
    networkOf(cidr).prefix < WIDEST_PREFIX
      ? [mistake(`${key}[${index}]`, cidr, rule, `list your networks, each a /${WIDEST_PREFIX} or smaller`)]
      : [],
  );
}
