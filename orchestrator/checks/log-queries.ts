/** What the verification asks Loki (LogQL). The rehearsal's stand-in answers exactly these. */

/** Lines of one namespace that hold a text. */
export const linesWith = (namespace: string, text: string): string => `{namespace="${namespace}"} |= "${text}"`;

/** Bytes that each namespace wrote in a day (A9.5). */
export const BYTES_A_DAY = 'sum by (namespace) (bytes_over_time({namespace=~".+"}[24h]))';

/** Lines of an hour by application, and those of them that are no JSON (A9.4). */
export const LINES = 'sum by (namespace, app) (count_over_time({app=~".+"}[1h]))';
export const UNPARSED =
  'sum by (namespace, app) (count_over_time({app=~".+"} | json | __error__="JSONParserErr" [1h]))';
