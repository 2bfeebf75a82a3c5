import { z } from "zod";
import { SlipwayError } from "../../errors";

/** One number at a time, from a system that speaks Prometheus' HTTP API. */
export interface Metrics {
  /** @returns undefined where there is no such series then. @throws SlipwayError `metrics-unavailable`. */
  value(expression: string, at: Date): Promise<number | undefined>;
}

/** Answers a form POST below the address of the API. */
export type Post = (path: string, form: URLSearchParams) => Promise<{ readonly status: number; readonly body: string }>;

const sample = z.tuple([z.number(), z.string()]);
/** https://prometheus.io/docs/prometheus/latest/querying/api/ */
const answerSchema = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("success"),
    data: z.discriminatedUnion("resultType", [
      z.object({
        resultType: z.literal("vector"),
        result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: sample })),
      }),
      z.object({ resultType: z.literal("scalar"), result: sample }),
    ]),
    warnings: z.array(z.string()).optional(),
  }),
  z.object({ status: z.literal("error"), errorType: z.string(), error: z.string() }),
]);

/**
 * Prometheus, Thanos, Mimir, VictoriaMetrics or Amazon Managed Prometheus behind a signing proxy. What is not exactly the
 * published answer is no answer: a number that nobody measured must not decide whether a release stays.
 */
export function createMetrics(post: Post): Metrics {
  return {
    async value(expression, at) {
      const form = new URLSearchParams({ query: expression, time: (at.getTime() / 1000).toFixed(3) });
      const { status, body } = await post("/api/v1/query", form);
      const parsed = answerSchema.safeParse(json(body));
      if (!parsed.success) throw unavailable(`it answered ${status} with something else than the API's form`);
      const answer = parsed.data;
      if (answer.status === "error") throw unavailable(`${answer.errorType}: ${answer.error}`);
      // Half of the stores behind a query front end prove half of nothing.
      if (answer.warnings?.[0] !== undefined) throw unavailable(`the answer is partial: ${answer.warnings[0]}`);
      const { data } = answer;
      if (data.resultType === "scalar") return number(data.result[1]);
      if (data.result.length > 1) throw unavailable(`${data.result.length} series where one was asked for`);
      return data.result[0] === undefined ? undefined : number(data.result[0].value[1]);
    },
  };
}

/** Seconds to wait for an answer: Prometheus itself ends a query after two minutes, a look a minute cannot wait so long. */
const ANSWER_SECONDS = 20;

/** Posts to an address, with a bearer token where one is given. */
export function postTo(address: string, token: string | undefined): Post {
  return async (path, form) => {
    try {
      const response = await fetch(`${address.replace(/\/$/, "")}${path}`, {
        method: "POST",
        body: form,
        redirect: "error",
        signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      throw unavailable(cause instanceof Error ? cause.message : String(cause), error);
    }
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `NaN` is what a ratio of nothing by nothing gives: no number. */
function number(text: string): number | undefined {
  if (text === "NaN") return undefined;
  if (text === "+Inf" || text === "-Inf") return text === "+Inf" ? Infinity : -Infinity;
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw unavailable(`"${text.slice(0, 40)}" is no number`);
  return value;
}

function unavailable(why: string, cause?: unknown): SlipwayError {
  return new SlipwayError(
    "metrics-unavailable",
    `the metrics cannot be read: ${why}`,
    "see that the address given with --prometheus answers /api/v1/query from here",
    "failure",
    { cause },
  );
}
