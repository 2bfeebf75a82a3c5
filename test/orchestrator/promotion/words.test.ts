import { expect } from "chai";
import { eventSchema, type LedgerEvent } from "../../../orchestrator/promotion/event";
import { inWords, short } from "../../../orchestrator/promotion/words";
import { anEvidence } from "./values";

const release = `sha256:${"a1b2c3d4".repeat(8)}`;
const digest = `sha256:${"0".repeat(64)}`;
const until = "2026-01-02T03:04:05.000Z";
const environment = "production";

const said: readonly [LedgerEvent, string][] = [
  [{ kind: "released", release }, "release a1b2c3d4a1b2 was made"],
  [
    {
      kind: "approved",
      environment,
      release,
      plan: digest,
      state: digest,
      expires: until,
      person: "ada@example.com",
      key: "SHA256:x",
      signature: "s",
    },
    `ada@example.com approved a1b2c3d4a1b2 for production until ${until}`,
  ],
  [
    {
      kind: "started",
      environment,
      release,
      purpose: "promotion",
      plan: digest,
      state: digest,
      approvals: [3, 4],
      rules: digest,
    },
    "promotion of production to a1b2c3d4a1b2 started, approved by entries 3, 4",
  ],
  [
    {
      kind: "started",
      environment,
      release,
      purpose: "rollback",
      plan: digest,
      state: digest,
      approvals: [],
      rules: digest,
    },
    "rollback of production to a1b2c3d4a1b2 started",
  ],
  [{ kind: "resumed", environment, run: 5 }, "run 5 of production resumed after an interruption"],
  [
    { kind: "verified", environment, run: 5, evidence: anEvidence() },
    "run 5 of production verified: checks 28 passed (stand-in)",
  ],
  [{ kind: "failed", environment, run: 5, reason: "no address" }, "run 5 of production failed: no address"],
  [
    { kind: "refused", environment, release, obstacles: ["one", "two"] },
    "promotion of production to a1b2c3d4a1b2 refused: one; two",
  ],
  [{ kind: "paused", environment, until, reason: "incident 7" }, `production paused until ${until}: incident 7`],
  [{ kind: "unpaused", environment, reason: "solved" }, "pause of production ended: solved"],
  [
    { kind: "paused", environment, application: "shop", until, reason: "incident 7" },
    `synchronisation of shop in production paused until ${until}: incident 7`,
  ],
  [
    { kind: "unpaused", environment, application: "shop", reason: "solved" },
    "pause of synchronisation of shop in production ended: solved",
  ],
  [{ kind: "hold-lifted", release, reason: "false alarm" }, "hold on a1b2c3d4a1b2 lifted: false alarm"],
];

describe("a ledger event in words", () => {
  for (const [event, words] of said) {
    const of = event.kind === "started" ? ` (${event.purpose})` : "application" in event ? " of an application" : "";
    it(`tells ${event.kind}${of}`, () => {
      expect(eventSchema.parse(event)).to.deep.equal(event);
      expect(inWords(event)).to.equal(words);
    });
  }

  it("shortens a hash to what it can be found by", () => expect(short(release)).to.equal("a1b2c3d4a1b2"));
});
