import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { parser } from "@prometheus-io/lezer-promql";

export interface PrometheusFake {
  readonly address: string;
  /** Requests that were answered with a value. */
  readonly asked: { expression: string; time: Date }[];
  close(): Promise<void>;
}

/** What the fake answers: series of one value each, or a whole answer to send as it is. */
export type Answer = readonly string[] | { readonly status: number; readonly body: string };

/**
 * The one path of Prometheus' HTTP API that is used, as published: form POST, an expression that Prometheus' own grammar
 * accepts, a time in seconds, and the token when one is wanted. Everything else is refused the way the server does.
 */
export async function startPrometheus(
  answer: (expression: string, time: Date) => Answer,
  token?: string,
): Promise<PrometheusFake> {
  const asked: PrometheusFake["asked"] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const send = (status: number, body: unknown) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(typeof body === "string" ? body : JSON.stringify(body));
      };
      const bad = (error: string) => send(400, { status: "error", errorType: "bad_data", error });
      if (request.url !== "/api/v1/query") return send(404, "404 page not found\n");
      if (request.method !== "POST") return send(405, "method not allowed\n");
      if (token !== undefined && request.headers.authorization !== `Bearer ${token}`)
        return send(401, "Unauthorized\n");
      if (!/^application\/x-www-form-urlencoded/.test(request.headers["content-type"] ?? "")) {
        return bad("unknown position: parse error: no expression found in input");
      }
      const form = new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
      const [expression, time] = [form.get("query") ?? "", form.get("time") ?? ""];
      if ([...form.keys()].some((key) => key !== "query" && key !== "time")) return bad("unexpected parameter");
      if (!/^\d+(\.\d+)?$/.test(time))
        return bad(`invalid parameter "time": cannot parse "${time}" to a valid timestamp`);
      const problem = syntaxError(expression);
      if (problem !== undefined) return bad(`invalid parameter "query": ${problem}`);
      const at = new Date(Number(time) * 1000);
      const said = answer(expression, at);
      if (!Array.isArray(said)) {
        const { status, body } = said as Exclude<Answer, readonly string[]>;
        return send(status, body);
      }
      asked.push({ expression, time: at });
      const result = said.map((value: string, index: number) => ({
        metric: said.length > 1 ? { series: String(index) } : {},
        value: [Number(time), value],
      }));
      send(200, { status: "success", data: { resultType: "vector", result } });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Where Prometheus' own grammar finds an error; undefined where it finds none. */
export function syntaxError(expression: string): string | undefined {
  let found: string | undefined = expression.trim() === "" ? "no expression" : undefined;
  parser.parse(expression).iterate({
    enter: ({ type, from }) => {
      if (type.isError) found ??= `parse error at char ${from + 1}`;
    },
  });
  return found;
}
