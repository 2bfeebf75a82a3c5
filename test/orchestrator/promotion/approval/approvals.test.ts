import { expect } from "chai";
import fc from "fast-check";
import {
  judgeApprovals,
  type ApprovalRequest,
  type RecordedApproval,
} from "../../../../orchestrator/promotion/approval/approvals";
import { statementText } from "../../../../orchestrator/promotion/approval/statement";
import { addressOf, createPeople, type Name } from "../../../../orchestrator/promotion/rehearsal/people";

const people = createPeople();
const NOW = new Date("2026-01-07T12:00:00Z");
const digest = (digit: string) => `sha256:${digit.repeat(64)}`;
const base = {
  target: "aws",
  environment: "production",
  release: digest("a"),
  plan: digest("b"),
  state: digest("c"),
} as const;

type Changed = Partial<Omit<RecordedApproval["event"], "kind">> & { readonly target?: "aws" | "rehearsal" };

let sequence = 0;
/** An approval as `slipway approve` records it: what is changed is signed as changed. */
function approval(name: Name, changed: Changed = {}): RecordedApproval {
  const { person = addressOf(name), signature, ...rest } = changed;
  const statement = { ...base, expires: "2026-01-08T00:00:00.000Z", ...rest };
  const { target: _, ...said } = statement;
  return {
    sequence: ++sequence,
    event: {
      kind: "approved",
      ...said,
      person,
      key: "SHA256:told",
      signature: signature ?? people.signers[name].sign(statementText(statement)),
    },
  };
}

function judge(recorded: readonly RecordedApproval[], changed: Partial<ApprovalRequest> = {}) {
  return judgeApprovals({ ...base, rules: people.rules, authors: ["ada@example.com"], recorded, now: NOW, ...changed });
}

describe("approvals", () => {
  it("are complete with one of each role, and name the entries that count [D2.3]", () => {
    const [manager, owner] = [approval("manager"), approval("owner")];
    expect(judge([manager, owner])).to.deep.equal({
      counted: [manager.sequence, owner.sequence],
      missing: [],
      ignored: [],
    });
  });

  it("say what is missing and who can give it", () => {
    expect(judge([approval("manager")]).missing).to.deep.equal([
      "an approval for production by a product-owner is missing; owner@rehearsal.example or both@rehearsal.example can give it",
    ]);
    expect(judge([]).missing).to.have.length(2);
  });

  it("want other people for other environments, and nobody for dev [D2.2]", () => {
    const environment = "staging";
    expect(
      judge([approval("lead", { environment }), approval("qa", { environment })], { environment }).missing,
    ).to.deep.equal([]);
    const { missing, ignored } = judge([approval("manager", { environment })], { environment });
    expect(missing).to.have.length(2);
    expect(ignored[0]).to.include("has none of the roles that approve for staging (tech-lead, qa)");
    expect(judge([], { environment: "dev" }).missing).to.deep.equal([]);
  });

  it("count a person once, whatever hats and however often [D2.3]", () => {
    const both = judge([approval("both"), approval("both", { expires: "2026-01-08T01:00:00.000Z" })]);
    expect(both.counted).to.have.length(1);
    expect(both.missing).to.have.length(1);
    expect(both.ignored[0]).to.include("one person counts once");
  });

  it("give somebody with two hats the place that is left", () => {
    for (const other of ["manager", "owner"] as const) {
      expect(judge([approval("both"), approval(other)]).missing, other).to.deep.equal([]);
      expect(judge([approval(other), approval("both")]).missing, other).to.deep.equal([]);
    }
  });

  it("leave the author out, also under another address, and ask for somebody else [D2.3]", () => {
    for (const authors of [["owner@rehearsal.example"], ["owner@elsewhere.example"]]) {
      const { missing, ignored } = judge([approval("manager"), approval("owner")], { authors });
      expect(ignored[0]).to.include("owner@rehearsal.example wrote part of this release");
      expect(missing[0]).to.include("; both@rehearsal.example can give it");
    }
    const all = ["owner", "both"].map(addressOf);
    expect(judge([approval("manager")], { authors: all }).missing[0]).to.include(
      "nobody can give it: owner@rehearsal.example wrote part of it, both@rehearsal.example wrote part of it; another product-owner is needed",
    );
  });

  for (const [what, changed, said] of [
    ["another release", { release: digest("f") }, "another release"],
    ["another environment", { environment: "staging" }, "it is for staging"],
    ["an older plan", { plan: digest("f") }, "another plan"],
    ["an older state", { state: digest("f") }, "production has changed since"],
    ["a time that is over", { expires: "2026-01-07T12:00:00.000Z" }, "it expired"],
    ["longer than is allowed", { expires: "2026-01-08T12:00:00.001Z" }, "longer than the 24 h"],
    ["a rehearsal, for a real account", { target: "rehearsal" }, "does not count"],
    ["somebody else's name", { person: addressOf("manager") }, "the key of owner@rehearsal.example"],
    ["nothing at all", { signature: "none" }, "does not stand between"],
  ] as const) {
    it(`do not count when signed for ${what}`, () => {
      const { missing, ignored } = judge([approval("owner", changed)]);
      expect(missing).to.have.length(2);
      expect(ignored).to.have.length(1);
      expect(ignored[0]).to.include(said);
    });
  }

  it("do not count any more once the key is taken out of the file", () => {
    const rules = {
      ...people.rules,
      signers: people.rules.signers.filter(({ person }) => person !== addressOf("owner")),
    };
    const { missing, ignored } = judge([approval("manager"), approval("owner")], { rules });
    expect(ignored[0]).to.include("nobody's in the allowed-signers file");
    expect(missing[0]).to.include("no key of owner@rehearsal.example is in the allowed-signers file yet");
  });

  it("are void after any change: an approval of one thing is none of another", () => {
    const signed = [approval("manager"), approval("owner")];
    fc.assert(
      fc.property(fc.constantFrom("release", "plan", "state"), fc.stringMatching(/^[0-9a-f]{64}$/), (part, hex) => {
        fc.pre(base[part] !== `sha256:${hex}`);
        expect(judge(signed, { [part]: `sha256:${hex}` }).missing).to.have.length(2);
      }),
    );
  });

  it("are never complete without two distinct people of the right roles, whoever signs how often in what order", () => {
    const names = Object.keys(people.signers) as Name[];
    const made = new Map(names.map((name) => [name, approval(name)]));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 8 }), fc.subarray(names), (order, authors) => {
        const recorded = order.flatMap((name) => made.get(name) ?? []);
        const { missing, counted } = judge(recorded, { authors: authors.map(addressOf) });
        const fit = (name: Name) => order.includes(name) && !authors.includes(name);
        const managers = (["manager", "both"] as const).filter(fit);
        const owners = (["owner", "both"] as const).filter(fit);
        const complete = managers.some((manager) => owners.some((owner) => owner !== manager));
        expect(missing.length === 0).to.equal(complete);
        expect(new Set(counted).size).to.equal(2 - missing.length);
      }),
    );
  });
});
