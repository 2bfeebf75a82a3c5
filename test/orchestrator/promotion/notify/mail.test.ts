import { createServer, type Server } from "node:tls";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { letterOf, sendMail } from "../../../../orchestrator/promotion/notify/mail";
import type { Message } from "../../../../orchestrator/promotion/notify/message";
import { channelSchema, type Channel } from "../../../../orchestrator/promotion/notify/settings";
import { serverCertificate } from "../../../support/server-certificate";

const message: Message = {
  ...{ occasion: "verified", environment: "dev", title: "dev: läuft\r\nBcc: eve@example.com", text: ".\r\nQUIT" },
  ...{ key: `sha256:${"0".repeat(64)}`, bad: false },
};

describe("a notification by mail", () => {
  let server: Server | undefined;
  afterEach(() => void server?.close());

  /** A submission server that takes one dialogue and nothing else (RFC 5321, RFC 8314). */
  const post = async (refuse?: string) => {
    const said: string[] = [];
    const { key, cert } = await serverCertificate("localhost");
    server = createServer({ key, cert }, (socket) => {
      const order = ["EHLO", "AUTH PLAIN", "MAIL FROM", "RCPT TO", "RCPT TO", "DATA"];
      let data = false;
      let text = "";
      socket.on("error", () => undefined);
      socket.write("220 mail.example ESMTP\r\n");
      socket.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
          const line = text.slice(0, end);
          text = text.slice(end + 2);
          said.push(line);
          if (data) {
            if (line === ".") {
              data = false;
              socket.write("250 2.0.0 Ok\r\n");
            }
            continue;
          }
          if (line === "QUIT") return void socket.end("221 bye\r\n");
          const wanted = order.shift() ?? "nothing";
          if (!line.startsWith(wanted)) return void socket.end(`503 5.5.1 ${wanted} is wanted\r\n`);
          if (refuse === wanted) return void socket.end("535 5.7.8 no\r\n");
          data = wanted === "DATA";
          const ok = { EHLO: "250-mail.example\r\n250 AUTH PLAIN", "AUTH PLAIN": "235 2.7.0 ok", DATA: "354 go" }[
            wanted
          ];
          socket.write(`${ok ?? "250 2.1.0 ok"}\r\n`);
        }
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const channel = channelSchema.parse({
      ...{ kind: "mail", server: `localhost:${(server.address() as AddressInfo).port}`, from: "slipway@example.com" },
      ...{ to: ["a@example.com", "b@example.com"], user: "U", password: "P" },
    }) as Extract<Channel, { kind: "mail" }>;
    const sent = sendMail(channel, message, { user: "me", password: "p4ss" }, new Date(0), {
      ca: cert,
      host: "127.0.0.1",
    });
    return { sent, said, channel };
  };

  it("is one letter to all, over TLS and with a password", async () => {
    const { sent, said } = await post();
    await sent;
    expect(said[1]).to.equal(`AUTH PLAIN ${Buffer.from("\0me\0p4ss").toString("base64")}`);
    expect(said.filter((line) => line.startsWith("RCPT"))).to.have.length(2);
    expect(said).to.include("Date: Thu, 01 Jan 1970 00:00:00 +0000");
  });
  it("cannot be given a header or an end by what it tells", async () => {
    const { sent, said, channel } = await post();
    await sent;
    expect(said.filter((line) => line === ".")).to.have.length(1);
    expect(letterOf(channel, message, new Date(0))).to.not.include("Bcc:");
    const body = said.at(said.indexOf("") + 1) ?? "";
    expect(Buffer.from(body, "base64").toString()).to.equal(`${message.text}\n`);
  });
  it("fails with the server's words and not with the password", async () => {
    const { sent } = await post("AUTH PLAIN");
    const error = await sent.catch((one: unknown) => one as Error);
    expect(error instanceof Error && error.message).to.equal("the mail server said 535 5.7.8 no");
  });
});
