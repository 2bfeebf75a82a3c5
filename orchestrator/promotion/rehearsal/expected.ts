import type { Environment } from "../environment";
import { GATES } from "./gates";

/** A run before anything is built: the running version lives with the next schema, and the schema is migrated. */
export const begun = (environment: string) => [
  `compatibility passed ${environment}`,
  `migration passed ${environment}`,
];
/** A run from its beginning to its end. */
export const built = (environment: Environment) => [
  `started ${environment}`,
  ...begun(environment),
  ...(environment === "production" ? ["canary passed production"] : []),
  ...GATES[environment].map((gate) => `${gate} passed ${environment}`),
  `verified ${environment}`,
];
/** A way back: code goes, the schema stays. */
export const back = (environment: string) => [
  `started ${environment}, back`,
  `smoke passed ${environment}`,
  `verified ${environment}`,
];
export const dev = built("dev");
export const staging = ["approved staging by lead", "approved staging by qa", ...built("staging")];
export const signed = ["approved production by manager", "approved production by owner"];
export const good = [...built("production"), "watched production: good"];
export const production = [...signed, ...good];
export const way = ["released", ...dev, ...staging, ...production];
