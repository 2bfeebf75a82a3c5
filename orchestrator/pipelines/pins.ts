/** What pipelines are made of, each by its content and never by a tag that somebody can move (D1.8). */
export const actions = {
  /** v5.0.0 */
  checkout: "actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8",
  /** v4.4.0 */
  node: "actions/setup-node@49933ea5288caeca8642d1e84afbd3f7d6820020",
  /** v4.1.0 */
  aws: "aws-actions/configure-aws-credentials@ececac1a45f3b08a01d2dd070d28d111c5fe6722",
} as const;

/** Node 24 on Debian 12, with git in it. */
export const image = "node:24-bookworm@sha256:3a09aa6354567619221ef6c45a5051b671f953f0a1924d1f819ffb236e520e6b";
