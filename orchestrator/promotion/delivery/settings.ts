import { z } from "zod";

/** The repository that Argo CD delivers applications from, and the branch a promotion writes to (D1.7). */
export const deliverySchema = z.strictObject({
  /** As Git takes it: https://…, ssh://…, git@host:path or a folder. */
  repository: z.string().min(1),
  branch: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._/-]*$/, "a branch"),
  /** Folder of an environment's Applications; `{environment}` stands for its name. */
  folder: z
    .string()
    .regex(/^[A-Za-z0-9._{}-]+(\/[A-Za-z0-9._{}-]+)*$/, "a folder below the repository's root")
    .refine((folder) => folder.includes("{environment}"), "{environment} in it: each environment has its own")
    .refine((folder) => !folder.split("/").includes(".."), "no .. in it")
    .default("apps/root/{environment}"),
  /** Namespace and name of the Application of applications. */
  namespace: z.string().default("argocd"),
  root: z.string().default("applications"),
});

export type DeliverySettings = z.infer<typeof deliverySchema>;
