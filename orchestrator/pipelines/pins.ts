/**
 * What pipelines are made of, each by its commit and never by a tag that somebody can move (D1.8). Which tag a commit was
 * when it was pinned stands beside it wherever it is written: for people, and for whatever proposes a newer one.
 */
export const actions = {
  /** Runs on Node 24, as the two below: GitHub's runners end Node 20. */
  checkout: "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1",
  node: "actions/setup-node@820762786026740c76f36085b0efc47a31fe5020",
  aws: "aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c",
} as const;

/** The tag that each was: `git rev-parse TAG^{commit}` in its repository gives the commit above. */
const tags: Readonly<Record<keyof typeof actions, string>> = { checkout: "v7.0.1", node: "v7.0.0", aws: "v6.2.3" };

/** The text of a workflow with the tag of each action behind it, as a comment. Pure. */
export function withTags(text: string): string {
  return (Object.keys(actions) as (keyof typeof actions)[]).reduce(
    (told, name) => told.replaceAll(actions[name], `${actions[name]} # ${tags[name]}`),
    text,
  );
}

/** Node 24.14.0 on Debian 12, with git in it: the index of all platforms. */
export const image = "node:24-bookworm@sha256:3a09aa6354567619221ef6c45a5051b671f953f0a1924d1f819ffb236e520e6b";
