import { z } from "zod";

/** Where approvals given on GitHub are read from (`github` of promotion/rules.yaml). */
export const githubSchema = z.strictObject({
  repository: z.string().regex(/^[A-Za-z0-9-]+\/[A-Za-z0-9._-]+$/, "owner/name"),
  /** Another one for GitHub Enterprise Server: https://HOST/api/v3. */
  api: z.url({ protocol: /^https?$/ }).default("https://api.github.com"),
});

export type GithubSettings = z.infer<typeof githubSchema>;

/** A login as GitHub allows it; they are the same in upper and lower case. */
export const login = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, "a GitHub login")
  .toLowerCase();
