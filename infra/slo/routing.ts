import type { PlatformConfig } from "../config";
import { ESCALATION_MINUTES, PREVIEWS, type Environment } from "./severity";

/** A matcher as AlertmanagerConfig v1alpha1 writes it. */
export interface Matcher {
  readonly name: string;
  readonly matchType: "=" | "!=" | "=~" | "!~";
  readonly value: string;
}
export interface Route {
  readonly receiver: string;
  readonly matchers?: readonly Matcher[];
  readonly groupBy?: readonly string[];
  readonly groupWait?: string;
  readonly groupInterval?: string;
  readonly repeatInterval?: string;
  readonly routes?: readonly Route[];
}
/** One way to one person or channel; addresses that are secret by reference. */
export interface Receiver {
  readonly name: string;
  readonly slackConfigs?: readonly object[];
  readonly emailConfigs?: readonly object[];
  readonly pagerdutyConfigs?: readonly object[];
}

/** The Secret with the addresses, and its keys: what an environment has to have in its central store. */
export const RECEIVERS_SECRET = "alert-receivers";
export const secretKeys: Readonly<Record<Environment, readonly string[]>> = {
  dev: ["slack-url"],
  staging: ["slack-url", "mail-password"],
  production: ["slack-url", "mail-password", "pagerduty-on-call", "pagerduty-manager", "pagerduty-director"],
};

/** Hears nothing: previews, and alerts that only say that alerting itself lives. */
export const NOBODY = "nobody";

const reference = (key: string) => ({ name: RECEIVERS_SECRET, key });
const TITLE = "[{{ .Status }}] {{ .CommonLabels.environment }}: {{ .CommonLabels.alertname }}";
const LINES = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook_url }}\n{{ end }}";

/** Spec of the AlertmanagerConfig of an environment (B6.2, B6.3, H3.2). */
export function alertmanagerConfig(config: PlatformConfig): { route: Route; receivers: Receiver[] } {
  const { paging, mail } = config.monitoring.alerts;
  const everyone = mail === undefined ? "slack" : "slack-and-mail";
  const is = (name: string, value: string): Matcher => ({ name, matchType: "=", value });
  const paged: Route[] = [
    ...Object.keys(ESCALATION_MINUTES).map((person) => ({
      receiver: person,
      matchers: [is("escalation", person)],
    })),
    { receiver: "on-call", matchers: [is("severity", "critical")] },
  ];
  return {
    route: {
      // Production's lesser alerts, and everything of dev and staging, go where nobody is woken.
      receiver: "slack",
      groupBy: ["alertname", "namespace", "service"],
      groupWait: "30s",
      groupInterval: "5m",
      repeatInterval: "4h",
      routes: [
        { receiver: NOBODY, matchers: [{ name: "namespace", matchType: "=~", value: PREVIEWS }] },
        // Watchdog and InfoInhibitor of the chart: they fire all the time, on purpose.
        { receiver: NOBODY, matchers: [is("severity", "none")] },
        ...(paging ? paged : []),
        ...(mail === undefined
          ? []
          : [
              {
                receiver: everyone,
                matchers: [{ name: "severity", matchType: "=~" as const, value: "critical|warning" }],
              },
            ]),
      ],
    },
    receivers: [
      { name: NOBODY },
      { name: "slack", ...slack(config) },
      ...(mail === undefined ? [] : [{ name: everyone, ...slack(config), ...byMail(config) }]),
      ...(paging
        ? [
            { name: "on-call", ...pagerDuty("pagerduty-on-call"), ...slack(config), ...byMail(config) },
            ...Object.keys(ESCALATION_MINUTES).map((person) => ({ name: person, ...pagerDuty(`pagerduty-${person}`) })),
          ]
        : []),
    ],
  };
}

function slack({ monitoring: { alerts } }: PlatformConfig): Pick<Receiver, "slackConfigs"> {
  const channel = `#${alerts.slackChannel}`;
  return {
    slackConfigs: [{ apiURL: reference("slack-url"), channel, sendResolved: true, title: TITLE, text: LINES }],
  };
}

function byMail({ monitoring: { alerts } }: PlatformConfig): Pick<Receiver, "emailConfigs"> {
  if (alerts.mail === undefined) return {};
  const { smarthost, username, from, to } = alerts.mail;
  return {
    emailConfigs: [
      {
        to: to.join(", "),
        from,
        smarthost,
        authUsername: username,
        authPassword: reference("mail-password"),
        requireTLS: true,
        sendResolved: true,
      },
    ],
  };
}

function pagerDuty(key: string): Pick<Receiver, "pagerdutyConfigs"> {
  return {
    pagerdutyConfigs: [{ routingKey: reference(key), severity: "critical", description: TITLE, sendResolved: true }],
  };
}
