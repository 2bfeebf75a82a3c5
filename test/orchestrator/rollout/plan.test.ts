import { expect } from "chai";
import fc from "fast-check";
import { phases } from "../../../orchestrator/rollout/phases";
import { plan, type PlanRequest } from "../../../orchestrator/rollout/plan";

const anyRequest: fc.Arbitrary<PlanRequest> = fc.record({
  command: fc.constantFrom("preview", "bootstrap", "verify", "destroy"),
  environments: fc.subarray(["dev", "staging", "production"]),
  phases: fc.constant(phases),
  from: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }) as fc.Arbitrary<number>,
  to: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }) as fc.Arbitrary<number>,
});

describe("plan", () => {
  it("is the same for the same request", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        expect(plan(request)).to.deep.equal(plan(request));
      }),
    );
  });

  it("gives every step an id of its own", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const ids = plan(request).map(({ id }) => id);
        expect(new Set(ids).size).to.equal(ids.length);
      }),
    );
  });

  it("finishes an environment before it enters the next, in the order given [B1.1]", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const entered = plan(request).map(({ environment }) => environment);
        const runs = entered.filter((name, index) => name !== entered[index - 1]);
        expect(runs).to.deep.equal(request.environments);
      }),
    );
  });

  it("asks before it touches: preflight comes first, and no phase is built before the whole preview [A21.3]", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        for (const name of request.environments) {
          const kinds = plan(request)
            .filter(({ environment }) => environment === name)
            .map(({ kind }) => kind);
          expect(kinds[0]).to.equal("preflight");
          if (kinds.includes("up")) expect(kinds.indexOf("preview")).to.be.lessThan(kinds.indexOf("up"));
        }
      }),
    );
  });

  it("follows every build with the proof of the same phase, in phase order [A21.1]", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const steps = plan({ ...request, command: "bootstrap" });
        for (const [index, step] of steps.entries()) {
          if (step.kind !== "up") continue;
          expect(steps[index + 1]).to.include({ kind: "verify", phase: step.phase, environment: step.environment });
        }
        for (const name of request.environments) {
          const numbers = steps.filter((s) => s.environment === name && s.kind === "up").map((s) => s.phase?.number);
          expect(numbers).to.deep.equal(numbers.toSorted((a, b) => Number(a) - Number(b)));
        }
      }),
    );
  });

  it("takes phases down in the reverse of the order it builds them in [A21.4]", () => {
    fc.assert(
      fc.property(anyRequest, (request) => {
        const names = (command: "bootstrap" | "destroy", kind: string) =>
          plan({ ...request, command, environments: ["dev"] }).flatMap((s) => (s.kind === kind ? [s.phase?.name] : []));
        expect(names("destroy", "destroy")).to.deep.equal(names("bootstrap", "up").toReversed());
      }),
    );
  });

  it("sweeps the account only when the whole environment goes [A21.4]", () => {
    const kinds = (to?: number) =>
      plan({ command: "destroy", environments: ["dev"], phases, ...(to !== undefined && { to }) }).map((s) => s.kind);
    expect(kinds().slice(-2)).to.deep.equal(["remove", "sweep"]);
    expect(kinds(3)).to.not.include.members(["remove"]);
  });

  it("expects no change only of a complete environment", () => {
    const kinds = (to?: number) =>
      plan({ command: "bootstrap", environments: ["dev"], phases, ...(to !== undefined && { to }) }).map((s) => s.kind);
    expect(kinds().at(-1)).to.equal("settle");
    expect(kinds(5)).to.not.include("settle");
  });
});
