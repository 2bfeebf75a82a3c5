import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { SlipwayError } from "../errors";
import { compatibilitySchema } from "../migrations/compatibility-settings";
import { parseAllowedSigners, type AllowedSigner } from "./approval/allowed-signers";
import { digestOf } from "./canonical";
import { environments, type Environment } from "./environment";
import { deliverySchema } from "./delivery/settings";
import { freezeSchema } from "./freeze";
import { gatesSchema } from "./gate/settings";
import { githubSchema, login } from "./github/settings";
import { channelSchema } from "./notify/settings";
import { sharedLedgerSchema } from "./s3/settings";
import { watchSchema } from "./watch/settings";

const address = z.email("a mail address").toLowerCase();
const role = z.string().regex(/^[a-z][a-z-]*$/, "a role in lower case, like tech-lead");

const personSchema = z.strictObject({
  /** As in the allowed-signers file. */
  email: address,
  /** Other addresses this person writes commits with: an author does not approve, under whatever address. */
  alsoKnownAs: z.array(address).default([]),
  roles: z.array(role).min(1),
  /** Their account, where approvals are given on GitHub. */
  github: login.optional(),
});

const environmentSchema = z.strictObject({
  /** Role → how many of its people have to approve; each person counts once in all. */
  approvals: z.record(role, z.int().positive()).default({}),
  /** How long a release has to run verified here before it may enter the next environment. */
  soakHours: z.number().nonnegative().default(0),
  freezes: z.array(freezeSchema).default([]),
  /** Where a promotion that fails goes back by itself, and where a person decides (D6.2). */
  rollback: z.enum(["automatic", "manual"]).default("manual"),
  /** What proves a release there besides the rollout itself. */
  gates: gatesSchema,
  /** Applications whose running version is tried on the next one's schema before it is migrated. */
  compatibility: z.array(compatibilitySchema).default([]),
  /** Who hears of what happens there. */
  notify: z.array(channelSchema).default([]),
  /** Without one nothing is watched there. */
  watch: watchSchema.optional(),
});

const rulesSchema = z.strictObject({
  people: z.array(personSchema),
  /** How long a signature is worth something. */
  approvalHours: z.number().positive(),
  /** Where approvals are read from besides signatures. */
  github: githubSchema.optional(),
  /** Releases and ledger of real environments, where more than one machine promotes; the state directory without it. */
  ledger: sharedLedgerSchema.optional(),
  /** Where applications are delivered from; without it a promotion is the platform's alone. */
  delivery: deliverySchema.optional(),
  environments: z.strictObject(
    Object.fromEntries(environments.map((name) => [name, environmentSchema])) as Record<
      Environment,
      typeof environmentSchema
    >,
  ),
});

export type Person = z.infer<typeof personSchema>;

/** Who may say yes to what, and when. */
export interface Rules extends z.infer<typeof rulesSchema> {
  readonly signers: readonly AllowedSigner[];
  /** Of both files: which rules a promotion was judged by. */
  readonly digest: string;
}

/** Where the rules stand in a project. They are read from the checkout, so that a key taken out counts at once. */
export const RULES_FILE = "promotion/rules.yaml";
export const SIGNERS_FILE = "promotion/allowed_signers";

/** @throws SlipwayError `rules-missing`, `rules-invalid` or `signers-invalid` naming file and mistakes. */
export function loadRules(root: string): Rules {
  const [rules, signers] = [RULES_FILE, SIGNERS_FILE].map((name) => {
    const file = path.join(root, name);
    if (existsSync(file)) return readFileSync(file, "utf8");
    throw new SlipwayError(
      "rules-missing",
      `${file} does not exist, so nobody can approve anything`,
      `write ${name}: docs/promotion.md shows one`,
      "usage",
    );
  });
  return parseRules(rules ?? "", signers ?? "");
}

/** Reads the texts of both files. Pure. */
export function parseRules(rules: string, signers: string): Rules {
  const invalid = (why: string, cause?: unknown) =>
    new SlipwayError("rules-invalid", `${RULES_FILE} cannot be used: ${why}`, `correct ${RULES_FILE}`, "usage", {
      cause,
    });
  let data: unknown;
  try {
    data = parse(rules);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), error);
  }
  const parsed = rulesSchema.safeParse(data);
  if (!parsed.success) throw invalid(z.prettifyError(parsed.error));
  const mistakes = contradictions(parsed.data.people, parsed.data.environments);
  if (mistakes.length > 0) throw invalid(mistakes.join("; "));
  return {
    ...parsed.data,
    signers: parseAllowedSigners(signers, SIGNERS_FILE),
    digest: digestOf(`${Buffer.byteLength(rules)} ${rules}${signers}`),
  };
}

function contradictions(people: readonly Person[], all: z.infer<typeof rulesSchema>["environments"]): string[] {
  const owners = new Map<string, string>();
  const twice = people.flatMap(({ email, alsoKnownAs }) =>
    [email, ...alsoKnownAs].flatMap((name) => {
      const owner = owners.get(name);
      owners.set(name, email);
      return owner === undefined ? [] : [`${name} is named for ${owner} and for ${email}: one address is one person`];
    }),
  );
  const accounts = people.flatMap(({ github }) => (github === undefined ? [] : [github]));
  const shared = accounts
    .filter((account, index) => accounts.indexOf(account) !== index)
    .map((account) => `GitHub account ${account} is named for two people`);
  const tooFew = environments.flatMap((environment) =>
    Object.entries(all[environment].approvals).flatMap(([wanted, count]) => {
      const have = people.filter(({ roles }) => roles.includes(wanted)).length;
      return have >= count ? [] : [`${environment} wants ${count} of role ${wanted}, and only ${have} people have it`];
    }),
  );
  return [...twice, ...shared, ...tooFew];
}
