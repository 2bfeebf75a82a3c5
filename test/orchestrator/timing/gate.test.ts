import { expect } from "chai";
import type { PlatformConfig } from "../../../infra/config";
import { judgeTime, type TimingQuestion } from "../../../orchestrator/timing/gate";
import { configOf } from "../../support/pulumi";

const MONDAY_NOON = "2026-11-23T11:00:00Z";
const SATURDAY = "2026-11-21T11:00:00Z";
const NIGHT = "2026-11-24T22:00:00Z";
const ask = (environment: string, at: string, more: Partial<TimingQuestion> = {}) =>
  judgeTime({ config: configOf(environment), command: "bootstrap", now: new Date(at), ...more });

describe("the time of a change", () => {
  it("is any within a window, and any in dev's working hours [H1.4]", () => {
    for (const environment of ["dev", "staging", "production"])
      expect(ask(environment, MONDAY_NOON), environment).to.deep.equal({ notes: [] });
  });
  it("outside every window is refused, with when the next begins and how to say that it cannot wait [H1.4]", () => {
    const { refusal } = ask("production", SATURDAY);
    expect(refusal?.reason).to.include("production is changed in its maintenance windows only");
    expect(refusal?.reason).to.include("nothing was touched").and.include("Mon 23 Nov 09:00 (Europe/Berlin)");
    expect(refusal?.fix).to.include("--outside-window");
  });
  it("goes by the wall clock over the change of clocks [H1.4]", () => {
    // 09:00 in Berlin is 07:00 UTC in summer and 08:00 UTC in winter; clocks go back on 25 October 2026.
    expect(ask("production", "2026-10-22T07:30:00Z").refusal).to.equal(undefined);
    expect(ask("production", "2026-10-26T07:30:00Z").refusal?.reason).to.include("Mon 26 Oct 09:00");
    expect(ask("production", "2027-03-29T07:30:00Z").refusal).to.equal(undefined);
  });
  it("may be overridden with a reason, which is kept [H1.4]", () => {
    expect(ask("production", SATURDAY, { override: "incident 4711" })).to.deep.equal({
      notes: ["outside every maintenance window, because: incident 4711"],
    });
  });
  it("is of no matter to what only looks [H1.4]", () => {
    for (const command of ["preview", "verify"] as const)
      expect(ask("production", SATURDAY, { command }).refusal, command).to.equal(undefined);
    expect(ask("production", SATURDAY, { command: "destroy" }).refusal).to.not.equal(undefined);
  });
  it("is not while nodes rest: missing nodes are no damage and no drift [H4.3]", () => {
    for (const command of ["bootstrap", "verify"] as const) {
      const { refusal } = ask("dev", NIGHT, { command });
      expect(refusal?.reason, command).to.include("nodes of dev rest").and.include("Wed 25 Nov 07:00 (Europe/Berlin)");
      expect(refusal?.fix).to.include("slipway-hold-until");
    }
    expect(ask("dev", NIGHT, { command: "preview" }).refusal).to.equal(undefined);
    expect(ask("dev", NIGHT, { command: "destroy" }).refusal).to.equal(undefined);
  });
  it("is any while the nodes are held, and no longer [H4.3]", () => {
    expect(ask("dev", NIGHT, { heldUntil: new Date("2026-11-24T23:00:00Z") }).notes).to.deep.equal([
      "outside working hours, with nodes held until Wed 25 Nov 00:00 (Europe/Berlin)",
    ]);
    expect(ask("dev", NIGHT, { heldUntil: new Date(NIGHT) }).refusal).to.not.equal(undefined);
  });
  it("says never where no window ever comes", () => {
    const config: TimingQuestion["config"] = {
      environment: "staging",
      cost: { teams: [] },
      maintenance: {
        windows: [{ timeZone: "UTC", days: [], start: "09:00", end: "10:00" }],
      } as PlatformConfig["maintenance"],
    };
    expect(ask("staging", SATURDAY, { config }).refusal?.reason).to.include("The next begins never");
  });
});
