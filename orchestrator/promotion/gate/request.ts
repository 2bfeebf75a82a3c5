import type { Ending } from "./verdict";

/** Requests of a gate (C3.5, D4.2): health and status, as a user's browser would ask for them. */
export interface RequestsGate {
  /** Where the application answers: `https://qa.dev.example.com`. */
  readonly asks: string;
  readonly paths: readonly string[];
  /** What was rolled out settles before it is asked. */
  readonly settleSeconds: number;
  readonly timeoutSeconds: number;
}

export interface RequestsWork {
  /** Value of the Authorization header, where the environment asks for a login (C3.4). */
  readonly authorization?: string;
  now(): Date;
  waitUntil(time: Date): Promise<void>;
}

/** Of an answer that is none that is hoped for, as much as tells what it is. */
const MOST_TEXT = 300;

/**
 * Asks for each path once. Only 200 will do: a redirection is a login page, and 401 says that the gate has no login. An
 * address that does not answer at all is an error, not a failure: nothing was seen of the application.
 */
export async function askPaths(
  { asks, paths, settleSeconds, timeoutSeconds }: RequestsGate,
  { authorization, now, waitUntil }: RequestsWork,
): Promise<Ending> {
  await waitUntil(new Date(now().getTime() + settleSeconds * 1000));
  const said: string[] = [];
  let wrong = 0;
  for (const path of paths) {
    const url = new URL(path, asks).href;
    try {
      const answer = await fetch(url, {
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
        ...(authorization !== undefined && { headers: { authorization } }),
      });
      const text =
        answer.status === 200 ? "" : (await answer.text()).slice(0, MOST_TEXT).replaceAll(/\s+/g, " ").trim();
      if (answer.status !== 200) wrong++;
      said.push(`GET ${url}: ${answer.status}${text === "" ? "" : ` ${text}`}`);
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const why = `GET ${url}: no answer (${cause instanceof Error ? cause.message : String(cause)})`;
      return { why, output: [...said, why].join("\n") };
    }
  }
  said.push(wrong === 0 ? `${paths.length} answered` : `${wrong} of ${paths.length} did not answer with 200`);
  return { code: wrong === 0 ? 0 : 1, output: said.join("\n") };
}
