import { once } from "node:events";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { Message } from "./message";
import type { Channel } from "./settings";

type MailChannel = Extract<Channel, { kind: "mail" }>;

const ANSWER_SECONDS = 20;

/** The letter (RFC 5322), with everything beyond ASCII encoded and no line that would end it. Pure. */
export function letterOf({ from, to }: MailChannel, { title, text, key }: Message, at: Date): string {
  const subject = `=?UTF-8?B?${Buffer.from(title).toString("base64")}?=`;
  const body = Buffer.from(`${text}\n`).toString("base64").replace(/.{76}/g, "$&\r\n");
  return [
    `From: ${from}`,
    `To: ${to.join(", ")}`,
    `Subject: ${subject}`,
    `Date: ${at.toUTCString().replace("GMT", "+0000")}`,
    `Message-ID: <${key.replace("sha256:", "")}@slipway>`,
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: base64",
    "",
    body,
  ].join("\r\n");
}

/** Sends it over TLS from the first byte (RFC 8314), with a password. @throws Error with the server's own words. */
export async function sendMail(
  channel: MailChannel,
  message: Message,
  { user, password }: { readonly user: string; readonly password: string },
  at: Date,
  tls: ConnectionOptions = {},
): Promise<void> {
  const [host = "", port = ""] = channel.server.split(":");
  const socket = connect({ host, port: Number(port), servername: host, ...tls });
  socket.setTimeout(ANSWER_SECONDS * 1000, () => socket.destroy(new Error(`no answer in ${ANSWER_SECONDS} s`)));
  try {
    await once(socket, "secureConnect");
    const answers = replies(socket);
    const expect = async (code: string) => {
      const { value } = await answers.next();
      const said = String(value ?? "nothing");
      if (!said.startsWith(code)) throw new Error(`the mail server said ${said.slice(0, 200)}`);
    };
    const say = async (line: string, code: string) => {
      socket.write(`${line}\r\n`);
      await expect(code);
    };
    await expect("220");
    await say("EHLO slipway", "250");
    await say(`AUTH PLAIN ${Buffer.from(`\0${user}\0${password}`).toString("base64")}`, "235");
    await say(`MAIL FROM:<${channel.from}>`, "250");
    for (const one of channel.to) await say(`RCPT TO:<${one}>`, "250");
    await say("DATA", "354");
    await say(`${letterOf(channel, message, at)}\r\n.`, "250");
    socket.write("QUIT\r\n");
  } finally {
    socket.destroy();
  }
}

/** One reply at a time; of several lines the last, whose code is followed by a space (RFC 5321, 4.2). */
async function* replies(socket: TLSSocket): AsyncGenerator<string> {
  let text = "";
  for await (const chunk of socket as AsyncIterable<Buffer>) {
    text += chunk.toString("utf8");
    for (let end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      if (/^\d{3}( |$)/.test(line)) yield line;
    }
  }
}
