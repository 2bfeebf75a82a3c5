import type { Entry } from "../entry";
import type { Ledger } from "../ledger";
import type { Rules } from "../rules";
import { sendMail } from "./mail";
import { messageOf, type Message } from "./message";
import { deliveryOf, missingVariables, secretOf } from "./send";
import type { Channel } from "./settings";

export interface NotifierRequest {
  readonly rules: Pick<Rules, "environments">;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly redactor: { add(secret: string): void; text(text: string): string };
  now(): Date;
  pause(milliseconds: number): Promise<void>;
  /** One line for whoever runs the command. */
  say(text: string): void;
  readonly send?: (channel: Channel, message: Message) => Promise<void>;
}

const ATTEMPTS = 3;
const PAUSE_MS = 1000;
const ANSWER_SECONDS = 10;

/**
 * The same ledger, of which people hear. A message that cannot be sent is tried three times and then said: what happened
 * stays in the ledger, and no promotion fails for a chat that is down.
 */
export function notifying(ledger: Ledger, request: NotifierRequest): Ledger {
  return {
    read: () => ledger.read(),
    inspect: () => ledger.inspect(),
    async append(by, decide) {
      const entry = await ledger.append(by, decide);
      await tell(await ledger.read(), entry, request);
      return entry;
    },
  };
}

async function tell(entries: readonly Entry[], entry: Entry, request: NotifierRequest): Promise<void> {
  const found = messageOf(entries.slice(0, entry.sequence));
  if (found === undefined) return;
  const { rules, variables, redactor, pause, say } = request;
  const channels = rules.environments[found.environment].notify.filter(({ on }) => on.includes(found.occasion));
  for (const channel of channels) {
    const missing = missingVariables(channel, variables);
    if (missing.length > 0) {
      say(`${channel.kind} was not told: ${missing.join(", ")} is not set`);
      continue;
    }
    for (const name of channel.kind === "mail" ? [channel.user, channel.password] : [secretOf(channel)]) {
      redactor.add(variables[name] ?? "");
    }
    const message = { ...found, title: redactor.text(found.title), text: redactor.text(found.text) };
    const send = request.send ?? ((one: Channel, what: Message) => sendTo(one, what, request));
    for (let attempt = 1; ; attempt++) {
      try {
        await send(channel, message);
        break;
      } catch (error) {
        // The address in an error is a secret itself.
        const why = redactor.text(error instanceof Error ? error.message : String(error));
        if (attempt === ATTEMPTS) {
          say(`${channel.kind} was not told after ${ATTEMPTS} attempts: ${why}`);
          break;
        }
        await pause(PAUSE_MS * attempt);
      }
    }
  }
}

async function sendTo(channel: Channel, message: Message, { variables, now }: NotifierRequest): Promise<void> {
  if (channel.kind === "mail") {
    const [user = "", password = ""] = [variables[channel.user], variables[channel.password]];
    return sendMail(channel, message, { user, password }, now());
  }
  const { url, body } = deliveryOf(channel, message, variables[secretOf(channel)] ?? "");
  const response = await fetch(url, {
    method: "POST",
    redirect: "error",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(ANSWER_SECONDS * 1000),
  });
  if (!response.ok) throw new Error(`it answered ${response.status}`);
}
