import { SlipwayError } from "../errors";
import { createGithub, type Github } from "../promotion/github/client";
import { RULES_FILE, type Rules } from "../promotion/rules";

/** As GitHub Actions and its command line name it. */
const TOKEN = "GITHUB_TOKEN";

type Variables = Readonly<Record<string, string | undefined>>;

/** GitHub, where the rules name a repository and there is a token; undefined otherwise: then only signatures count. */
export function githubOf({ github }: Pick<Rules, "github">, variables: Variables): Github | undefined {
  const token = variables[TOKEN];
  return github === undefined || token === undefined || token === "" ? undefined : createGithub(github, token);
}

/** @throws SlipwayError `github-not-wired` saying what is missing. */
export function requireGithub(rules: Pick<Rules, "github">, variables: Variables): Github {
  const github = githubOf(rules, variables);
  if (github !== undefined) return github;
  const missing = rules.github === undefined ? `no github: in ${RULES_FILE}` : `no ${TOKEN}`;
  throw new SlipwayError(
    "github-not-wired",
    `approvals cannot be read from GitHub: there is ${missing}`,
    "name the repository in the rules, and give a token that may read its pull requests and actions",
    "usage",
  );
}
