import { expect } from "chai";
import { gatesSchema } from "../../../../orchestrator/promotion/gate/settings";

describe("what the rules say of gates", () => {
  it("is a command or a Job, each with its time", () => {
    const gates = gatesSchema.parse({
      smoke: { command: ["npm", "run", "smoke"], timeoutSeconds: 60 },
      integration: {
        job: "gates/integration.yaml",
        namespace: "staging",
        timeoutSeconds: 600,
        expects: "\\d+ passing",
      },
    });
    expect(gates.smoke).to.deep.include({ passes: [], onRollback: false });
  });
  for (const [what, gates] of [
    ["a gate nobody knows", { fuzz: { command: ["x"], timeoutSeconds: 1 } }],
    ["a gate without a time", { smoke: { command: ["x"] } }],
    ["a command that is a shell line", { smoke: { command: "npm run smoke", timeoutSeconds: 1 } }],
    ["a gate that is both", { smoke: { command: ["x"], job: "y", namespace: "z", timeoutSeconds: 1 } }],
    ["an expectation that is no expression", { smoke: { command: ["x"], timeoutSeconds: 1, expects: "(" } }],
  ] as const) {
    it(`refuses ${what}`, () => expect(gatesSchema.safeParse(gates).success).to.equal(false));
  }
});
