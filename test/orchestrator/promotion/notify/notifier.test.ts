import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { messageOf, type Message } from "../../../../orchestrator/promotion/notify/message";
import { notifying } from "../../../../orchestrator/promotion/notify/notifier";
import { deliveryOf } from "../../../../orchestrator/promotion/notify/send";
import { channelSchema, type Channel } from "../../../../orchestrator/promotion/notify/settings";
import { World } from "../../../../orchestrator/promotion/rehearsal/world";
import { parseRules } from "../../../../orchestrator/promotion/rules";
import { createRedactor } from "../../../../orchestrator/report/redact";
import { useFolder } from "../../../support/folder";

const message: Message = {
  ...{ occasion: "failed", environment: "production", title: "production: failed: 0a1b", text: "a <b> & c" },
  ...{ key: `sha256:${"0".repeat(64)}`, bad: true },
};

describe("notifications", () => {
  const folder = useFolder();
  let server: Server | undefined;
  afterEach(() => void server?.close());

  it("tell what happened, with the failures and the way back [D7.1]", async () => {
    const world = new World(folder());
    const [one, two] = [world.release("ada"), world.release("ada")];
    await world.toProduction(one);
    await world.toSoaked(two);
    world.fates.push("a failing smoke test");
    await world.promote(two, "production");
    const entries = world.store.ledger.read();
    const told = entries.flatMap((_, index) => messageOf(entries.slice(0, index + 1)) ?? []);
    const production = told.filter(({ environment }) => environment === "production").map(({ occasion }) => occasion);
    expect(production).to.deep.equal([
      ...["approval", "approval", "started", "verified", "watch", "approval", "approval", "started", "failed"],
      ...["started", "rolled back"],
    ]);
    expect(told.filter(({ bad }) => bad).map(({ occasion }) => occasion)).to.deep.equal(["failed"]);
    expect(told.find(({ occasion }) => occasion === "failed")?.text).to.include("smoke failed");
    expect(new Set(told.map(({ key }) => key)).size).to.equal(told.length);
  });

  it("have each system's own form", () => {
    const slack = deliveryOf(channelSchema.parse({ kind: "slack", url: "SLACK" }) as never, message, "https://hooks");
    expect(slack.url).to.equal("https://hooks");
    expect(JSON.stringify(slack.body)).to.include("a &lt;b&gt; &amp; c").and.include(":warning:");
    const pager = channelSchema.parse({ kind: "pagerduty", routingKey: "KEY" }) as never;
    expect(deliveryOf(pager, message, "k3y").body).to.deep.include({
      routing_key: "k3y",
      event_action: "trigger",
      dedup_key: "slipway/production",
    });
    expect(deliveryOf(pager, { ...message, bad: false }, "k3y").body).to.deep.equal({
      routing_key: "k3y",
      event_action: "resolve",
      dedup_key: "slipway/production",
    });
    const hook = channelSchema.parse({ kind: "webhook", url: "HOOK" }) as never;
    expect(deliveryOf(hook, message, "https://x").body).to.deep.equal({ schemaVersion: 1, ...message });
  });

  for (const [what, channel] of [
    ["an address in place of a variable's name", { kind: "slack", url: "https://hooks.slack.com/services/x" }],
    ["an occasion that is none", { kind: "slack", url: "SLACK", on: ["sneezed"] }],
    [
      "a mail without a password",
      { kind: "mail", server: "mail.example:465", from: "a@example.com", to: ["b@example.com"], user: "U" },
    ],
  ] as const) {
    it(`refuse ${what} in the rules`, () => expect(channelSchema.safeParse(channel).success).to.equal(false));
  }

  const hear = async (channels: readonly object[], variables: Record<string, string>, answers: number[] = []) => {
    const heard: string[] = [];
    server = createServer((request, response) => {
      let body = "";
      request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        heard.push(body);
        response.writeHead(answers.shift() ?? 200).end();
      });
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/s3cret-path`;
    const text = JSON.stringify({
      ...{ people: [], approvalHours: 1 },
      environments: { dev: { notify: channels }, staging: {}, production: {} },
    });
    const world = new World(folder());
    const said: string[] = [];
    const pauses: number[] = [];
    const ledger = notifying(world.store.ledger, {
      rules: parseRules(text, ""),
      variables: { HOOK: address, ...variables },
      redactor: createRedactor(),
      now: world.now,
      pause: (ms) => Promise.resolve(void pauses.push(ms)),
      say: (line) => said.push(line),
    });
    const until = "2027-01-01T00:00:00.000Z";
    const reason = `incident, see ${address}`;
    const entry = await ledger.append("ada", () => ({ kind: "paused", environment: "dev", until, reason }));
    expect(await ledger.read()).to.have.length(1);
    return { heard, said, pauses, entry, address };
  };
  const hook: Partial<Channel> = { kind: "webhook", url: "HOOK", on: ["pause"] };

  it("are sent once the ledger has it, and never with a secret in them [D7.1]", async () => {
    const { heard, said, entry } = await hear([hook, { ...hook, on: ["verified"] }], {});
    expect(said).to.deep.equal([]);
    expect(heard).to.have.length(1);
    const sent = JSON.parse(heard[0] ?? "{}") as Message;
    expect(sent).to.include({ key: entry.hash, occasion: "pause", environment: "dev" });
    expect(sent.text).to.include("[secret]").and.not.include("s3cret-path");
  });
  it("are tried three times, and then said, without the address; nothing fails for them", async () => {
    const { heard, said, pauses } = await hear([hook], {}, [500, 503, 500]);
    expect(heard).to.have.length(3);
    expect(pauses).to.deep.equal([1000, 2000]);
    expect(said).to.deep.equal(["webhook was not told after 3 attempts: it answered 500"]);
  });
  it("go on after a hiccup, and say which variable is not set", async () => {
    const { heard, said } = await hear([hook, { kind: "slack", url: "ABSENT", on: ["pause"] }], {}, [503]);
    expect(heard).to.have.length(2);
    expect(said).to.deep.equal(["slack was not told: ABSENT is not set"]);
  });
});
