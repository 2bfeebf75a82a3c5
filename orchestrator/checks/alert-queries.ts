/** Queries of the verification of alerts; the Prometheus of a rehearsal answers exactly these. */

/** How far apart two looks of a count of firings are; shorter firings in between are one. */
const STEP = "5m";
const firing = 'ALERTS{alertstate="firing"}';

/** How often each rule began to fire within a week (A19.4). */
export const FIRINGS_A_WEEK = `sum by (alertname, severity, escalated, escalation) (count_over_time((${firing} unless ${firing} offset ${STEP})[1w:${STEP}]))`;
/** Notifications that were sent, by integration. */
export const SENT = "alertmanager_notifications_total";
/** Those of them that nobody took. */
export const REFUSED = "alertmanager_notifications_failed_total";
/** The rule that a probe brings along: it holds from its first evaluation on. */
export const PROBE_ALERT = { name: "SlipwayAlertProbe", expr: "vector(1)" } as const;
