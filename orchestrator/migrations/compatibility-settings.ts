import { z } from "zod";
import { IMAGE } from "../promotion/record";

const words = z.array(z.string().min(1)).min(1);

/** How the version that runs is tested against the next one's schema (`compatibility` of promotion/rules.yaml, D3.5). */
export const compatibilitySchema = z.strictObject({
  /** As the release names its image, and the image its database. */
  application: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/, "an application in lower case"),
  /** Where the test runs: a namespace of the environment's cluster, of which it touches nothing. */
  namespace: z.string().min(1),
  /** Image of Postgres, by digest, in the version of the environments (B8.2). */
  database: z.string().regex(IMAGE, "an image by digest: repository@sha256:…"),
  /** Arguments by which an image of the application applies its migrations. */
  migrate: words.default(["migrate"]),
  /** Arguments by which it runs its own tests against the database it is given. */
  test: words,
  timeoutSeconds: z.int().positive().max(3600).default(600),
  /** What the tests have to show: a suite that ran no test ends well too. */
  expects: z.string().min(1),
});

export type CompatibilitySettings = z.infer<typeof compatibilitySchema>;
