import { parseRules, type Rules } from "../rules";
import { createSigner, type Signer } from "./signer";

const roles = {
  lead: ["tech-lead"],
  qa: ["qa"],
  manager: ["engineering-manager"],
  owner: ["product-owner"],
  /** Somebody with two hats still is one person. */
  both: ["engineering-manager", "product-owner"],
} as const;

export type Name = keyof typeof roles;

export function addressOf(name: string): string {
  return `${name}@rehearsal.example`;
}

/** People with keys made for a rehearsal, and the rules they approve by: those of the project, with its roles. */
export interface People {
  readonly rules: Rules;
  readonly signers: Readonly<Record<Name, Signer>>;
}

/** What a rehearsed production adds: it is watched, and goes back by itself (D6.1, D6.2). */
const WATCHED = `    rollback: automatic
    watch: { namespaces: [production] }
`;

const RULES = `
people:
${Object.entries(roles)
  .map(
    ([name, held]) =>
      `  - { email: ${addressOf(name)}, alsoKnownAs: [${name}@elsewhere.example], roles: [${held.join(", ")}] }`,
  )
  .join("\n")}
approvalHours: 24
environments:
  dev: { rollback: automatic }
  staging:
    approvals: { tech-lead: 1, qa: 1 }
    soakHours: 24
  production:
    approvals: { engineering-manager: 1, product-owner: 1 }
    freezes:
      - { from: friday 15:00, until: monday 06:00, reason: nobody is at hand over the weekend }
`;

/** @param watched production is watched after every deploy; without it a deploy is over when it is verified */
export function createPeople({ watched = false }: { readonly watched?: boolean } = {}): People {
  const signers = Object.fromEntries(Object.keys(roles).map((name) => [name, createSigner(addressOf(name))])) as Record<
    Name,
    Signer
  >;
  const lines = Object.values(signers).map(({ line }) => line);
  return { signers, rules: parseRules(watched ? RULES + WATCHED : RULES, lines.join("\n")) };
}
