import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { createEdge } from "../../../orchestrator/checks/edge";

describe("edge", () => {
  let server: Server;
  let address: string;
  before(async () => {
    server = createServer((request, response) => {
      response.setHeader("location", "https://elsewhere/");
      response.writeHead(301).end(`${request.headers.host} ${request.url}`);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => new Promise((resolve) => server.close(resolve)));

  it("asks one address for a host, and follows nothing", async () => {
    const answer = await createEdge().get({ scheme: "http", address, host: "demo.example.com", path: "/x" });
    expect(answer).to.include({ status: 301, body: "demo.example.com /x" });
    expect(answer.headers["location"]).to.equal("https://elsewhere/");
    expect(answer.certificateNames).to.deep.equal([]);
  });

  it("fails when nobody listens, so that a check can say so", async () => {
    const failure = await createEdge()
      .get({ scheme: "https", address: "127.0.0.1:1", host: "demo.example.com", path: "/" })
      .catch((error: Error) => error);
    expect(failure).to.be.instanceOf(Error);
  });
});
