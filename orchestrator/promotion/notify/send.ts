import type { Message } from "./message";
import type { Channel } from "./settings";

/** A request to a system that tells people. */
export interface Delivery {
  readonly url: string;
  readonly body: object;
}

/** https://developer.pagerduty.com/docs/events-api-v2-overview */
const PAGERDUTY = "https://events.pagerduty.com/v2/enqueue";
/** PagerDuty takes so many characters of a summary, Slack of a header. */
const LONGEST = { pagerduty: 1024, slack: 150 } as const;

type Variables = Readonly<Record<string, string | undefined>>;

/** The request of a channel that is asked over HTTP; what it says is its system's own form. Pure. */
export function deliveryOf(channel: Exclude<Channel, { kind: "mail" }>, message: Message, secret: string): Delivery {
  switch (channel.kind) {
    case "slack":
      return { url: secret, body: slack(message) };
    case "webhook":
      return { url: secret, body: { schemaVersion: 1, ...message } };
    case "pagerduty":
      return { url: PAGERDUTY, body: pagerduty(message, secret) };
  }
}

/** Name of the variable that holds a channel's secret. */
export function secretOf(channel: Exclude<Channel, { kind: "mail" }>): string {
  return channel.kind === "pagerduty" ? channel.routingKey : channel.url;
}

/** https://docs.slack.dev/messaging/formatting-message-text: three characters mean something to Slack. */
function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function slack({ title, text, bad }: Message): object {
  const header = { type: "header", text: { type: "plain_text", text: title.slice(0, LONGEST.slack) } };
  const section = { type: "section", text: { type: "mrkdwn", text: escaped(text).slice(0, 3000) } };
  return { text: `${bad ? ":warning: " : ""}${escaped(title)}`, blocks: [header, section] };
}

function pagerduty({ title, text, environment, bad }: Message, key: string): object {
  return {
    routing_key: key,
    // One incident per environment: what verifies ends what failed.
    event_action: bad ? "trigger" : "resolve",
    dedup_key: `slipway/${environment}`,
    ...(bad && {
      payload: {
        summary: `${title}: ${text}`.slice(0, LONGEST.pagerduty),
        source: "slipway",
        severity: environment === "production" ? "critical" : "warning",
        component: environment,
      },
    }),
  };
}

/** What a channel still needs of the environment; empty when nothing. Pure. */
export function missingVariables(channel: Channel, variables: Variables): string[] {
  const wanted = channel.kind === "mail" ? [channel.user, channel.password] : [secretOf(channel)];
  return wanted.filter((name) => (variables[name] ?? "") === "");
}
