import { Resolver } from "node:dns/promises";
import http from "node:http";
import https from "node:https";
import type { TLSSocket } from "node:tls";
import type { Edge, EdgeResponse } from "./check";

/** A page that takes longer is as good as down for who waits for it. */
const PATIENCE_MS = 10_000;
/** Checks read status and headers; of the body a page's worth is enough. */
const BODY_LIMIT = 64 * 1024;

/** The Internet as this machine sees it: public DNS and plain requests. */
export function createEdge(): Edge {
  const resolver = new Resolver({ timeout: PATIENCE_MS, tries: 2 });
  return {
    async resolve(host) {
      const answers = await Promise.all([
        resolver.resolve4(host).catch(nothing),
        resolver.resolve6(host).catch(nothing),
        resolver.resolveCname(host).catch(nothing),
      ]);
      return answers.flat();
    },
    get: request,
  };
}

/** "No such name" is an answer; a resolver that cannot be reached is not. */
function nothing(error: NodeJS.ErrnoException): string[] {
  if (error.code === "ENOTFOUND" || error.code === "ENODATA") return [];
  throw error;
}

function request({ scheme, address, host, path }: Parameters<Edge["get"]>[0]): Promise<EdgeResponse> {
  const { hostname, port } = new URL(`${scheme}://${address}`);
  const options = {
    host: hostname.replace(/^\[|\]$/g, ""),
    ...(port !== "" && { port }),
    path,
    headers: { host },
    timeout: PATIENCE_MS,
    agent: false as const,
    // The certificate itself is what a check looks at: a wrong one must be seen, not end the request.
    ...(scheme === "https" && { servername: host, rejectUnauthorized: false }),
  };
  return new Promise((resolve, reject) => {
    const sent = (scheme === "https" ? https : http).get(options, (response) => {
      let body = "";
      const certificateNames = scheme === "https" ? namesOf(response.socket as TLSSocket) : [];
      response.setEncoding("utf8");
      response.on("data", (part: string) => (body = (body + part).slice(0, BODY_LIMIT)));
      response.on("error", reject);
      response.on("end", () => {
        const headers = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as const);
        resolve({ status: response.statusCode ?? 0, headers: Object.fromEntries(headers), body, certificateNames });
      });
    });
    sent.on("timeout", () =>
      sent.destroy(new Error(`${host} at ${address} gave no answer in ${PATIENCE_MS / 1000} s`)),
    );
    sent.on("error", reject);
  });
}

function namesOf(socket: TLSSocket): string[] {
  const { subjectaltname = "", subject } = socket.getPeerCertificate();
  const names = subjectaltname.split(", ").flatMap((entry) => (entry.startsWith("DNS:") ? [entry.slice(4)] : []));
  const common = [subject?.CN].flat().filter((name): name is string => name !== undefined);
  return [...new Set([...names, ...common])];
}
