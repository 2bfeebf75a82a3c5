import type { Harness } from "./harness";
import { components } from "./rows/components";
import { failures } from "./rows/failures";
import { lifecycle } from "./rows/lifecycle";
import { options } from "./rows/options";
import { policies } from "./rows/policies";
import { stacks } from "./rows/stacks";
import { targets } from "./rows/targets";
import { values } from "./rows/values";

export type Behaviours = Readonly<Record<string, (harness: Harness) => Promise<void>>>;

/** The table: what the engine has to do, by theme. */
export const behaviours: Behaviours = {
  ...lifecycle,
  ...options,
  ...values,
  ...components,
  ...targets,
  ...failures,
  ...stacks,
  ...policies,
};
