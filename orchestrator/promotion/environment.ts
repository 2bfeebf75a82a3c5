/** In the order a release goes through them (D1.4, D1.9). */
export const environments = ["dev", "staging", "production"] as const;

export type Environment = (typeof environments)[number];

/** The environment a record must have been verified in before it may enter this one; dev has none. */
export function environmentBefore(environment: Environment): Environment | undefined {
  return environments[environments.indexOf(environment) - 1];
}
