import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { askPaths } from "../../../../orchestrator/promotion/gate/request";
import { gatesSchema } from "../../../../orchestrator/promotion/gate/settings";
import { verdictOf } from "../../../../orchestrator/promotion/gate/verdict";

describe("a gate that asks the application", () => {
  let server: Server;
  let asked: string[];
  let milliseconds: number;
  beforeEach((done) => {
    [asked, milliseconds] = [[], 0];
    server = createServer((request, response) => {
      asked.push(`${milliseconds / 1000} s: ${request.url}`);
      if (request.headers.authorization !== "Basic cWE6c2VjcmV0") response.writeHead(401).end("who are you?");
      else if (request.url === "/moved") response.writeHead(302, { location: "/login" }).end();
      else if (request.url === "/broken") response.writeHead(503).end("no\n database");
      else response.end("fine");
    }).listen(0, "127.0.0.1", done);
  });
  afterEach((done) => void server.close(done));

  const origin = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ask = (paths: readonly string[], authorization?: string, asks = origin()) =>
    askPaths(
      { asks, paths, settleSeconds: 15, timeoutSeconds: 5 },
      {
        ...(authorization !== undefined && { authorization }),
        now: () => new Date(milliseconds),
        waitUntil(time) {
          milliseconds = time.getTime();
          return Promise.resolve();
        },
      },
    );
  const login = "Basic cWE6c2VjcmV0";

  it("lets it settle, asks for health and status with its login, and does not tell it [C3.4] [C3.5] [D4.2]", async () => {
    const ending = await ask(["/health", "/status"], login);
    expect(asked).to.deep.equal(["15 s: /health", "15 s: /status"]);
    expect(verdictOf(ending, undefined)).to.deep.equal({ verdict: "passed", summary: "2 answered" });
    expect(ending.output).to.include(`GET ${origin()}/health: 200`).and.not.include("cWE6");
  });

  for (const [what, path, authorization, said] of [
    ["an answer that is an error", "/broken", login, "503 no database"],
    ["a way to a login page", "/moved", login, "302"],
    ["no login", "/health", undefined, "401 who are you?"],
  ] as const) {
    it(`fails on ${what} [C3.5]`, async () => {
      const ending = await ask(["/health", path], authorization);
      expect(verdictOf(ending, undefined).verdict).to.equal("failed");
      expect(ending.output).to.include(`${path}: ${said}`);
    });
  }

  it("judges nothing where nobody answers", async () => {
    const gone = origin();
    await new Promise((resolve) => server.close(resolve));
    const { verdict, summary } = verdictOf(await ask(["/health"], login, gone), undefined);
    expect(verdict).to.equal("errored");
    expect(summary).to.include("no answer (");
    server.listen(0, "127.0.0.1");
  });

  it("asks for health and status unless told otherwise, and never in clear [D4.2]", () => {
    const { smoke } = gatesSchema.parse({ smoke: { asks: "https://staging.example.com", timeoutSeconds: 30 } });
    expect(smoke)
      .to.deep.include({ paths: ["/health", "/status"] })
      .and.not.to.have.property("settleSeconds");
    for (const asks of ["http://staging.example.com", "staging.example.com", "https://user:pass@staging.example.com"])
      expect(gatesSchema.safeParse({ smoke: { asks, timeoutSeconds: 30 } }).success, asks).to.equal(false);
  });
});
