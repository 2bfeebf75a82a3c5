/**
 * How a new version replaces an old one: the one table that Argo Rollouts, Flagger and the rehearsed canary are made of.
 * Every number names its requirement.
 */
export const rolling = {
  /** One more pod than wanted, and never one less (C5.2). */
  maxSurge: 1,
  maxUnavailable: 0,
} as const;

export const canary = {
  /** D5.1: a check a minute. */
  intervalSeconds: 60,
  /** D5.1: ten percent more after each check that passed; the first step of "10 % then 100 %" (D1.3). */
  stepPercent: 10,
  /** D5.1: from half of the traffic to all of it. */
  maximumPercent: 50,
  /** D5.1: the fifth failed check ends it. */
  failedChecks: 5,
  /** A check without traffic proves nothing; so many of them in a row end the waiting, and a person decides (D5.3). */
  inconclusiveChecks: 5,
  /** D5.2: share of requests that succeed, at least. */
  successShare: 0.99,
  /** D5.2: milliseconds a request takes, at most; p99 (D5.3). */
  durationMilliseconds: 500,
  /** D5.2: both over one minute. */
  windowMinutes: 1,
  /** D4.2: longer than this a step does not take. */
  deadlineSeconds: 600,
  /** A way back to one of the last ten versions is at once: as many as Argo Rollouts keeps by default (D6.2). */
  backRevisions: 10,
} as const;

export const loadTest = {
  /** D5.3 */
  minutes: 1,
  requestsPerSecond: 10,
  workers: 2,
  hookTimeoutSeconds: 5,
  port: 8080,
} as const;

/** Shares of traffic of the steps, in percent: 10, 20, … 50; then all of it. */
export const weights: readonly number[] = Array.from(
  { length: canary.maximumPercent / canary.stepPercent },
  (_, index) => (index + 1) * canary.stepPercent,
);

/** The same load without a program of its own: curl starts so many requests a second, one after the other, per worker. */
export function curlCommand(url: string): string[] {
  const { minutes, requestsPerSecond, workers } = loadTest;
  const seconds = minutes * 60;
  const worker = `timeout ${seconds} curl --silent --output /dev/null --rate ${requestsPerSecond}/s "${url}?load=[1-${seconds * requestsPerSecond}]" &`;
  // How the answers were is for the analysis to say; the load is over when its time is.
  return ["/bin/sh", "-c", [...Array.from({ length: workers }, () => worker), "wait"].join("\n")];
}

/** The load test's command line for Flagger's load tester: a minute of so many requests a second from each worker. */
export function loadCommand(url: string): string[] {
  return [
    "hey",
    "-z",
    `${loadTest.minutes}m`,
    "-q",
    String(loadTest.requestsPerSecond),
    "-c",
    String(loadTest.workers),
    url,
  ];
}
