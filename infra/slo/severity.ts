import type { PlatformConfig } from "../config";

export type Environment = PlatformConfig["environment"];
export type Severity = "critical" | "warning" | "info";
/** `page`: somebody has to act now. `ticket`: somebody has to act this week. */
export type Urgency = "page" | "ticket";

/** What an alert of an environment is worth (B6.2, B6.3): nobody is woken by staging or dev. */
export const severities: Readonly<Record<Environment, Readonly<Record<Urgency, Severity>>>> = {
  dev: { page: "info", ticket: "info" },
  staging: { page: "warning", ticket: "warning" },
  production: { page: "critical", ticket: "warning" },
};

/** Minutes after which an alert that still fires goes to the next person (B6.3). */
export const ESCALATION_MINUTES = { manager: 15, director: 30 } as const;

/** Namespaces of previews; they have metrics and logs but raise no alerts (B6.4). */
export const PREVIEWS = "preview-.+";

/** How often rules are evaluated (B6.5). */
export const EVALUATION = "30s";
